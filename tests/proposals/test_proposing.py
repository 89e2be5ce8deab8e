"""Test that proposals are checked like an editor's positions, and reach no reader."""

from typing import Any

import pytest

from app.proposals import actions
from tests.proposals.bodies import ROBOT, correction, new_source, proposal
from tests.proposals.conftest import proposer
from tests.support.factories import NOWHERE, WORDS, Desk, quote, source
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect


def rows(lake: Lake, statement: str) -> list[Any]:
    with connect(lake.database.url) as connection:
        return connection.execute(statement).fetchall()


def test_a_proposal_waits_and_is_seen_by_its_proposer_and_editors(lake: Lake, pia: Desk) -> None:
    made = pia.post("/proposals", proposal(note="second sentence"))
    assert (made.status, made.headers["location"]) == (201, "/api/v1/proposals/1")
    assert made.data["state"] == "open"
    assert made.data["proposed_by"] == ROBOT
    assert made.data["request"]["position"]["quotes"][0]["exact"] == WORDS
    assert pia.get("/proposals/1").data == made.data
    assert [p["id"] for p in lake.ada.get("/proposals").data] == [1]
    assert lake.vic.get("/proposals").data == []
    assert lake.vic.get("/proposals/1").status == 404
    assert lake.stranger.get("/proposals").status == 401
    assert lake.stranger.post("/proposals", proposal()).status == 401
    assert lake.stranger.get("/positions").data == []
    assert verified(lake) == []


def test_a_proposer_does_nothing_else(lake: Lake, pia: Desk) -> None:
    assert pia.get("/negotiations/lake/matrix").status == 200
    for path, body in (
        ("/positions", {}),
        ("/sources", source()),
        ("/parties", {}),
        ("/quotes/check", {}),
        ("/negotiations/lake/looks", {}),
    ):
        assert pia.post(path, body).status == 403, path
    signed_in = {"Authorization": f"Bearer {pia.token}"}
    for path in ("/account/tokens", "/account/password", "/n/lake/positions/new", "/n/lake/drafts"):
        got = pia.client.post(path, headers=signed_in, data={})
        assert got.status_code == 403, path
    assert pia.get("/positions", status="draft").status == 403


def test_a_token_may_be_for_proposing_only(lake: Lake) -> None:
    form = {"label": "reader", "days": "9", "role": "proposer"}
    page = lake.vic.browse("POST", "/account/tokens", data=form)
    assert page.status_code == 200
    [(role,)] = rows(lake, "SELECT role FROM api_token WHERE label = 'reader'")
    assert role == "proposer"


WRONG = {
    "a word changed": ({"quotes": [quote(NOWHERE)]}, "/position/quotes/0/exact"),
    "an unknown option": ({"attitudes": {"q99": "prefers"}}, "/position/attitudes/q99"),
    "an unknown speaker": ({"quotes": [quote(speaker="Nobody")]}, "/position/quotes/0/speaker"),
    "an unknown source": ({"quotes": [quote(source_id=99)]}, "/position/quotes/0/source_id"),
    "an unknown party": ({"party": "moon"}, "/position/party"),
    "an unknown issue": ({"issue": "moon", "attitudes": {}}, "/position/issue"),
    "a day to come": ({"stated_on": "2999-01-01"}, "/position/stated_on"),
    "no date": ({"quotes": [quote(said_on="May")]}, "/position/quotes/0/said_on"),
    "no quote": ({"quotes": []}, "/position/quotes"),
    "no source": ({"quotes": [{"exact": WORDS}]}, "/position/quotes/0/source_id"),
    "two preferred": (
        {"attitudes": {"q40": "prefers", "q30": "prefers"}},
        "/position/attitudes",
    ),
    "no field": ({"strength": 3}, "/position/strength"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_fails_is_refused_like_an_editors(lake: Lake, pia: Desk, case: str) -> None:
    change, pointer = WRONG[case]
    refused = pia.post("/proposals", proposal(**change))
    assert refused.status == 422
    assert pointer in refused.faults
    assert rows(lake, "SELECT count(*) FROM proposal") == [(0,)]
    assert rows(lake, "SELECT count(*) FROM speaker") == [(2,)]


def test_a_quote_that_is_not_there_is_refused_with_the_closest_passage(
    lake: Lake, pia: Desk
) -> None:
    words = "We accept forty per cent and not two drops less"
    refused = pia.post("/proposals", proposal(quotes=[quote(words)]))
    [error] = refused.json["errors"]
    mine = lake.ada.post(
        "/positions", {**proposal(quotes=[quote(words)])["position"], "status": "published"}
    )
    [theirs] = mine.json["errors"]
    assert error["closest"] == theirs["closest"] and error["closest"]["exact"].startswith("We acc")
    assert (error["detail"], error["reason"]) == (theirs["detail"], theirs["reason"])


def test_a_batch_is_taken_whole_or_not_at_all(lake: Lake, pia: Desk) -> None:
    good, bad = proposal(), proposal(quotes=[quote(NOWHERE)])
    refused = pia.post("/proposals", {"proposals": [good, bad]})
    assert (refused.status, refused.faults) == (422, {"/proposals/1/position/quotes/0/exact"})
    assert rows(lake, "SELECT count(*) FROM proposal") == [(0,)]
    made = pia.post("/proposals", {"proposals": [good, proposal("south", "dam")]})
    assert (made.status, [p["id"] for p in made.data]) == (201, [1, 2])
    assert pia.post("/proposals", {"proposals": [good] * 101}).status == 422
    assert pia.post("/proposals", {"proposals": []}).status == 422


def test_a_repeated_request_changes_nothing(lake: Lake, pia: Desk) -> None:
    key = {"Idempotency-Key": "k"}
    first = pia.post("/proposals", proposal(), **key)
    assert pia.post("/proposals", proposal(), **key).body == first.body
    assert pia.post("/proposals", proposal("south"), **key).status == 422
    assert pia.post("/proposals", proposal()).data["id"] == 1, "word for word the same again"
    assert rows(lake, "SELECT count(*) FROM proposal") == [(1,)]


def test_refusals_are_counted_without_their_words(lake: Lake, pia: Desk) -> None:
    body = proposal(quotes=[quote("zebrawood " + NOWHERE)])
    for _ in range(2):
        assert pia.post("/proposals", body).status == 422
    pia.post("/proposals", proposal(attitudes={"q99": "prefers"}))
    counted = rows(lake, "SELECT why, n, proposed_by FROM refused_proposals ORDER BY why")
    assert [(why, n) for why, n, _ in counted] == [("", 3), ("option", 1), ("quote_absent", 2)]
    assert counted[0][2] == ROBOT
    everything = rows(lake, "SELECT r::text FROM refused_proposals r")
    assert "zebrawood" not in str(everything)


def test_only_so_many_wait(lake: Lake, pia: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_WAITING", 1)
    assert pia.post("/proposals", proposal()).status == 201
    refused = pia.post("/proposals", proposal("south", "dam"))
    assert refused.status == 409 and "1 of your proposals" in refused.json["detail"]
    other = proposer(lake, "zoe")
    assert other.post("/proposals", proposal("south", "dam")).status == 201


def test_the_same_of_two_is_one_in_the_inbox(lake: Lake, pia: Desk) -> None:
    pia.post("/proposals", proposal(summary="One way to tell it"))
    other = proposal(summary="Another way", proposed_by={"person": "Zoe"})
    other["position"]["quotes"][0]["exact"] = "We  accept forty per cent and not one drop less"
    second = lake.vic.post("/proposals", other).data
    assert (second["id"], second["same_as"]) == (2, None), "others' proposals are not told of"
    assert lake.ada.get("/proposals/2").data["same_as"] == 1
    page = lake.ada.page("/n/lake/proposals").text
    assert "1 proposal" in page and "also by" in page and "Zoe" in page


def test_a_source_comes_with_its_text_which_nobody_reads(lake: Lake, pia: Desk) -> None:
    made = pia.post("/proposals", {"kind": "source", "source": new_source(), "negotiation": "lake"})
    assert made.status == 201
    assert "text" not in made.data["request"]["source"]
    assert "drop less" not in made.body.decode()
    assert lake.stranger.get("/sources").data[0]["id"] == 1
    assert len(lake.stranger.get("/sources").data) == 1
    known = pia.post(
        "/proposals", {"kind": "source", "source": new_source("https://news.example/lake")}
    )
    assert known.status == 409
    assert rows(
        lake, "SELECT count(*) FROM log_revision WHERE snapshot::text LIKE '%drop less%'"
    ) == [(0,)]


def test_a_position_may_bring_its_source_along(lake: Lake, pia: Desk) -> None:
    body = proposal(quotes=[{"exact": WORDS, "speaker": "Mara Venn"}], source=new_source())
    assert pia.post("/proposals", body).status == 201
    body["position"]["quotes"][0]["exact"] = NOWHERE
    assert pia.post("/proposals", body).faults == {"/position/quotes/0/exact"}
    assert rows(lake, "SELECT count(*) FROM source") == [(1,)]


def test_a_correction_is_made_of_the_version_that_was_seen(lake: Lake, pia: Desk) -> None:
    lake.ada.state()
    lake.ada.draft("south")
    assert pia.post("/proposals", correction(1, firmness="red_line")).status == 201
    assert pia.post("/proposals", correction(2)).faults == {"/correction/position"}
    assert pia.post("/proposals", correction(9)).faults == {"/correction/position"}
    assert pia.post("/proposals", correction(1, 2)).faults == {"/correction/version"}
    wrong = pia.post("/proposals", correction(1, attitudes={"q99": "rejects"}))
    assert wrong.faults == {"/correction/changes/attitudes/q99"}
    wrong = pia.post("/proposals", correction(1, status="published", party="south"))
    assert wrong.status == 422


def test_a_proposer_learns_nothing_of_drafts(lake: Lake, pia: Desk) -> None:
    lake.ada.draft("south", quotes=[quote(speaker={"name": "Dr Zebrawood"})])
    made = pia.post("/proposals", proposal())
    assert made.data["warnings"] == []
    seen = lake.ada.get("/proposals/1").data["warnings"]
    assert [w["code"] for w in seen] == ["same_words"]
    refused = pia.post("/proposals", proposal(quotes=[quote(speaker="Dr Zebrawood")]))
    assert refused.faults == {"/position/quotes/0/speaker"}


BODIES: list[Any] = [
    None, [], "x", {}, {"kind": "position"}, {"kind": "source"}, {"kind": "moon"},
    {**proposal(), "source": None}, {**proposal(), "correction": correction(1)["correction"]},
    {**proposal(), "proposed_by": {}}, {**proposal(), "proposed_by": {"person": "a", "tool": "b"}},
    {**proposal(), "proposed_by": {"person": "a", "model": "m"}},
    {**proposal(), "proposed_by": {"tool": "t", "prompt_sha256": "xyz"}},
    {**proposal(), "note": "x" * 6_000}, {**proposal(), "negotiation": "lake"},
    proposal(quotes=[{"id": 1}]), proposal(quotes=[quote()] * 21), {"proposals": None},
    {"proposals": [1]}, correction(1, attitudes=[]), correction(1, quotes={"a": 1}),
    {"kind": "source", "source": {"url": "https://a.example", "title": "No text"}},
]  # fmt: skip


@pytest.mark.parametrize("n", range(len(BODIES)))
def test_a_hostile_body_is_refused(lake: Lake, pia: Desk, n: int) -> None:
    lake.ada.state()
    assert pia.post("/proposals", BODIES[n]).status == 422
    assert rows(lake, "SELECT count(*) FROM proposal") == [(0,)]


def test_another_speaker_kind_or_condition_is_another_proposal(lake: Lake, pia: Desk) -> None:
    """Who said it is part of the claim: it must not hide behind one that is right."""
    bodies = [
        proposal(quotes=[quote(speaker="Mara Venn")]),
        proposal(quotes=[quote(speaker={"name": "Tol Ibarra", "party": "south"})]),
        proposal(quotes=[quote(speaker="Mara Venn", kind="reported")]),
        proposal(quotes=[quote(speaker="Mara Venn")], conditions={"q40": "only if it rains"}),
        proposal(quotes=[quote(speaker={"name": "A. N. Envoy"})]),
    ]
    for n, body in enumerate(bodies, 1):
        assert pia.post("/proposals", body).data["id"] == n
        assert pia.post("/proposals", body).data["id"] == n
    codes = {w["code"] for w in pia.get("/proposals/2").data["warnings"]}
    assert "other_speaker" in codes
