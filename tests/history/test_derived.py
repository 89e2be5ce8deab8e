"""What follows from the log is compared with it, row by row and column by column."""

import asyncio
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.core.database import make_engine, make_sessions
from app.history.comparing import compare
from app.history.derived import Derived, derived
from tests.history.test_rebuild import written
from tests.support.fixtures import Lake, connect

__all__ = ["written"]

OTHER = {
    "bigint": "{0} + 7", "text": "coalesce({0}, '') || 'x'", "boolean": "NOT {0}", "date": "'1999-01-01'",
    "timestamp with time zone": "'1999-01-01'", "uuid": "gen_random_uuid()", "double precision": "coalesce({0}, 0) + 7",
    "ARRAY": "array_append({0}, NULL)", "tsvector": "'other'", "jsonb": "'{{}}'",
}  # fmt: skip
# What no snapshot tells: of a live row its author, and what is of no account.
UNTOLD = {("position", "created_by")}
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
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY 1", [table]
    )
    return [(str(name), str(kind)) for name, kind in rows]


def differs(lake: Lake, owner: psycopg.Connection, table: str, statement: Any) -> list[str]:
    """What is said of a table after a statement, which is undone."""
    name = sql.Identifier(table)
    owner.execute(sql.SQL("CREATE TABLE kept AS TABLE {}").format(name))
    owner.execute(statement)
    found = [line for line in compared(lake) if line.startswith(f"{table}, ")]
    owner.execute(sql.SQL("DELETE FROM {}").format(name))
    listed = sql.SQL(", ").join(sql.Identifier(n) for n, _ in columns(owner, table) if (table, n) not in COMPUTED)
    restore = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM kept")
    owner.execute(restore.format(name, listed, listed))
    owner.execute("DROP TABLE kept")
    return found


def test_nothing_differs_after_whatever_was_written(written: Lake) -> None:
    assert compared(written) == []


@pytest.mark.parametrize("table", derived(), ids=lambda d: d.table)
def test_each_column_and_row_that_was_tampered_with_is_named(written: Lake, table: Derived) -> None:
    if table.table == "source_reading":
        reading = {"do": "read", "reason": "Nothing in it", "version": "0"}
        assert written.ada.browse("POST", "/n/lake/desk/1/reading", data=reading).status_code == 303
    name = sql.Identifier(table.table)
    with connect(written.database.owner_url) as owner:
        owner.execute("SET session_replication_role = replica")  # steps around every guard
        one = sql.SQL("ctid = (SELECT max(ctid) FROM {})").format(name)
        told = {n: k for n, k in columns(owner, table.table) if (table.table, n) not in UNTOLD | COMPUTED}
        others = [
            sql.SQL("{} = {}").format(sql.Identifier(n), sql.SQL(OTHER[kind]).format(sql.Identifier(n)))
            for n, kind in told.items()
            if n not in table.key
        ]
        changed = sql.SQL("UPDATE {} SET {} WHERE {}").format(name, sql.SQL(", ").join(others), one)
        said = " ".join(differs(written, owner, table.table, changed))
        assert [
            n for n in told if n not in table.key and f"{n} is" not in said.replace("other words", "words is")
        ] == []
        gone = differs(written, owner, table.table, sql.SQL("DELETE FROM {} WHERE {}").format(name, one))
        assert len(gone) == 1 and "is missing" in gone[0]
    assert compared(written) == []


def test_a_row_that_the_log_does_not_know_is_named(written: Lake) -> None:
    with connect(written.database.owner_url) as owner:
        owner.execute("INSERT INTO log_quote_use (quote_id, position_id, seq) VALUES (1, 2, 3)")
        owner.execute(
            "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public) VALUES (1, 9, 1, 'party', 1, true)"
        )
    assert compared(written) == [
        "log_holding, seq_from 1, n 9: is not in the log",
        "log_quote_use, quote_id 1, position_id 2: is not in the log",
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
