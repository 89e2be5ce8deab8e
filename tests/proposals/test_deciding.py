"""Test what editors do with proposals, and what stays of it."""

import re
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.datapackage.packages import take_in
from tests.proposals.bodies import ROBOT, correction, new_source, proposal
from tests.proposals.conftest import proposer
from tests.support.applications import application
from tests.support.factories import OTHER_WORDS, WORDS, Desk, quote
from tests.support.fixtures import SETTINGS, Lake
from tests.support.logged import verified
from tests.support.worlds import EMPTY, copied


def decide(desk: Desk, do: str, *marks: str, **more: str) -> Any:
    sent = {"do": do, "proposal": list(marks), **more}
    return desk.browse("POST", "/n/lake/proposals", data=sent)


def test_accepting_publishes_and_says_for_ever_who_proposed(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    done = decide(lake.ada, "accept", "1:1")
    assert done.status_code == 303
    assert done.headers["location"] == "/n/lake/proposals?did=accept&count=1#inbox"
    made = lake.stranger.get("/positions/1").data
    assert made["status"] == "published" and made["quotes"][0]["verification"] == "verified"
    said = {
        "version": 1, "kind": "position", "proposed_by": ROBOT, "account": "pia",
        "accepted_by": "ada", "mended": [],
    }  # fmt: skip
    assert made["proposals"] == [said]
    lake.bo.correct(1, firmness="red_line")
    assert lake.stranger.get("/positions/1").data["proposals"] == [said]
    assert lake.stranger.get("/positions/1/versions/1").data["proposals"] == [said]
    page = lake.stranger.page("/positions/1").text
    assert "reader, model m-1, version 2, run r-7" in page and "accepted by ada as it was" in page
    [export] = lake.stranger.page("/n/lake/export.json").json()["data"]["positions"][:1]
    assert export["proposals"] == [said]
    mine = pia.get("/proposals/1").data
    assert (mine["state"], mine["decided_by"], mine["position"]) == ("accepted", "ada", 1)
    assert mine["mended"] == []
    assert decide(lake.bo, "accept", "1:2").status_code == 409
    assert verified(lake) == []


def test_where_review_is_on_two_others_must_read_it(lake: Lake, pia: Desk) -> None:
    assert lake.root.patch("/negotiations/lake", {"review": True}).status == 200
    lake.bo.post("/proposals", proposal(proposed_by={"person": "bo"}))
    pia.post("/proposals", proposal("south", "dam"))
    assert decide(lake.ada, "accept", "1:1", "2:1").status_code == 303
    assert lake.stranger.get("/positions").data == []
    assert lake.ada.get("/positions", status="draft").data[0]["proposals"][0]["account"] == "pia"
    for desk in (lake.ada, lake.bo):
        sent = {"do": "publish", "version": "1"}
        assert desk.browse("POST", "/positions/1/review", data=sent).status_code == 403
    for number, desk in ((1, lake.root), (2, lake.bo)):
        sent = {"do": "publish", "version": "1"}
        got = desk.browse("POST", f"/positions/{number}/review", data=sent)
        assert got.status_code == 303, got.text[:300]
    assert {p["id"] for p in lake.stranger.get("/positions").data} == {1, 2}
    assert verified(lake) == []


def test_rejecting_needs_a_reason_and_is_shared_by_the_same(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    assert decide(lake.ada, "reject", "1:1").status_code == 409
    assert decide(lake.ada, "reject", "1:1", why="other").status_code == 409
    assert decide(lake.ada, "reject", "1:1", why="not_carried").status_code == 303
    mine = pia.get("/proposals/1").data
    assert (mine["state"], mine["why"]) == ("rejected", "not_carried")
    again = proposal(proposed_by={"tool": "reader", "model": "m-2"})
    second = pia.post("/proposals", again).data
    assert (second["state"], second["why"]) == ("rejected", "not_carried")
    assert decide(lake.bo, "reopen", "1:2").status_code == 303
    assert {p["state"] for p in pia.get("/proposals").data} == {"open"}
    assert decide(lake.bo, "accept", "1:3").status_code == 303
    assert {p["state"] for p in pia.get("/proposals").data} == {"accepted"}
    assert len(lake.stranger.get("/positions").data) == 1
    assert verified(lake) == []


def test_putting_off_takes_it_out_of_the_inbox(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    assert decide(lake.ada, "put_off", "1:1").status_code == 303
    assert "The inbox is empty" in lake.ada.page("/n/lake/proposals").text
    assert "Northshore on Water quota" in lake.ada.page("/n/lake/proposals?state=put_off").text
    assert decide(lake.ada, "accept", "1:2").status_code == 303


def test_what_was_changed_meanwhile_is_not_decided(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    assert decide(lake.ada, "put_off", "1:1").status_code == 303
    refused = decide(lake.bo, "accept", "1:1")
    assert refused.status_code == 409 and "changed in the meantime" in refused.text
    assert lake.stranger.get("/positions").data == []


def test_several_are_decided_each_by_itself(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", {"proposals": [proposal(), proposal("south", "dam")]})
    lake.ada.patch("/sources/1", {"text": "Quite another text."})
    answer = decide(lake.ada, "accept", "1:1", "2:1")
    assert answer.status_code == 409
    assert answer.text.count("does not occur in the text of its source") >= 2
    assert lake.stranger.get("/positions").data == []


def test_a_source_is_saved_with_its_text(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", {"kind": "source", "source": new_source(), "negotiation": "lake"})
    assert "A second report" in lake.ada.page("/n/lake/proposals").text
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    made = pia.get("/proposals/1").data["source"]
    checked = lake.ada.post("/quotes/check", {"source_id": made, "exact": WORDS})
    assert checked.data["verification"] == "verified"
    assert verified(lake) == []


def test_a_position_is_saved_with_its_source(lake: Lake, pia: Desk) -> None:
    body = proposal(quotes=[{"exact": WORDS, "speaker": "Mara Venn"}], source=new_source())
    pia.post("/proposals", body)
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    made = lake.stranger.get("/positions/1").data
    assert made["quotes"][0]["source"]["url"] == "https://news.example/second"
    assert made["quotes"][0]["verification"] == "verified"


def test_a_correction_is_a_new_version(lake: Lake, pia: Desk) -> None:
    lake.ada.state()
    pia.post("/proposals", correction(1, firmness="red_line"))
    pia.post("/proposals", correction(1, firmness="open"))
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    made = lake.stranger.get("/positions/1").data
    assert (made["version"], made["firmness"]) == (2, "red_line")
    assert made["reason"] == "The option was misread"
    assert (made["proposals"][0]["kind"], made["proposals"][0]["version"]) == ("correction", 2)
    refused = decide(lake.ada, "accept", "2:1")
    assert refused.status_code == 409 and "changed since" in refused.text
    page = lake.ada.page("/proposals/2/mend")
    assert page.status_code == 200 and "The option was misread" in page.text


def mend(desk: Desk, number: int, **changes: str) -> Any:
    page = desk.page(f"/proposals/{number}/mend")
    assert page.status_code == 200, page.text[:400]
    from selectolax.lexbor import LexborHTMLParser

    from tests.support.forms import fields

    form = LexborHTMLParser(page.text).css_first("#position-form")
    sent = fields(form) | {"do": "publish"} | changes
    return desk.browse("POST", f"/proposals/{number}/mend", data=sent)


def test_mending_says_what_was_changed(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal(conditions={"q40": "only if it rains"}))
    done = mend(lake.ada, 1, **{"firmness": "red_line", "o-q30": "rejects"})
    assert done.status_code == 303, done.text[:2000]
    made = lake.stranger.get("/positions/1").data
    assert made["firmness"] == "red_line"
    assert made["proposals"][0]["mended"] == ["firmness", "attitudes"]
    assert pia.get("/proposals/1").data["mended"] == ["firmness", "attitudes"]
    assert "changes in firmness, attitudes" in lake.stranger.page("/positions/1").text
    assert verified(lake) == []


def test_mending_nothing_is_accepting_it_as_it_was(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal(summary="Forty", stated_on="2024-05-14"))
    assert mend(lake.ada, 1).status_code == 303
    assert pia.get("/proposals/1").data["mended"] == []
    assert mend_again(lake.ada) == 404


def mend_again(desk: Desk) -> int:
    return int(desk.page("/proposals/1/mend").status_code)


def test_mending_moves_it_to_another_cell(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal("south"))
    assert mend(lake.ada, 1, party="north").status_code == 303
    assert lake.stranger.get("/positions/1").data["party"] == "north"
    assert pia.get("/proposals/1").data["mended"] == ["party"]


def test_the_form_shows_what_is_wrong_and_keeps_the_proposal(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    refused = mend(lake.ada, 1, **{"q-0-exact": "We accept fifty per cent"})
    assert refused.status_code == 422
    assert pia.get("/proposals/1").data["state"] == "open"


def test_the_inbox_shows_the_words_in_their_place_beside_what_is_saved(
    lake: Lake, pia: Desk
) -> None:
    lake.ada.state(summary="So far")
    pia.post("/proposals", proposal(attitudes={"q30": "accepts"}, note="look here"))
    page = lake.ada.page("/n/lake/proposals").text
    assert re.search(r"<mark>We accept forty per cent and not one drop less</mark>", page)
    assert "Lake talks resume." in page and "look here" in page and "So far" in page
    for asked in ("party=south", "issue=dam", "by=vic", "model=m-9", "flagged=true&party=south"):
        assert "The inbox is empty" in lake.ada.page(f"/n/lake/proposals?{asked}").text, asked
    for asked in ("party=north", "issue=quota", "by=pia", "model=m-1", "source=1"):
        assert "look here" in lake.ada.page(f"/n/lake/proposals?{asked}").text, asked


def test_the_inbox_comes_in_windows(lake: Lake, pia: Desk) -> None:
    bodies = [
        proposal(stated_on=f"2024-05-{day:02}", quotes=[quote(OTHER_WORDS)]) for day in range(1, 15)
    ] + [proposal(stated_on=f"2024-05-{day:02}") for day in range(1, 15)]
    assert pia.post("/proposals", {"proposals": bodies}).status == 201
    page = lake.ada.page("/n/lake/proposals").text
    assert "28 proposals, 20 shown here" in page
    [more] = re.findall(r'href="(/n/lake/proposals\?after=\d+)"', page)
    assert lake.ada.page(more).text.count("data-proposal>") == 8


def test_strangers_and_proposers_see_no_inbox(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    assert lake.vic.page("/n/lake/proposals").status_code == 403
    assert lake.vic.page("/proposals/1").status_code == 404
    assert decide(lake.vic, "accept", "1:1").status_code == 403
    zoe = proposer(lake, "zoe")
    assert zoe.get("/proposals/1").status == 404


def test_a_source_for_no_negotiation_is_in_every_inbox(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", {"kind": "source", "source": new_source()})
    page = lake.ada.page("/n/lake/proposals").text
    assert "1 proposal" in page and "Proposals 1</a>" in page
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    assert "The inbox is empty" in lake.ada.page("/n/lake/proposals").text


def test_the_desk_marks_what_is_proposed_in_the_text(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal(stated_on="2024-04-01"))
    page = lake.ada.page("/n/lake/desk/1").text
    assert "! the date is 43 days before any source was published" in page
    assert f'<mark class="proposed" id="d-1">{WORDS}</mark>' in page
    sent = {"do": "accept", "proposal": "1:1", "on": "desk", "source": "1"}
    done = lake.ada.browse("POST", "/n/lake/proposals", data=sent)
    assert (done.status_code, done.headers["location"]) == (303, "/n/lake/desk/1#text")
    assert 'class="quoted"' in lake.ada.page("/n/lake/desk/1").text


def test_the_record_survives_a_data_package(
    lake: Lake, pia: Desk, postgres: Server, tmp_path: Path
) -> None:
    pia.post("/proposals", proposal())
    decide(lake.ada, "accept", "1:1")
    package = tmp_path / "lake.zip"
    package.write_bytes(lake.stranger.page("/n/lake/export.zip").content)
    with copied(postgres, EMPTY) as (server, _):
        take_in(server.url, package)
        with application(SETTINGS, server.url) as app, TestClient(app) as client:
            [there] = Desk(client).get("/positions").data
    assert there["proposals"] == lake.stranger.get("/positions/1").data["proposals"]
