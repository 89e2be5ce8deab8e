"""Test PATCH of a position: JSON Merge Patch and a reason, over the newest version."""

from typing import Any

import pytest

from tests.support.factories import OTHER_WORDS, Body, position, quote
from tests.support.fixtures import Lake

HELD = {
    "attitudes": {"q20": "rejects", "q30": "accepts", "q40": "prefers"},
    "conditions": {"q30": "only if paid for"},
    "inferred": ["q20"],
    "salience": 40,
    "links": [{"issue": "dam", "option": "open", "kind": "package"}],
}


@pytest.fixture
def held(lake: Lake) -> Body:
    """State a position with every field filled."""
    return lake.ada.state(**HELD, firmness="demand", act="offers")


def path(stated: Body) -> str:
    return f"/positions/{stated['id']}"


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ({"summary": "better said"}, {"summary": "better said"}),
        ({"summary": None}, {"summary": None}),
        ({"salience": None}, {"salience": None}),
        ({"firmness": "red_line"}, {"firmness": "red_line"}),
        ({"act": "asks"}, {"act": "asks"}),
        ({"links": []}, {"links": []}),
        (
            {"attitudes": {"q30": "rejects"}},
            {"attitudes": {"q20": "rejects", "q30": "rejects", "q40": "prefers"}},
        ),
        # Removing an attitude removes its condition and its `inferred` mark.
        (
            {"attitudes": {"q30": None}},
            {"attitudes": {"q20": "rejects", "q40": "prefers"}, "conditions": {}},
        ),
        (
            {"attitudes": {"q20": None}},
            {"attitudes": {"q30": "accepts", "q40": "prefers"}, "inferred": []},
        ),
        ({"conditions": {"q30": None}}, {"conditions": {}}),
        (
            {"conditions": {"q40": "never"}},
            {"conditions": {"q30": "only if paid for", "q40": "never"}},
        ),
        ({"inferred": []}, {"inferred": []}),
        ({"inferred": ["q20", "q30"]}, {"inferred": ["q20", "q30"]}),
        # The preference moves from one option to another in one patch.
        (
            {"attitudes": {"q40": "accepts", "q30": "prefers"}},
            {"attitudes": {"q20": "rejects", "q30": "prefers", "q40": "accepts"}},
        ),
        (
            {"act": "withdraws", "attitudes": {"q20": None, "q30": None, "q40": None}},
            {"act": "withdraws", "attitudes": {}, "conditions": {}, "inferred": []},
        ),
    ],
    ids=str,
)
def test_what_is_sent_is_merged_and_everything_else_stays(
    lake: Lake, held: Body, change: Any, becomes: Body
) -> None:
    got = lake.ada.patch(path(held), change)
    about_the_version = {"version": 2, "action": "corrected", "reason": "the record was wrong"}
    assert got.data == held | becomes | about_the_version | {"recorded_at": got.data["recorded_at"]}
    assert lake.stranger.get(path(held)).data == got.data


REFUSED: list[tuple[Any, str]] = [
    ({"conditions": {"q99": "x"}}, "/conditions/q99"),
    ({"attitudes": {"q30": None}, "conditions": {"q30": "still"}}, "/conditions/q30"),
    ({"attitudes": {"q30": None}, "inferred": ["q30"]}, "/inferred/0"),
    ({"inferred": ["q99"]}, "/inferred/0"),
    ({"attitudes": {"q30": "prefers"}}, "/attitudes"),
    ({"attitudes": {"q30": "likes"}}, "/attitudes/q30"),
    ({"attitudes": {"closed": "accepts"}}, "/attitudes/closed"),
    ({"attitudes": ["q30"]}, "/attitudes"),
    ({"attitudes": None}, "/attitudes"),
    ({"conditions": None}, "/conditions"),
    ({"inferred": None}, "/inferred"),
    ({"links": None}, "/links"),
    ({"quotes": None}, "/quotes"),
    ({"firmness": None}, "/firmness"),
    ({"act": None}, "/act"),
    ({"status": None}, "/status"),
    ({"firmness": "soft"}, "/firmness"),
    ({"status": "draft"}, "/status"),
    ({"status": "retracted"}, "/status"),
    ({"salience": 101}, "/salience"),
    ({"salience": "40"}, "/salience"),
    ({"salience": True}, "/salience"),
    ({"act": "withdraws"}, "/attitudes"),
    ({"links": [{"issue": "quota", "kind": "package"}]}, "/links/0/issue"),
    ({"links": [{"issue": "dam", "option": "q40", "kind": "package"}]}, "/links/0/option"),
    ({"links": [{"issue": "dam"}]}, "/links/0/kind"),
    ({"negotiation": "other"}, "/negotiation"),
    ({"party": "south"}, "/party"),
    ({"issue": "dam"}, "/issue"),
    ({"id": 99}, "/id"),
    ({"uid": "b9e2d9e6-7d52-4d7c-8f0a-7f4f27a0f3a1"}, "/uid"),
    ({"version": 7}, "/version"),
    ({"recorded_by": "bo"}, "/recorded_by"),
    ({"recorded_at": "2020-01-01T00:00:00Z"}, "/recorded_at"),
    ({"created_by": "bo"}, "/created_by"),
    ({"first_published_at": "2020-01-01T00:00:00Z"}, "/first_published_at"),
    ({"attributed_by": ["south"]}, "/attributed_by"),
    ({"colour": "red"}, "/colour"),
    ({"reason": ...}, "/reason"),
    ({"reason": ""}, "/reason"),
    ({"reason": None}, "/reason"),
    ({"stated_on": "2024-05-32"}, "/stated_on"),
    ({"quotes": [{"id": 99}]}, "/quotes/0/id"),
    ({"quotes": [{"id": "1"}]}, "/quotes/0/id"),
    ({"quotes": [{"id": True}]}, "/quotes/0/id"),
    ({"quotes": [{"id": 1}, {"id": 1}]}, "/quotes/1/id"),
    ({"quotes": [{"id": 1, "exact": OTHER_WORDS}]}, "/quotes/0/exact"),
    ({"quotes": [{"id": 1, "source_id": 2}]}, "/quotes/0/source_id"),
    ({"quotes": [{"id": 1, "colour": "red"}]}, "/quotes/0/colour"),
    ({"quotes": {"0": {"id": 1}}}, "/quotes"),
    ({"quotes": [3]}, "/quotes/0"),
]


def test_what_is_not_so_is_refused_by_name(
    lake: Lake, held: Body, subtests: pytest.Subtests
) -> None:
    for change, where in REFUSED:
        with subtests.test(change=change):
            refused = lake.ada.patch(path(held), {"summary": "changed on the way", **change})
            assert (refused.status, refused.faults) == (422, {where})
    assert lake.ada.get(path(held)).data == held


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_a_patch_is_an_object(lake: Lake, held: Body, body: Any) -> None:
    assert lake.ada.patch(path(held), body).status == 422


def test_the_whole_sent_back_changes_nothing(lake: Lake, held: Body) -> None:
    before = lake.ada.known_now()
    for change in (
        held,
        {},
        {"summary": held["summary"]},
        {"attitudes": {"q30": "accepts"}},
        {"quotes": held["quotes"]},
    ):
        got = lake.ada.patch(path(held), {**change, "reason": "nothing"})
        assert (got.status, got.data) == (200, held)
    assert lake.ada.known_now() == before


def test_the_whole_sent_back_with_one_change_changes_that(lake: Lake, held: Body) -> None:
    got = lake.ada.patch(path(held), {**held, "summary": "better said", "reason": "typo"}).data
    assert (got["version"], got["summary"], got["quotes"]) == (2, "better said", held["quotes"])


def test_quotes_are_replaced_and_kept_by_number(lake: Lake, held: Body) -> None:
    [kept] = held["quotes"]
    got = lake.ada.correct(held["id"], quotes=[quote(OTHER_WORDS), kept])
    assert [q["id"] for q in got["quotes"]] == [kept["id"] + 1, kept["id"]]
    assert got["quotes"][1] == kept
    reordered = lake.ada.correct(
        held["id"], quotes=[{"id": q["id"]} for q in reversed(got["quotes"])]
    )
    assert [q["id"] for q in reordered["quotes"]] == [kept["id"], kept["id"] + 1]
    assert reordered["version"] == 3


def test_a_corrected_quote_is_a_new_one(lake: Lake, held: Body) -> None:
    [was] = held["quotes"]
    [became] = lake.ada.correct(held["id"], quotes=[quote(OTHER_WORDS)])["quotes"]
    assert became["id"] != was["id"] and became["uid"] != was["uid"]
    assert lake.stranger.get(f"/quotes/{was['id']}").data["exact"] == was["exact"]


def test_a_draft_takes_changes_without_a_reason(lake: Lake) -> None:
    draft = lake.ada.draft()
    got = lake.ada.patch(path(draft), {"summary": "better said", "reason": ...})
    assert (got.data["status"], got.data["version"]) == ("draft", 2)
    published = lake.ada.patch(path(draft), {"status": "published", "reason": ...})
    assert (published.data["status"], published.data["action"], published.data["version"]) == (
        "published",
        "published",
        3,
    )
    again = lake.ada.patch(path(draft), {"status": "published"})
    assert (again.status, again.data["version"]) == (200, 3)


# --- If-Match -------------------------------------------------------------------------------------


def test_a_write_names_the_version_that_it_changes(lake: Lake, held: Body) -> None:
    bad = {"firmness": "soft", "reason": ...}
    first = lake.ada.get(path(held)).etag
    assert lake.ada.patch(path(held), bad, etag=None).status == 428
    assert lake.ada.patch(path(held), {"summary": "one"}, etag=first).status == 200
    for stale in (first, '"v99-r1-00000000"', '"nonsense"', f"W/{lake.ada.get(path(held)).etag}"):
        assert lake.ada.patch(path(held), bad, etag=stale).status == 412, stale
    newest = lake.ada.get(path(held)).etag
    assert (
        lake.ada.patch(path(held), {"summary": "two"}, etag=f'"v9-r9-99999999", {newest}').status
        == 200
    )


@pytest.mark.parametrize("content", [b"{", b"[1", b'{"reason": NaN}'])
def test_a_stale_write_is_told_so_before_its_body_is_judged(
    lake: Lake, held: Body, content: bytes
) -> None:
    client, address = lake.ada.client, f"/api/v1{path(held)}"
    headers = {
        "Authorization": f"Bearer {lake.ada.token}",
        "Content-Type": "application/merge-patch+json",
    }
    for etag, status in (
        (None, 428),
        ('"v9-r9-99999999"', 412),
        (lake.ada.get(path(held)).etag, 422),
    ):
        sent = headers | ({"If-Match": etag} if etag else {})
        assert client.patch(address, content=content, headers=sent).status_code == status


def test_a_save_elsewhere_is_no_conflict(lake: Lake, held: Body) -> None:
    etag = lake.ada.get(path(held)).etag
    lake.ada.state("south")
    assert lake.ada.get(path(held)).etag != etag
    assert lake.ada.patch(path(held), {"summary": "one"}, etag=etag).status == 200


def test_every_answer_carries_the_etag_to_go_on_with(lake: Lake) -> None:
    posted = lake.ada.post("/positions", position())
    assert posted.headers["location"] == "/api/v1/positions/1"
    patched = lake.ada.patch("/positions/1", {"summary": "one"}, etag=posted.etag)
    retracted = lake.ada.retract(1, etag=patched.etag)
    restored = lake.ada.patch("/positions/1", {"status": "published"}, etag=retracted.etag)
    assert [a.data["version"] for a in (posted, patched, retracted, restored)] == [1, 2, 3, 4]
    assert lake.ada.ask("GET", "/positions/1", **{"If-None-Match": restored.etag}).status == 304
    assert lake.ada.ask("GET", "/positions/1", **{"If-None-Match": patched.etag}).status == 200
    lake.ada.state("south")
    assert lake.ada.ask("GET", "/positions/1", **{"If-None-Match": restored.etag}).status == 200


# --- retracting and restoring ---------------------------------------------------------------------


def test_retracting_takes_a_reason_and_a_version(lake: Lake, held: Body) -> None:
    number = held["id"]
    assert lake.ada.retract(number, etag=None).status == 428
    assert lake.ada.retract(number, etag='"v9-r9-99999999"').status == 412
    for reason in ("", None):
        refused = lake.ada.retract(number, reason=reason)
        assert (refused.status, refused.faults) == (422, {"/reason"})
    got = lake.ada.retract(number, "never said").data
    assert (got["status"], got["action"], got["reason"], got["version"]) == (
        "retracted",
        "retracted",
        "never said",
        2,
    )
    again = lake.ada.retract(number)
    assert (again.status, again.headers["content-type"]) == (409, "application/problem+json")


def test_what_is_retracted_counts_nowhere_and_stays_readable(lake: Lake, held: Body) -> None:
    before = lake.ada.known_now()
    lake.ada.retract(held["id"])
    for as_of in ("2024-05-14", "2024-12-31"):
        cell = lake.stranger.cell(as_of=as_of)
        assert (cell["position"], cell["positions_count"]) == (None, 0)
    assert lake.stranger.current(known_at=before) == held["id"]
    assert lake.stranger.get("/positions").data == []
    got = lake.stranger.get(path(held)).data
    assert (got["status"], got["quotes"]) == ("retracted", held["quotes"])
    assert [v["version"] for v in lake.stranger.get(f"{path(held)}/versions").data] == [1, 2]


@pytest.mark.parametrize(
    "change", [{"summary": "x"}, {}, {"status": "published", "summary": "x"}], ids=str
)
def test_what_is_retracted_takes_no_other_patch(lake: Lake, held: Body, change: Any) -> None:
    lake.ada.retract(held["id"])
    assert lake.ada.patch(path(held), change).status == 409


def test_restoring_brings_it_back_as_it_was(lake: Lake, held: Body) -> None:
    retracted = lake.ada.retract(held["id"]).data
    assert lake.ada.patch(path(held), {"status": "published", "reason": ...}).status == 422
    assert lake.ada.patch(path(held), {"status": "draft"}).status == 422
    whole = {**retracted, "status": "published", "reason": "it was said after all"}
    got = lake.ada.patch(path(held), whole).data
    new = {
        "version": 3,
        "action": "restored",
        "reason": "it was said after all",
        "recorded_at": got["recorded_at"],
    }
    assert got == held | new
    assert lake.stranger.current() == held["id"]


def test_a_draft_is_discarded_and_comes_back(lake: Lake) -> None:
    draft = lake.ada.draft()
    discarded = lake.ada.retract(draft["id"]).data
    assert discarded["status"] == "retracted"
    assert lake.stranger.get(path(draft)).status == 404
    back = lake.ada.correct(draft["id"], status="draft")
    assert (back["status"], back["action"]) == ("draft", "restored")
    assert lake.stranger.get(path(draft)).status == 404
    lake.ada.retract(draft["id"])
    published = lake.ada.correct(draft["id"], status="published")
    assert published["status"] == "published"
    assert [v["version"] for v in lake.stranger.get(f"{path(draft)}/versions").data] == [5]
    assert lake.stranger.current() == draft["id"]


def test_a_discarded_draft_without_a_quote_does_not_come_back_published(lake: Lake) -> None:
    draft = lake.ada.draft(quotes=[])
    lake.ada.retract(draft["id"])
    refused = lake.ada.patch(path(draft), {"status": "published"})
    assert (refused.status, refused.faults) == (422, {"/quotes"})


def test_a_correction_does_not_jump_ahead(lake: Lake) -> None:
    first = lake.ada.state()
    second = lake.ada.state()
    lake.ada.correct(first["id"], summary="better said")
    assert lake.stranger.current() == second["id"]
    lake.ada.retract(first["id"])
    lake.ada.correct(first["id"], status="published")
    assert lake.stranger.current() == second["id"]
