"""Test that derived tables are compared with the log, row by row and column by column."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.db.engine import make_engine, make_sessions
from app.log import compare as comparing
from app.log.compare import compare
from app.log.derived_tables import Derived, derived
from tests.log.test_rebuild import written
from tests.proposals.bodies import proposal
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect

__all__ = ["written"]

OTHER = {
    "bigint": "coalesce({0}, 0) % 1000 + 7",
    "integer": "coalesce({0}, 0) % 1000 + 7",
    "text": "coalesce({0}, '') || 'x'", "boolean": "NOT {0}", "date": "'1999-01-01'",
    "timestamp with time zone": "'1999-01-01'", "uuid": "gen_random_uuid()",
    "double precision": "coalesce({0}, 0) + 7", "ARRAY": "array_append({0}, NULL)",
    "tsvector": "'other'", "jsonb": "'{{}}'",
}  # fmt: skip
# Columns that no snapshot has: a live row's author, and instants that the log's commits have.
UNTOLD = {
    ("position", "created_by"), ("proposal", "proposed_at"), ("proposal", "decided_at"),
}  # fmt: skip
# Columns that are checked by comparing quotes with texts.
RECHECKED = {
    ("quote_check", name)
    for name in (
        "text_id",
        "start",
        "end",
        "segments",
        "prefix",
        "suffix",
        "fragment",
        "page",
    )
}
# The one row whose check is recorded in the log.
ONE = {
    "quote_check": "quote_id = 1 AND seq = (SELECT max(seq) FROM log_revision WHERE action ="
    " 'checked')"
}
COMPUTED = {("quote", "words")}


def compared(lake: Lake) -> list[str]:
    async def work() -> list[str]:
        engine = make_engine(lake.database.url)
        async with make_sessions(engine)() as session:
            found = [line async for line in compare(session)]
        await engine.dispose()
        return found

    return asyncio.run(work())


def columns(owner: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    rows = owner.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " ORDER BY 1",
        [table],
    )
    return [(str(name), str(kind)) for name, kind in rows]


def differs(lake: Lake, owner: psycopg.Connection, table: str, statement: Any) -> list[str]:
    """Return what the comparison says of a table after a statement, which is rolled back."""
    name = sql.Identifier(table)
    owner.execute(sql.SQL("CREATE TABLE kept AS TABLE {}").format(name))
    owner.execute(statement)
    found = [line for line in compared(lake) if line.startswith(f"{table}, ")]
    owner.execute(sql.SQL("DELETE FROM {}").format(name))
    listed = sql.SQL(", ").join(
        sql.Identifier(n) for n, _ in columns(owner, table) if (table, n) not in COMPUTED
    )
    restore = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM kept")
    owner.execute(restore.format(name, listed, listed))
    owner.execute("DROP TABLE kept")
    return found


def test_nothing_differs_after_whatever_was_written(written: Lake) -> None:
    assert compared(written) == []
    # As rows were written before these columns existed.
    with connect(written.database.owner_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE log_revision SET snapshot = snapshot - 'review' WHERE kind = 'negotiation'"
        )
    assert compared(written) == []


def test_each_column_and_row_that_was_tampered_with_is_named(
    written: Lake, subtests: pytest.Subtests
) -> None:
    reading = {"do": "read", "reason": "Nothing in it", "version": "0"}
    assert written.ada.browse("POST", "/n/lake/desk/1/reading", data=reading).status_code == 303
    assert written.ada.post("/proposals", proposal("south", "dam")).status == 201
    with connect(written.database.owner_url) as owner:
        owner.execute("SET session_replication_role = replica")  # bypasses every guard
        for table in derived():
            with subtests.test(table.table):
                tampered(written, owner, table)
    assert compared(written) == []


def tampered(lake: Lake, owner: psycopg.Connection, table: Derived) -> None:
    name = sql.Identifier(table.table)
    unchecked(owner, table.table)
    one = sql.SQL(ONE.get(table.table, "ctid = (SELECT max(ctid) FROM {})")).format(name)
    told = {
        n: k
        for n, k in columns(owner, table.table)
        if (table.table, n) not in UNTOLD | RECHECKED | COMPUTED
    }
    others = {
        n: sql.SQL(OTHER[kind]).format(sql.Identifier(n))
        for n, kind in told.items()
        if n not in table.key
    }
    set_all = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(n), to) for n, to in others.items()
    )
    changed = sql.SQL("UPDATE {} SET {} WHERE {}").format(name, set_all, one)
    said = " ".join(differs(lake, owner, table.table, changed)).replace("other words", "words is")
    assert [n for n in others if f"{n} is" not in said] == []
    gone = differs(lake, owner, table.table, sql.SQL("DELETE FROM {} WHERE {}").format(name, one))
    assert len(gone) == 1 and "is missing" in gone[0]


def unchecked(owner: psycopg.Connection, table: str) -> None:
    """Allow any value in a table."""
    checks = owner.execute(
        "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'u') AND conrelid = %s::regclass",
        [f'"{table}"'],
    ).fetchall()
    for (name,) in checks:
        owner.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE").format(
                *map(sql.Identifier, (table, name))
            )
        )


def test_what_is_written_meanwhile_makes_no_difference(
    written: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile() -> Iterator[Derived]:
        written.ada.correct(1, summary="While others look")
        yield from derived()

    monkeypatch.setattr(comparing, "derived", meanwhile)
    assert verified(written) == []


def test_a_row_that_the_log_does_not_know_is_named(written: Lake) -> None:
    with connect(written.database.owner_url) as owner:
        owner.execute("INSERT INTO log_quote_use (quote_id, position_id, seq) VALUES (1, 2, 3)")
        owner.execute(
            "INSERT INTO quote_check (quote_id, seq, verification) VALUES (1, 999, 'verified')"
        )
        owner.execute(
            "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public)"
            " VALUES (1, 9, 1, 'party', 1, true)"
        )
    assert compared(written) == [
        "log_holding, seq_from 1, n 9: is not in the log",
        "log_quote_use, quote_id 1, position_id 2: is not in the log",
        "quote_check, quote_id 1, seq 999: is not in the log",
    ]


PARTS = {"position_attitude": "attitudes", "position_link": "links", "position_quote": "quotes"}


@pytest.mark.parametrize("table", PARTS)
def test_what_hangs_on_a_position_is_compared_with_it(written: Lake, table: str) -> None:
    written.ada.correct(1, links=[{"issue": "dam", "option": "closed", "kind": "condition"}])
    with connect(written.database.owner_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(sql.SQL("DELETE FROM {} WHERE position_id = 1").format(sql.Identifier(table)))
    [line] = compared(written)
    assert line.startswith(f"position, id 1: {PARTS[table]} is")
