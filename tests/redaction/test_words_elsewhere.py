"""Test that the preview names all places where people typed the same words.

Whatever is left after the redaction was named there.
"""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.redaction.test_crawl import MARKER, SAID, neighbours
from tests.redaction.test_redacting import redact
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect

__all__ = ["neighbours"]

PREVIEW = "/admin/redactions?what=quote&number=1"
COPY = f"She said that we want every {MARKER} grove back, and meant it"


@pytest.fixture
def copied(neighbours: Lake) -> Lake:
    """Write the words in every field that people fill in."""
    ada = neighbours.ada
    other = ada.source(text=f"Elsewhere: “{SAID}.” So they report.", title=f"Minister: {SAID}")[
        "id"
    ]
    assert other == 3
    ada.state(
        "council", "dam", summary=COPY, attitudes={"closed": "accepts"},
        conditions={"closed": f"once {COPY}"},
        quotes=[quote(f"every {MARKER} grove back", other,
                      translation=f"Wir wollen jeden {MARKER}hain")],
    )  # fmt: skip
    ada.correct(4, summary="Something else", reason=f"{COPY} was no summary")
    look = {"party": "council", "issue": "quota", "looked_on": "2024-06-01", "where": COPY}
    assert ada.post("/negotiations/lake/looks", look).status == 201
    assert ada.patch("/negotiations/lake/issues/dam", {"notes": f"Where {COPY}"}).status == 200
    assert neighbours.root.patch("/negotiations/lake", {"review": True}).status == 200
    comment = {"do": "submit", "version": "1", "comment": f"Is it so that {COPY}?"}
    assert ada.browse("POST", "/positions/3/review", data=comment).status_code == 303
    reading = {"do": "read", "reason": COPY, "version": "0"}
    assert ada.browse("POST", "/n/lake/desk/3/reading", data=reading).status_code == 303
    release = {"number": "2", "title": COPY, "changelog": COPY}
    assert neighbours.root.browse("POST", "/n/lake/releases/new", data=release).status_code == 303
    return neighbours


NAMED = (
    "Position 4: summary, version 1", "Position 4: condition, versions 1, 2",
    "Position 4: reason, version 2", "Quote 6 of position 4: its text", "A comment on position 3",
    "Release 2: title", "Release 2: changelog", "Source 3: the saved text", "Source 3: title",
    "Look 1: where somebody looked", "Issue 2: notes", "Reading 1: reason",
)  # fmt: skip


def test_what_people_wrote_is_named_and_left(copied: Lake) -> None:
    page = LexborHTMLParser(copied.root.page(PREVIEW).text)
    named = [" ".join(li.text().split()) for li in page.css("#preview ~ ul li")]
    for place in NAMED:
        assert any(line.startswith(place) for line in named), place
    assert redact(copied, "quote", 1).status_code == 303
    with connect(copied.database.url) as connection:
        rows = {
            f"{table} {row[0]}"
            for (table,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for row in connection.execute(
                f"SELECT t::text FROM \"{table}\" t WHERE t::text LIKE '%{MARKER}%'"
            )
        }
    kinds = sorted({row.split(" ")[0] for row in rows})
    assert kinds == [
        "issue", "log_holding", "log_revision", "look", "position_attitude", "quote",
        "quote_check", "release", "review_comment", "source", "source_reading", "source_text",
    ]  # fmt: skip
    # Left is only the check of quote 6, which repeats the words: its link leads to them.
    assert [row[:15] for row in rows if row.startswith("quote_check")] == ["quote_check (6,"]
    assert not [row for row in rows if row.startswith("log_revision") and "Gebt uns" in row]


def test_each_can_be_redacted_from_there(copied: Lake) -> None:
    page = LexborHTMLParser(copied.root.page(PREVIEW).text)
    links = {
        a.attributes["href"]
        for a in page.css("#preview ~ ul li a")
        if a.text() == "Redact this too"
    }
    assert {
        "/admin/redactions?what=quote&number=6",
        "/admin/redactions?what=summary&number=4&version=1",
        "/admin/redactions?what=reason&number=4&version=2",
        "/admin/redactions?what=text&number=3",
        "/admin/redactions?what=source&number=3",
    } <= links


def test_common_words_are_not_named(neighbours: Lake) -> None:
    neighbours.ada.state(
        "council", "dam", summary="Until then every word is said, and they want it back"
    )
    shown = neighbours.root.page(PREVIEW).text
    assert "Position 4" not in shown
