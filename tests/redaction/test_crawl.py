"""Test that after a redaction no address answers with the words, or from a cache."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.redaction.test_redacting import WHY, dumped, redact, released
from tests.support.crawling import Asked, ask, questions, said
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.logged import verified

MARKER = "zebrawood"
TEXT = (
    "Talks on the survey. “The gates stay open until June,” said Mara Venn. “We want every"
    " zebrawood grove back,” "
    "she went on. “The dam stays closed until then.” Asked again, she said: “We want every"
    " zebrawood grove back.” "
    "“So be it,” said Tol Ibarra, the envoy."
)
SAID = "We want every zebrawood grove back"
BEFORE, AFTER = "The gates stay open until June", "The dam stays closed until then"
DRAFTED, GIVEN = "So be it", "Asked again"


@pytest.fixture
def neighbours(lake: Lake) -> Lake:
    """State a quote with the marker and others beside it.

    Published, in a draft, and with a context given to identify the place.
    """
    there = lake.ada.source(text=TEXT, published_on="2024-05-14")["id"]
    assert there == 2
    lake.ada.state(
        issue="dam",
        quotes=[
            quote(
                SAID,
                there,
                prefix="“",
                suffix=",” she went on",
                translation=f"Gebt uns {MARKER} zurück",
            )
        ],
        summary="The groves first",
    )
    key = {"Idempotency-Key": "k"}
    body = {
        "negotiation": "lake", "party": "north", "issue": "quota", "summary": "Closed till then",
        "attitudes": {"q40": "prefers"}, "stated_on": "2024-05-14",
        "quotes": [quote(BEFORE, there), quote(AFTER, there)],
    }  # fmt: skip
    assert lake.ada.post("/positions", body, **key).status == 201
    # The quote that is removed keeps its page.
    lake.ada.correct(2, quotes=[{"id": 3}], reason="The gates are another matter")
    given = quote(GIVEN, there, prefix="closed until then.” ", suffix=f", she said: “{SAID}")
    lake.ada.draft("south", "dam", quotes=[quote(DRAFTED, there), given])
    lake.ada.post(
        "/quotes/check",
        {"source_id": there, "exact": "every groove back"},
        **{"Idempotency-Key": "c"},
    )
    released(lake)
    again = quote(SAID, there, prefix="Asked again, she said: “")
    cell = {"negotiation": "lake", "party": "south", "issue": "dam"}
    proposed = {"kind": "position", "position": {**cell, "quotes": [again]}}
    assert lake.ada.post("/proposals", proposed).status == 201
    return lake


VALUES: dict[str, Sequence[object]] = {
    "slug": ["lake"], "party": ["north"], "issue": ["dam"], "option": ["closed"],
    "position_id": [1, 2, 3], "version": [1], "number": [1], "quote_id": [1, 2, 3],
    "source_id": [2], "speaker_id": [1], "form": ["bib", "json"],
    "image": ["svg"], "proposal_id": [1], "alert_id": [1],
}  # fmt: skip


def test_no_answer_has_the_words_and_none_of_before_counts(
    neighbours: Lake, subtests: pytest.Subtests
) -> None:
    lake = neighbours
    holding: dict[Asked, str | None] = {}
    for question in questions(lake, VALUES, lake.stranger.known_now()):
        for asked in (question, replace(question, desk="vic")):
            got = ask(lake, asked)
            assert got.status_code < 500, asked
            if MARKER.encode() not in said(got):
                break
            holding[asked] = got.headers.get("ETag")
    contexts = [
        a for a in holding if a.address.startswith(("/api/v1/positions/2", "/api/v1/quotes/3"))
    ]
    assert (
        len(contexts) >= 4
        and Asked("root", "/api/v1/positions/3") in holding
        and len(holding) > 100
    )
    assert redact(lake, "quote", 1).status_code == 303
    assert MARKER not in dumped(lake)
    for asked, etag in holding.items():
        with subtests.test(str(asked)):
            got = ask(lake, asked, etag)
            assert got.status_code in (200, 404)
            assert MARKER.encode() not in said(got)
    left = lake.stranger.get("/quotes/3").data
    assert (left["prefix"], left["verification"]) == (",” she went on. “", "verified")
    assert lake.stranger.get("/quotes/2").data["suffix"] == ",” said Mara Venn. “"
    assert lake.stranger.get("/positions/2").data["reason"] == WHY
    assert verified(lake) == []
