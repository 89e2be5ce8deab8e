"""Test that the program's own copies are redacted too, in one act.

Beside other quotes, and under other parties.
"""

import json
import sqlite3
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from app.core import clock
from app.embedded_postgres.server import Server
from app.log.writer import writing
from app.redaction import actions
from app.redaction.subject import Subject
from tests.codebook.test_codebook import fields_of
from tests.datapackage.packages import at_work, give_out, take_in
from tests.redaction.test_crawl import AFTER, BEFORE, GIVEN, MARKER, SAID, TEXT, neighbours
from tests.redaction.test_redacting import PROGRAM, WHY, dumped, redact
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect

__all__ = ["neighbours"]


def test_the_preview_lists_every_place_where_the_program_put_the_words(neighbours: Lake) -> None:
    shown = neighbours.root.page("/admin/redactions?what=quote&number=1").text
    for place in (
        "Quote 1: its text",
        "Position 1: version 1 in the log",
        "Quote 2: text before or after it, as it was filled from the text",
        "Quote 3: text before or after it, as it was filled from the text",
        "Quote 4: text before or after it, as it was filled from the text",
        "Quote 5: text before or after it, as it was filled from the text and as it was given",
        "Position 2: gets a new version",
        "Position 3: gets a new version",
        "Source 2: 1 saved text, the passage",
        "Release 1 of lake",
        "2 answers kept",
    ):
        assert place in shown, place


def test_of_words_beside_a_quote_what_is_nearer_stays(neighbours: Lake) -> None:
    lake = neighbours
    assert redact(lake, "quote", 1).status_code == 303
    shown = {
        q["exact"]: q
        for p in (2, 3)
        for v in lake.ada.get(f"/positions/{p}/versions").data
        for q in v["quotes"]
    }
    assert (
        shown[AFTER]["prefix"] == ",” she went on. “" and TEXT.index(AFTER) == shown[AFTER]["start"]
    )
    assert shown[BEFORE]["suffix"] == ",” said Mara Venn. “" and shown[BEFORE]["prefix"].startswith(
        "Talks"
    )
    assert (shown[GIVEN]["prefix"], shown[GIVEN]["suffix"]) == (
        "closed until then.” ",
        ", she said: “",
    )
    assert {q["verification"] for q in shown.values()} == {"verified"}
    assert lake.ada.get("/positions/2").data["action"] == "redacted"
    # The key is still known.
    assert lake.ada.post("/positions", {}, **{"Idempotency-Key": "k"}).status == 422
    assert verified(lake) == []


def test_all_places_of_a_text_where_the_words_stand_are_blocked(neighbours: Lake) -> None:
    assert redact(neighbours, "quote", 1).status_code == 303
    with connect(neighbours.database.url) as connection:
        [(text,)] = connection.execute(
            "SELECT text FROM source_text WHERE source_id = 2"
        ).fetchall()
    assert text == TEXT.replace(SAID, "█" * len(SAID))


def test_where_the_text_goes_the_words_beside_its_quotes_go_too(neighbours: Lake) -> None:
    lake = neighbours
    assert redact(lake, "text", 2).status_code == 303
    shown = [q for p in (1, 2, 3) for q in lake.ada.get(f"/positions/{p}").data["quotes"]]
    assert {(q["prefix"], q["suffix"], q["verification"]) for q in shown} == {
        (None, None, "verified")
    }
    assert lake.stranger.get("/negotiations/lake/releases/1").data["package"] is None
    assert verified(lake) == []


def test_a_mirror_forgets_the_words_beside_quotes_that_no_position_has_any_more(
    neighbours: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = neighbours
    mirror = run_path(str(PROGRAM))["Mirror"]("", str(tmp_path / "mirror.sqlite"))

    def fetch(after: str | None, limit: int) -> Any:
        return lake.stranger.get(
            "/changes", limit=limit, **({"after": after} if after else {})
        ).data

    monkeypatch.setattr(mirror, "fetch", fetch)
    mirror.catch_up()
    with sqlite3.connect(tmp_path / "mirror.sqlite") as kept:
        checks = json.dumps(kept.execute("SELECT * FROM quote_check").fetchall())
    assert MARKER in checks
    assert redact(lake, "quote", 1).status_code == 303
    mirror.catch_up()
    with sqlite3.connect(tmp_path / "mirror.sqlite") as kept:
        rows = [
            kept.execute(f"SELECT * FROM {table}").fetchall() for table in ("object", "quote_check")
        ]
    assert MARKER not in json.dumps(rows, ensure_ascii=False)


def test_an_older_package_brings_no_words_back_beside_a_quote(
    neighbours: Lake, tmp_path: Path
) -> None:
    lake = neighbours
    lake.ada.correct(3, status="published")
    give_out(lake.database.url, "lake", tmp_path / "old.zip")
    assert redact(lake, "quote", 1).status_code == 303
    before = dumped(lake)
    take_in(lake.database.url, tmp_path / "old.zip")
    assert dumped(lake) == before


def test_words_beside_quotes_that_were_checked_elsewhere_go_too(
    neighbours: Lake, database: Server, client: TestClient, tmp_path: Path
) -> None:
    give_out(neighbours.database.url, "lake", tmp_path / "out.zip", texts=False)
    take_in(database.url, tmp_path / "out.zip")
    there = Desk(client)

    def quotes() -> dict[str, Any]:
        return {q["exact"]: q for p in there.get("/positions").data for q in p["quotes"]}

    async def work(session: AsyncSession) -> None:
        async with writing(session, by=None, now=clock.now()) as log:
            await actions.redact(log, Subject("quote", before[SAID]["id"]), reason=WHY)

    before = quotes()
    assert before[AFTER]["verification"] == "attested" and MARKER in before[AFTER]["prefix"]
    at_work(database.url, work)
    assert quotes()[AFTER]["prefix"] == ",” she went on. “"


def merge_north_into_council(lake: Lake) -> None:
    """Merge the north into the council: the north's positions are stated anew, word for word."""
    path = "/n/lake/code-book/parties/north/merge"
    form = fields_of(lake.ada.page(f"{path}?into=council").text)
    done = lake.ada.browse("POST", path, data=form | {"reason": "It never spoke for the north"})
    assert done.status_code == 303, done.text


def test_what_was_recorded_under_another_party_goes_too(neighbours: Lake) -> None:
    lake = neighbours
    merge_north_into_council(lake)
    [copy] = [
        p for p in lake.stranger.get("/positions", party="council").data if p["issue"] == "dam"
    ]
    assert copy["quotes"][0]["exact"] == SAID and copy["quotes"][0]["id"] != 1
    assert (
        f"Quote {copy['quotes'][0]['id']}: the same text"
        in lake.root.page("/admin/redactions?what=quote&number=1").text
    )
    assert redact(lake, "quote", 1).status_code == 303
    assert MARKER not in dumped(lake)
    assert (
        lake.stranger.get(f"/positions/{copy['id']}").data["quotes"][0]["redacted"]["reason"] == WHY
    )
    assert redact(lake, "summary", 1, 1).status_code == 303
    assert "The groves first" not in dumped(lake)
    assert redact(lake, "reason", copy["id"], 1).status_code == 303
    assert "It never spoke for the north" not in dumped(lake)
    assert verified(lake) == []


def test_a_reason_does_not_repeat_what_has_to_go(neighbours: Lake) -> None:
    before = dumped(neighbours)
    refused = redact(neighbours, "quote", 1, why=f"Nobody may read “{SAID}”")
    assert refused.status_code == 422 and "repeats what is to be removed" in refused.text
    assert dumped(neighbours) == before
