"""Test that what is derived from the log can be rebuilt from it, row by row."""

import asyncio
from typing import Any

import pytest

from app.db.engine import make_engine, make_sessions, transaction
from app.log.rebuild import rebuild
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect

DERIVED = ("log_holding", "log_spell", "log_quote_use")


def rebuilt(lake: Lake) -> None:
    async def work() -> None:
        engine = make_engine(lake.database.owner_url)  # the owner of the tables
        async with transaction(make_sessions(engine)) as session:
            await rebuild(session)
        await engine.dispose()

    asyncio.run(work())


def derived(lake: Lake) -> dict[str, list[Any]]:
    with connect(lake.database.url) as connection:
        return {
            t: [r[0] for r in connection.execute(f"SELECT t::text FROM {t} t ORDER BY 1")]
            for t in DERIVED
        }


@pytest.fixture
def written(lake: Lake) -> Lake:
    """Write corrections, retractions, drafts, hearsay, and several versions in one commit."""
    ada = lake.ada
    ada.state(
        attitudes={"q40": "prefers", "q20": "rejects"},
        quotes=[quote(speaker={"name": "New"}), quote("farmer")],
    )
    ada.correct(1, quotes=[quote("every farmer")], stated_on="2024")
    ada.state("south", quotes=[quote("insult to every", speaker="Mara Venn")])
    ada.retract(2)
    ada.correct(2, status="published")
    ada.draft(stated_on=..., quotes=[])
    ada.draft()
    ada.correct(4, summary="x")
    ada.correct(4, status="published")
    ada.patch(
        "/sources/1",
        {"title": "New", "text": "We accept forty per cent and not one drop less, every farmer"},
    )
    ada.patch("/negotiations/lake/issues/quota", {"options": [{"slug": "q40", "label": "New"}]})
    ada.post(
        "/negotiations/lake/looks", {"party": "north", "issue": "dam", "looked_on": "2024-06-01"}
    )
    return lake


def test_it_is_rebuilt_to_the_row(written: Lake) -> None:
    before = derived(written)
    with connect(written.database.owner_url) as owner:
        owner.execute("UPDATE log_holding SET seq_to = 3, words = '' WHERE kind = 'position'")
        owner.execute(
            "UPDATE log_spell SET stated_by = '2020-01-01', attributed = NOT attributed,"
            " option_ids = '{}'"
        )
        owner.execute("DELETE FROM log_quote_use WHERE quote_id > 1")
    assert derived(written) != before
    rebuilt(written)
    assert derived(written) == before


def test_what_was_redacted_keeps_what_it_has(written: Lake) -> None:
    with connect(written.database.owner_url) as owner:
        owner.execute("SET parley.redacting = 'on'")
        owner.execute(
            "UPDATE log_revision SET snapshot = NULL, reason = NULL, nonce = NULL,"
            " redacted_at = now(), "
            "redacted_for = 'the law' WHERE kind = 'position' AND object_id = 1"
        )
    before = derived(written)
    rebuilt(written)
    assert derived(written) == before
