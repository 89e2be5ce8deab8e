"""Test what hostile, hasty and unlucky people and programs do to proposals."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.main import create_app
from tests.proposals.bodies import correction, new_source, proposal
from tests.proposals.test_deciding import decide
from tests.support.factories import Desk, quote
from tests.support.fixtures import SETTINGS, Lake
from tests.support.forms import fields
from tests.support.logged import verified

NUL, HALF = "\x00", "\ud800"


def send(desk: Desk, body: bytes, **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/json", **headers}
    return desk.client.post("/api/v1/proposals", content=body, headers=sent)


@pytest.mark.parametrize("bad", [NUL, HALF], ids=["nul", "half a character"])
def test_what_no_text_can_hold_is_named(lake: Lake, pia: Desk, bad: str) -> None:
    by = {"tool": "reader"}
    bodies = (
        proposal(summary=f"a{bad}b"), proposal(quotes=[quote(f"a{bad}b")]),
        proposal(quotes=[quote(speaker=f"a{bad}b")]), proposal(quotes=[quote(prefix=f"a{bad}b")]),
        {**proposal(), "proposed_by": {**by, "run": f"a{bad}b"}}, {**proposal(), "note": bad},
        {"kind": "source", "source": {**new_source(), "text": f"a{bad}b"}},
    )  # fmt: skip
    for body in bodies:
        got = send(pia, json.dumps(body).encode())
        assert got.status_code == 422, body
        assert "Input should be None" not in got.text
    assert pia.get("/proposals").data == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"kind": "position"', b"\xff\xfe"])
def test_no_json_is_no_proposal(pia: Desk, body: bytes) -> None:
    assert send(pia, body).status_code == 422


def test_a_batch_is_bounded(pia: Desk) -> None:
    for many in (0, 101, 10_000):
        assert pia.post("/proposals", {"proposals": [proposal()] * many}).status == 422
    assert pia.get("/proposals").data == []


def test_pointers_are_the_same_for_one_and_for_many(lake: Lake, pia: Desk) -> None:
    wrong = proposal(quotes=[quote("These words are nowhere in it")])
    there = "/position/quotes/0/exact"
    assert pia.post("/proposals", wrong).faults == {there}
    assert pia.post("/proposals", {"proposals": [wrong]}).faults == {f"/proposals/0{there}"}
    both = pia.post("/proposals", {"proposals": [proposal(), wrong]})
    assert both.faults == {f"/proposals/1{there}"}
    shape = {**proposal(), "kind": "moon"}
    assert pia.post("/proposals", {"proposals": [shape]}).faults == {"/proposals/0/kind"}


def test_a_key_is_for_one_body(pia: Desk) -> None:
    key = {"Idempotency-Key": "run-7/1"}
    first = pia.post("/proposals", proposal(), **key)
    assert pia.post("/proposals", proposal(), **key).body == first.body
    assert pia.post("/proposals", proposal("south", "dam"), **key).status == 422
    wrong = proposal(quotes=[quote("These words are nowhere in it")])
    assert pia.post("/proposals", wrong, **{"Idempotency-Key": "2"}).status == 422
    other = pia.post("/proposals", proposal("south", "dam"), **{"Idempotency-Key": "2"})
    assert other.status == 201  # refusals are not kept


def test_a_name_that_deceives_is_refused(pia: Desk) -> None:
    for by in ({"tool": "abc\u202egnp"}, {"person": "\u200b"}, {"tool": "t", "model": "m\u2066"}):
        got = pia.post("/proposals", {**proposal(), "proposed_by": by})
        assert got.status == 422 and "invisible character" in got.json["detail"], by


def test_what_changes_nothing_or_quotes_nothing_is_refused(lake: Lake, pia: Desk) -> None:
    lake.ada.state(firmness="demand")
    for changes in ({}, {"firmness": "demand"}, {"quotes": [{"id": 1}]}):
        got = pia.post("/proposals", correction(1, **changes))
        assert got.faults == {"/correction/changes"}, changes
    for body in (proposal("south"), correction(1, firmness="open")):
        assert pia.post("/proposals", {**body, "source": new_source()}).faults == {"/source"}


def test_another_text_of_the_same_document_is_another_proposal(lake: Lake, pia: Desk) -> None:
    for text in ("One text of it", "Another text of it"):
        source = {**new_source(), "text": text}
        assert pia.post("/proposals", {"kind": "source", "source": source}).status == 201
    assert [p["same_as"] for p in pia.get("/proposals").data] == [None, None]
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    refused = decide(lake.ada, "accept", "2:1")
    assert refused.status_code == 409 and "source" in refused.text


def test_two_editors_accept_the_same_at_once(lake: Lake, pia: Desk) -> None:
    bodies = [proposal(stated_on=f"2024-05-{day:02}") for day in range(1, 9)]
    pia.post("/proposals", {"proposals": bodies})
    with ThreadPoolExecutor(2) as pool:
        for n in range(1, 9):
            both = [pool.submit(decide, desk, "accept", f"{n}:1") for desk in (lake.ada, lake.bo)]
            assert sorted(one.result().status_code for one in both) == [303, 409]
    assert len(lake.stranger.get("/positions").data) == 8
    assert verified(lake) == []


def test_two_proposals_of_the_same_at_once_are_one(lake: Lake, pia: Desk) -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(pia.post, "/proposals", proposal()) for _ in range(8)]
        assert {one.result().status for one in sent} == {201}
    assert [p["id"] for p in lake.ada.get("/proposals").data] == [1]


def test_a_text_that_was_replaced_is_checked_again(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    lake.ada.patch("/sources/1", {"text": "Quite another text."})
    refused = decide(lake.ada, "accept", "1:1")
    assert refused.status_code == 409
    assert "does not occur in the text of its source" in refused.text
    assert lake.stranger.get("/positions").data == []
    assert pia.get("/proposals/1").data["state"] == "open"


def test_a_disabled_account_proposes_no_more_and_its_proposals_can_be_decided(
    lake: Lake, pia: Desk
) -> None:
    pia.post("/proposals", {"proposals": [proposal(), proposal("south", "dam")]})
    users = LexborHTMLParser(lake.root.page("/admin/users").text)
    [form] = [
        f for f in users.css("form") if f.attributes["action"].endswith("/disable")
        and "pia" in f.parent.text()
    ]  # fmt: skip
    assert lake.root.browse("POST", form.attributes["action"], data=fields(form)).status_code == 303
    assert pia.post("/proposals", proposal("council")).status == 401
    assert pia.post("/proposals/2/withdraw", {}).status == 401
    assert decide(lake.ada, "accept", "1:1").status_code == 303
    assert decide(lake.ada, "reject", "2:1", why="known").status_code == 303
    assert lake.stranger.get("/positions/1").data["proposals"][0]["account"] == "pia"


def test_a_form_without_a_proposal_does_nothing_and_says_so(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal())
    for marks, on in ([], "page"), (["x"], "page"), (["1"], "desk"), ([f"{NUL}:1"], ""):
        done = decide(lake.ada, "accept", *marks, on=on, source="1", next="x")
        assert (done.status_code, done.headers["location"]) == (
            303, "/n/lake/proposals?did=none#inbox"
        )  # fmt: skip
    own = {"Sec-Fetch-Site": "same-origin", "Cookie": str(lake.ada.cookie)}
    page = lake.ada.client.get(done.headers["location"], headers=own).text
    assert "Nothing was done" in page
    sent = {"do": "accept", "proposal": "1:1"}
    assert lake.ada.browse("POST", "/n/nowhere/proposals", data=sent).status_code == 404
    assert lake.stranger.get("/positions").data == []


def test_what_two_editors_mend_is_saved_once_and_nothing_typed_is_lost(
    lake: Lake, pia: Desk
) -> None:
    pia.post("/proposals", proposal())
    forms = []
    for desk in (lake.ada, lake.bo):
        page = LexborHTMLParser(desk.page("/proposals/1/mend").text)
        forms.append(fields(page.css_first("#position-form")) | {"do": "publish"})
    address = "/proposals/1/mend"
    first = forms[0] | {"firmness": "red_line"}
    assert lake.ada.browse("POST", address, data=first).status_code == 303
    late = lake.bo.browse("POST", address, data=forms[1] | {"summary": "Typed with care"})
    assert late.status_code == 409
    assert "decided or withdrawn in the meantime" in late.text and "Typed with care" in late.text
    again = lake.ada.browse("POST", address, data=first)  # the button was pressed twice
    assert (again.status_code, again.headers["location"]) == (303, "/proposals/1")
    assert len(lake.stranger.get("/positions").data) == 1
    assert verified(lake) == []


def test_a_refusal_needs_no_second_connection(lake: Lake, pia: Desk) -> None:
    """Otherwise as many refusals at once as there are connections would wait for each other."""
    wrong = proposal(quotes=[quote("These words are nowhere in it")])
    alone = SETTINGS.model_copy(update={"pool_size": 1})
    app = create_app(alone, lake.database.url)
    with TestClient(app, raise_server_exceptions=False) as client:
        for body, status in ((wrong, 422), ({"proposals": [wrong]}, 422), (proposal(), 201)):
            assert Desk(client, pia.token).post("/proposals", body).status == status
    [row] = lake.ada.get("/proposals/figures").data
    assert (row["refused"], row["waiting"]) == (2, 1)
