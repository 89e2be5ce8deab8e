"""Test that redacted words are nowhere any more, a tombstone says so, and all else stays."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from runpy import run_path
from typing import Any

import psycopg
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import OTHER_WORDS, TEXT, WORDS, quote
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect

PROGRAM = Path(__file__).resolve().parents[2] / "docs/mirror.py"
WHY = "Court of Sarn, order 12/25"


def redact(lake: Lake, what: str, number: int, version: int | None = None, why: str = WHY) -> Any:
    sent = {
        "what": what,
        "number": number,
        "version": version or "",
        "reason": why,
        "confirmed": "yes",
    }
    return lake.root.browse("POST", "/admin/redactions", data=sent)


def dumped(lake: Lake) -> str:
    """Return every row of every table as text."""
    with connect(lake.database.url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [
            row
            for (table,) in tables.fetchall()
            for row in connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()
        ]
        answers = connection.execute(
            "SELECT convert_from(answer, 'UTF8') FROM idempotency_key"
        ).fetchall()
    return "\n".join(row[0] for row in (*rows, *answers))


def released(lake: Lake) -> None:
    form = {"number": "1", "title": "First", "changelog": "Begun"}
    assert lake.root.browse("POST", "/n/lake/releases/new", data=form).status_code == 303


PAGES = (
    "/n/lake", "/n/lake/cells/north/quota", "/n/lake/issues/quota", "/n/lake/parties/north",
    "/n/lake/common-ground", "/n/lake/changes", "/n/lake/timeline", "/n/lake/agreement",
    "/n/lake/coverage", "/positions/1", "/positions/1/versions", "/positions/1/versions/1",
    "/positions/1/versions/2", "/quotes/1", "/sources/1", "/search?q=forty", "/n/lake/feed.atom",
    "/n/lake/export.csv", "/n/lake/export.json", "/n/lake/export.xlsx", "/n/lake/export.zip",
    "/n/lake/releases/1", "/api/v1/positions", "/api/v1/positions/1",
    "/api/v1/positions/1/versions", "/api/v1/positions/1/versions/1", "/api/v1/quotes/1",
    "/api/v1/sources", "/api/v1/sources/1", "/api/v1/changes", "/api/v1/search?q=forty",
    "/api/v1/negotiations/lake/matrix", "/api/v1/negotiations/lake/coverage",
    "/api/v1/negotiations/lake/changes", "/sources/1/text", "/sources/1/edit",
    "/positions/1/correct", "/admin/redactions", "/n/lake/desk",
)  # fmt: skip


def crawl(lake: Lake, *words: str) -> None:
    """Request all addresses: none fails, and none has any of the words."""
    for desk in (lake.stranger, lake.root):
        for page in PAGES:
            got = desk.page(page)
            assert got.status_code in (200, 303, 401, 404), (page, got.status_code, got.text[:300])
            content = got.content
            if content[:2] == b"PK":
                with zipfile.ZipFile(io.BytesIO(content)) as box:
                    content = b"".join(box.read(n) for n in box.namelist())
            assert not any(word.encode() in content for word in words), page


def full(lake: Lake) -> Any:
    """State a position with two quotes and two versions, written with a key, and a release."""
    sent = {**quote(translation="Quarante pour cent", prefix="“"), "kind": "direct"}
    body = {
        "negotiation": "lake", "party": "north", "issue": "quota", "summary": "Forty it is",
        "attitudes": {"q40": "prefers"}, "stated_on": "2024-05-14",
        "quotes": [sent, quote(OTHER_WORDS)],
    }  # fmt: skip
    assert lake.ada.post("/positions", body, **{"Idempotency-Key": "k"}).status == 201
    lake.ada.correct(1, firmness="demand", reason="Venn was misheard")
    lake.ada.post(
        "/quotes/check", {"source_id": 1, "exact": WORDS[:-3]}, **{"Idempotency-Key": "c"}
    )
    released(lake)
    return body


def test_a_quote_s_words_are_nowhere_any_more(lake: Lake) -> None:
    body = full(lake)
    before = lake.stranger.get("/positions/1").data
    pinned = lake.stranger.get("/negotiations/lake/matrix").meta
    assert redact(lake, "quote", 1).status_code == 303
    assert (
        WORDS not in dumped(lake) and "Quarante" not in dumped(lake) and OTHER_WORDS in dumped(lake)
    )
    crawl(lake, WORDS, "Quarante pour cent")
    now = lake.stranger.get("/positions/1").data
    gone, other = now["quotes"]
    assert (gone["exact"], gone["prefix"], gone["suffix"], gone["translation"]) == (
        "[redacted]",
        None,
        None,
        None,
    )
    assert gone["redacted"] == {"at": gone["redacted"]["at"], "reason": WHY, "by": "admin"}
    assert other == before["quotes"][1] and other["redacted"] is None
    assert (now["action"], now["version"], now["attitudes"]) == (
        "redacted",
        before["version"] + 1,
        before["attitudes"],
    )
    held = lake.stranger.get("/positions/1", known_at=pinned["known_at"]).data
    assert (
        held["version"] == before["version"] and held["quotes"][0]["redacted"] == gone["redacted"]
    )
    assert verified(lake) == []
    again = lake.ada.post("/positions", body, **{"Idempotency-Key": "k"})
    assert again.status == 410 and len(lake.stranger.get("/positions").data) == 1
    page = lake.stranger.page("/quotes/1").text
    assert WHY in page and "redacted" in page
    release = lake.stranger.get("/negotiations/lake/releases/1").data
    assert (release["package"], release["redacted_for"]) == (None, WHY)
    assert lake.stranger.page("/n/lake/releases/1.zip").status_code == 404
    assert redact(lake, "quote", 1).status_code == 409
    blocked = TEXT.replace(WORDS, "█" * len(WORDS))
    assert blocked[:40] in lake.ada.page("/sources/1/text").text
    checked = lake.ada.post("/quotes/check", {"source_id": 1, "exact": OTHER_WORDS}).data
    assert checked["start"] == other["start"]
    assert lake.ada.patch("/sources/1", {"text": TEXT}).status == 409
    # Further work: a correction that keeps it, one without a change, and a check of everything.
    assert (
        lake.ada.patch("/positions/1", {"quotes": now["quotes"]}).data["version"] == now["version"]
    )
    assert lake.ada.correct(1, summary="Forty")["quotes"][0]["exact"] == "[redacted]"
    assert lake.ada.retract(1).status == 200
    assert verified(lake) == []


def test_a_source_s_data_and_texts(lake: Lake) -> None:
    full(lake)
    lake.ada.patch("/sources/1", {"author": "Jo Marsh of Sarn"})
    was = lake.stranger.get("/sources/1").data
    assert redact(lake, "source", 1).status_code == 303
    assert redact(lake, "text", 1, why="The publisher asked").status_code == 303
    crawl(lake, was["title"], was["url"], "Jo Marsh of Sarn")
    assert not any(
        words in dumped(lake) for words in (was["title"], was["url"], "Jo Marsh of Sarn", TEXT)
    )
    now = lake.stranger.get("/sources/1").data
    assert (now["title"], now["url"], now["author"]) == ("[redacted]", None, None)
    assert now["published_on"] == was["published_on"]
    assert {part: t["reason"] for part, t in now["redacted"].items()} == {
        "data": WHY,
        "text": "The publisher asked",
    }
    shown = lake.stranger.get("/positions/1").data["quotes"][0]
    assert (shown["verification"], shown["source"]["title"], shown["link"]) == (
        "verified",
        "[redacted]",
        None,
    )
    assert WHY in lake.stranger.page("/sources/1").text
    refused = lake.ada.patch("/sources/1", {"text": TEXT})
    assert refused.status == 409 and "The publisher asked" in refused.json["detail"]
    assert verified(lake) == []


def test_a_summary_goes_from_every_version_that_has_it_and_a_reason_from_its_own(
    lake: Lake,
) -> None:
    full(lake)
    assert redact(lake, "summary", 1, 1).status_code == 303
    assert redact(lake, "reason", 1, 2).status_code == 303
    crawl(lake, "Forty it is", "Venn was misheard")
    assert "Forty it is" not in dumped(lake) and "Venn was misheard" not in dumped(lake)
    first, second, *_ = lake.stranger.get("/positions/1/versions").data
    assert (first["summary"], set(first["redacted"])) == (None, {"summary"})
    assert (second["reason"], set(second["redacted"])) == (None, {"summary", "reason"})
    assert WHY in lake.stranger.page("/positions/1/versions/1").text
    assert lake.stranger.get("/positions/1").data["summary"] is None
    assert verified(lake) == []


def test_the_reason_of_a_redaction_is_not_taken_for_that_of_the_retraction(lake: Lake) -> None:
    full(lake)
    lake.ada.retract(1, "Said by nobody")
    assert redact(lake, "quote", 1).status_code == 303
    notice = (
        LexborHTMLParser(lake.stranger.page("/positions/1").text).css_first(".notice.gone").text()
    )
    assert notice.startswith("Retracted.") and WHY not in notice


def test_what_is_left_of_a_payload_is_verified_too(lake: Lake) -> None:
    full(lake)
    redact(lake, "quote", 1)
    assert verified(lake) == []
    with connect(lake.database.owner_url) as owner:
        owner.execute("SET parley.redacting = 'on'")
        owner.execute(
            'UPDATE log_revision SET snapshot = snapshot || \'{"firmness": "open"}\' '
            "WHERE kind = 'position' AND version = 1"
        )
    assert any("position 1 was changed" in fault for fault in verified(lake))


def test_words_that_were_found_with_tolerance_go_from_texts_too(lake: Lake) -> None:
    there = lake.ada.source(
        text="“We accept  forty\nper cent”, she said; “and not one drop less”, he heard."
    )["id"]
    lake.ada.state(quotes=[quote("We accept forty per cent … and not one drop less", there)])
    assert redact(lake, "quote", 1).status_code == 303
    with connect(lake.database.url) as connection:
        [(text,)] = connection.execute(
            "SELECT text FROM source_text WHERE source_id = %s", [there]
        ).fetchall()
    assert text == f"“{'█' * 25}”, she said; “{'█' * 21}”, he heard."


def test_drafts_are_blanked_and_stay_private(lake: Lake) -> None:
    lake.ada.draft(quotes=[quote()])
    assert redact(lake, "quote", 1).status_code == 303
    assert WORDS not in dumped(lake)
    assert lake.stranger.get("/positions/1").status == 404
    assert [e for e in lake.stranger.get("/changes").data if e["type"] == "position"] == []


def test_a_mirror_blanks_it_too(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(lake)
    mirror = run_path(str(PROGRAM))["Mirror"]("", str(tmp_path / "mirror.sqlite"))

    def fetch(after: str | None, limit: int) -> Any:
        return lake.stranger.get(
            "/changes", limit=limit, **({"after": after} if after else {})
        ).data

    monkeypatch.setattr(mirror, "fetch", fetch)
    mirror.catch_up()
    redact(lake, "quote", 1)
    redact(lake, "source", 1)
    actions = [e["action"] for e in lake.stranger.get("/changes", after=mirror.cursor()).data]
    # Of the source's checks, the position, and the source.
    assert actions == [
        "redacted",
        "redacted",
        "redacted",
    ]
    mirror.catch_up()
    objects = sqlite3.connect(tmp_path / "mirror.sqlite").execute("SELECT data FROM object")
    kept = "".join(json.dumps(row) for row in objects)
    assert WORDS not in kept and WHY in kept
    assert mirror.positions()[1]["quotes"][0]["exact"] == "[redacted]"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"what": "quote", "number": "99"}, 404),
        ({"what": "source", "number": "99"}, 404),
        ({"what": "summary", "number": "1", "version": "9"}, 404),
        ({"what": "quote", "number": "1", "version": "1"}, 422),
        ({"what": "summary", "number": "1"}, 422),
        ({"what": "everything", "number": "1"}, 422),
        ({"what": "quote", "number": "x"}, 422),
        ({"what": "quote", "number": "1", "reason": " "}, 422),
        ({"what": "quote", "number": "1", "confirmed": ""}, 422),
        ({"what": "reason", "number": "1", "version": "1"}, 409),
    ],
)
def test_what_cannot_be_redacted_is_refused_and_nothing_is_done(
    lake: Lake, sent: dict[str, str], status: int
) -> None:
    full(lake)
    before = dumped(lake)
    got = lake.root.browse(
        "POST", "/admin/redactions", data={"reason": WHY, "confirmed": "yes", **sent}
    )
    assert got.status_code == status
    assert dumped(lake) == before


def test_the_preview_names_what_it_touches_and_does_nothing(lake: Lake) -> None:
    full(lake)
    before = dumped(lake)
    page = lake.root.page("/admin/redactions?what=quote&number=1").text
    assert (
        WORDS in page
        and "Position 1: versions 1, 2 in the log" in page
        and "Release 1 of lake" in page
    )
    assert dumped(lake) == before
    for desk in (lake.ada, lake.vic):
        assert desk.page("/admin/redactions").status_code == 403


def test_the_serving_role_can_blank_and_do_nothing_else(lake: Lake) -> None:
    full(lake)
    with connect(lake.database.url) as connection, pytest.raises(psycopg.Error):
        connection.execute("SET parley.redacting = 'on'")
        connection.execute("UPDATE log_revision SET snapshot = '{}' WHERE kind = 'position'")


def test_an_old_etag_of_a_pinned_answer_counts_no_longer(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    full(lake)
    pin = f"known_at={lake.stranger.known_now()}"
    exports = ("csv", "json", "xlsx", "zip", "dna")
    paths = [f"/api/v1/positions/1{more}?{pin}" for more in ("", "/versions", "/versions/1")]
    paths += [
        f"/api/v1/positions?{pin}",
        f"/api/v1/negotiations/lake/matrix?{pin}",
        f"/api/v1/quotes/1?{pin}",
    ]
    paths += [f"/n/lake/export.{kind}?{pin}" for kind in exports]
    had = {path: lake.stranger.client.get(path).headers["ETag"] for path in paths}
    for path, etag in had.items():
        assert lake.stranger.client.get(path, headers={"If-None-Match": etag}).status_code == 304, (
            path
        )
    assert redact(lake, "quote", 1).status_code == 303
    for path, etag in had.items():
        with subtests.test(path):
            got = lake.stranger.client.get(path, headers={"If-None-Match": etag})
            assert got.status_code == 200
            again = lake.stranger.client.get(path, headers={"If-None-Match": got.headers["ETag"]})
            assert again.status_code == 304
