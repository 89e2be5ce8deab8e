"""Test rules 1 and 2 of docs/rules.md: no position without a quote, verbatim or flagged."""

from typing import Any

import pytest

from tests.support.factories import NOWHERE, OTHER_WORDS, TEXT, TWICE, WORDS, position, quote
from tests.support.fixtures import Lake


@pytest.mark.parametrize("quotes", [[], ...], ids=["empty", "left out"])
def test_nothing_is_published_without_a_quote(lake: Lake, quotes: Any) -> None:
    refused = lake.ada.post("/positions", position(quotes=quotes))
    assert (refused.status, refused.faults) == (422, {"/quotes"})
    draft = lake.ada.draft(quotes=quotes)
    refused = lake.ada.patch(f"/positions/{draft['id']}", {"status": "published"})
    assert (refused.status, refused.faults) == (422, {"/quotes"})
    published = lake.ada.state()
    refused = lake.ada.patch(f"/positions/{published['id']}", {"quotes": []})
    assert (refused.status, refused.faults) == (422, {"/quotes"})


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"exact": WORDS}, "/quotes/0/source_id"),
        ({"source_id": 1}, "/quotes/0/exact"),
        (quote(source_id=999), "/quotes/0/source_id"),
        (quote(exact=""), "/quotes/0/exact"),
        (quote(exact=" \n"), "/quotes/0/exact"),
        (quote(exact=None), "/quotes/0/exact"),
        (quote(kind=None), "/quotes/0/kind"),
        (quote(kind="overheard"), "/quotes/0/kind"),
        (quote(speaker="Nobody At All"), "/quotes/0/speaker"),
        (quote(said_on="2024-05-32"), "/quotes/0/said_on"),
        (quote(verification="verified"), "/quotes/0/verification"),
        ({"id": 999}, "/quotes/0/id"),
        (quote(id=None), "/quotes/0/id"),
    ],
    ids=str,
)
def test_a_quote_needs_its_words_and_its_source(lake: Lake, sent: Any, where: str) -> None:
    refused = lake.ada.post("/positions", position(quotes=[sent], status="draft"))
    assert (refused.status, refused.faults) == (422, {where})


def test_words_are_kept_as_sent_and_verified_with_their_place(lake: Lake) -> None:
    exact = "we accept".capitalize() + "  forty per cent\n… not one drop less"
    [got] = lake.ada.state(quotes=[quote(exact)])["quotes"]
    assert (got["exact"], got["verification"], got["kind"]) == (exact, "verified", "direct")
    start, middle = TEXT.index("We accept"), TEXT.index("not one drop")
    assert got["segments"] == [
        [start, TEXT.index(" and not")],
        [middle, middle + len("not one drop less")],
    ]
    assert (got["start"], got["end"]) == (start, middle + len("not one drop less"))
    assert got["prefix"].endswith("“") and got["suffix"].startswith(",”")


def test_words_that_occur_twice_are_ambiguous_until_their_surroundings_settle_it(
    lake: Lake,
) -> None:
    answer = lake.ada.post("/positions", position(quotes=[quote(TWICE)]))
    assert answer.data["quotes"][0]["verification"] == "ambiguous"
    assert answer.json["warnings"]
    settled = lake.ada.state(quotes=[quote(TWICE, prefix="Asked again: “")])
    assert settled["quotes"][0]["start"] == TEXT.rindex(TWICE)


def test_a_mismatch_stays_in_a_draft_and_is_refused_on_publishing(lake: Lake) -> None:
    refused = lake.ada.post("/positions", position(quotes=[quote(NOWHERE)]))
    assert (refused.status, refused.faults) == (422, {"/quotes/0/exact"})
    kept = lake.ada.post("/positions", position(quotes=[quote(NOWHERE)], status="draft"))
    assert kept.data["quotes"][0]["verification"] == "mismatch"
    assert kept.json["warnings"]
    published = lake.ada.patch(f"/positions/{kept.data['id']}", {"status": "published"})
    assert (published.status, published.faults) == (422, {"/quotes/0/exact"})
    for answer in (refused, published):
        [fault] = answer.json["errors"]
        assert "We accept forty per cent" in fault["closest"]["exact"]
        assert (
            TEXT[fault["closest"]["start"] : fault["closest"]["end"]] == fault["closest"]["exact"]
        )
    [nothing_like_it] = lake.ada.post("/positions", position(quotes=[quote("Xyzzy plugh")])).json[
        "errors"
    ]
    assert nothing_like_it["closest"] is None


@pytest.fixture
def mismatched(lake: Lake) -> Any:
    """State a published position whose quote is not in a text that was added later."""
    there = lake.ada.source()
    stated = lake.ada.state(quotes=[quote("Words nobody wrote", there["id"])])
    assert stated["quotes"][0]["verification"] == "unverified"
    assert lake.ada.patch(f"/sources/{there['id']}", {"text": TEXT}).status == 200
    return stated


def test_a_text_put_on_file_checks_quotes_anew_without_a_new_version(
    lake: Lake, mismatched: Any
) -> None:
    [was] = mismatched["quotes"]
    now = lake.ada.get(f"/positions/{mismatched['id']}").data
    assert (now["version"], now["action"]) == (1, "published")
    assert (now["quotes"][0]["id"], now["quotes"][0]["verification"]) == (was["id"], "mismatch")
    fitting = TEXT.replace("Lake talks", "Words nobody wrote")
    assert lake.ada.patch(f"/sources/{was['source']['id']}", {"text": fitting}).status == 200
    [found] = lake.ada.get(f"/positions/{mismatched['id']}").data["quotes"]
    assert (found["verification"], found["start"], found["end"]) == ("verified", 0, 18)


def test_what_a_check_gave_is_asked_for_as_of_an_instant(lake: Lake) -> None:
    there = lake.ada.source()
    stated = lake.ada.state(quotes=[quote(WORDS, there["id"])])
    before = lake.stranger.known_now()
    address = f"/positions/{stated['id']}"
    was = lake.stranger.get(address, known_at=before).raw_data
    assert lake.ada.patch(f"/sources/{there['id']}", {"text": TEXT}).status == 200
    assert lake.stranger.get(address).data["quotes"][0]["verification"] == "verified"
    assert lake.stranger.get(address, known_at=before).raw_data == was
    assert b'"unverified"' in was


def test_a_correction_keeps_a_mismatch_but_brings_none(lake: Lake, mismatched: Any) -> None:
    path, [kept] = f"/positions/{mismatched['id']}", mismatched["quotes"]
    assert lake.ada.patch(path, {"summary": "better said"}).status == 200
    assert lake.ada.patch(path, {"quotes": [{"id": kept["id"]}, quote()]}).status == 200
    refused = lake.ada.patch(path, {"quotes": [{"id": kept["id"]}, quote(NOWHERE)]})
    assert (refused.status, refused.faults) == (422, {"/quotes/1/exact"})


def test_a_correction_brings_no_mismatch_from_a_draft_of_the_cell(lake: Lake) -> None:
    [wrong] = lake.ada.draft(quotes=[quote(NOWHERE)])["quotes"]
    stated = lake.ada.state()
    refused = lake.ada.patch(f"/positions/{stated['id']}", {"quotes": [{"id": wrong["id"]}]})
    assert (refused.status, refused.faults) == (422, {"/quotes/0/exact"})


def test_a_new_position_carries_quotes_of_its_cell_along(lake: Lake) -> None:
    [first] = lake.ada.state(stated_on="2024-05-13", quotes=[quote(said_on="2024-05-13")])["quotes"]
    second = lake.ada.state(quotes=[{"id": first["id"]}, quote(OTHER_WORDS)])
    assert [q["id"] for q in second["quotes"]] == [first["id"], first["id"] + 1]
    assert lake.stranger.get(f"/quotes/{first['id']}").data["positions"] == [1, 2]
    refused = lake.ada.post("/positions", position("south", quotes=[{"id": first["id"]}]))
    assert (refused.status, refused.faults) == (422, {"/quotes/0/id"})


@pytest.mark.parametrize(
    "change", [{"exact": OTHER_WORDS}, {"said_on": "2024-05-01"}, {"kind": "reported"}], ids=str
)
def test_a_quote_carried_along_is_not_changed_on_the_way(lake: Lake, change: Any) -> None:
    [first] = lake.ada.state()["quotes"]
    refused = lake.ada.post("/positions", position(quotes=[{"id": first["id"], **change}]))
    assert (refused.status, refused.faults) == (422, {f"/quotes/0/{next(iter(change))}"})


def test_a_quote_outlives_its_removal(lake: Lake) -> None:
    stated = lake.ada.state(quotes=[quote(), quote(OTHER_WORDS)])
    first, second = (q["id"] for q in stated["quotes"])
    lake.ada.correct(stated["id"], quotes=[{"id": second}])
    got = lake.stranger.get(f"/quotes/{first}").data
    assert (got["exact"], got["positions"]) == (WORDS, [stated["id"]])
    back = lake.ada.correct(stated["id"], quotes=[{"id": first}, {"id": second}])
    assert [q["id"] for q in back["quotes"]] == [first, second]


def test_a_quote_page_begins_with_the_first_publication(lake: Lake) -> None:
    draft = lake.ada.draft()
    number, before = draft["quotes"][0]["id"], lake.ada.known_now()
    assert lake.stranger.get(f"/quotes/{number}").status == 404
    assert lake.ada.get(f"/quotes/{number}").status == 200
    lake.ada.correct(draft["id"], status="published")
    assert lake.stranger.get(f"/quotes/{number}").status == 200
    assert lake.stranger.get(f"/quotes/{number}", known_at=before).status == 404


def test_the_same_words_for_another_party_warn(lake: Lake) -> None:
    lake.ada.state()
    answer = lake.ada.post("/positions", position("south"))
    assert answer.status == 201
    assert "Northshore" in str(answer.json["warnings"])


def test_a_date_after_the_publication_of_its_source_warns(lake: Lake) -> None:
    answer = lake.ada.post(
        "/positions", position(stated_on="2024-05-20", quotes=[quote(said_on="2024-05-20")])
    )
    assert answer.status == 201
    assert [w["pointer"] for w in answer.json["warnings"]] == ["/quotes/0/said_on"]


def test_quotes_are_checked_without_storing_anything(lake: Lake) -> None:
    sent = {"source_id": 1, "exact": "We accept sixty per cent and not one drop less"}
    found = lake.ada.post("/quotes/check", sent).data
    assert found["verification"] == "mismatch"
    closest = found["closest"]
    assert TEXT[closest["start"] : closest["end"]] == closest["exact"]
    assert (
        lake.ada.post("/quotes/check", {**sent, "exact": closest["exact"]}).data["verification"]
        == "verified"
    )
    assert lake.stranger.post("/quotes/check", sent).status == 401
    assert lake.vic.post("/quotes/check", sent).status == 403
    assert lake.ada.post("/quotes/check", {**sent, "text": "x"}).status == 422


LINES = "We accept\r\nforty per cent\rand not\x0cone drop less"


def test_line_ends_are_one_thing_in_texts_and_quotes(lake: Lake) -> None:
    lake.ada.patch("/sources/1", {"text": f"Talks.\r\n\r\n“{LINES},” she said.\r\n"})
    [got] = lake.ada.state(quotes=[quote(LINES, prefix="Talks.\r\n\r\n“")])["quotes"]
    assert got["exact"] == "We accept\nforty per cent\nand not\none drop less"
    assert (got["verification"], got["end"] - got["start"]) == ("verified", len(got["exact"]))
    assert got["prefix"] == "Talks.\n\n“" and "\r" not in got["suffix"]
    sent = [{"id": got["id"], "exact": LINES, "prefix": "Talks.\r\n\r\n“"}]
    assert lake.ada.patch("/positions/1", {"quotes": sent}).data["version"] == 1


def test_a_control_character_is_refused_with_its_place(lake: Lake) -> None:
    refused = lake.ada.post("/positions", position(quotes=[quote("We accept\r\nforty\x07")]))
    assert (refused.status, refused.faults) == (422, {"/quotes/0/exact"})
    assert "U+0007" in str(refused.json) and "line 2, column 6" in str(refused.json)


def test_what_keeps_words_from_matching_is_said(lake: Lake) -> None:
    lake.ada.patch("/sources/1", {"text": "The Skies.If bill fails. We want long-\nterm peace."})
    sent = {"source_id": 1, "exact": "The Skies"}
    found = lake.ada.post("/quotes/check", sent).data
    assert (found["reason"], found["closest"]["exact"]) == ("inside_words", "The Skies.If")
    assert lake.ada.post("/quotes/check", {**sent, "exact": "The Seas"}).data["reason"] == "absent"
    assert (
        lake.ada.post("/quotes/check", {**sent, "exact": "long-term peace"}).data["reason"] is None
    )
    refused = lake.ada.post("/positions", position(quotes=[quote("The Skies"), quote("The Seas")]))
    inside, absent = refused.json["errors"]
    assert (inside["reason"], absent["reason"]) == ("inside_words", "absent")
    assert "inside a word" in inside["detail"] and "does not occur" in absent["detail"]
    kept = lake.ada.post("/positions", position(status="draft", quotes=[quote("The Skies")]))
    [warned] = kept.json["warnings"]
    assert "inside a word" in warned["detail"] and warned["closest"]["exact"] == "The Skies.If"
