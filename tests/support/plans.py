"""Collect the statements of requests, and see how much the database reads for them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import psycopg
from psycopg import AsyncCursor, RawCursor, sql
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.prepared import Prepared

ANALYZE = "EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) "
Plan = Mapping[str, Any]
Values = Sequence[Any] | Mapping[str, Any] | None


@dataclass(frozen=True)
class Sent:
    """One statement as it was sent."""

    text: str
    values: Values
    numbered: bool = False  # its parameters are $1, $2 …
    kept: bool = False  # the connection may keep a plan that suits any values


@contextmanager
def sent_to(engine: AsyncEngine) -> Iterator[list[Sent]]:
    """Collect what is sent meanwhile: by the engine, by prepared statements, and to be copied."""
    found: list[Sent] = []
    read, copy = Prepared._read, AsyncCursor.copy

    def note(_connection: Any, _cursor: Any, statement: str, values: Values, *_: Any) -> None:
        found.append(Sent(statement, values))

    async def note_prepared(
        self: Prepared, driver: Any, values: Mapping[str, Any], **more: Any
    ) -> Any:
        given = [values[name] for name in self._names]
        found.append(Sent(self._text, given, numbered=True, kept=self._prepare))
        return await read(self, driver, values, **more)

    def note_copy(self: Any, statement: str, values: Values = None, **more: Any) -> Any:
        found.append(Sent(statement, values))
        return copy(self, statement, values, **more)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        with (
            mock.patch.object(Prepared, "_read", note_prepared),
            mock.patch.object(AsyncCursor, "copy", note_copy),
        ):
            yield found
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


def read_rows(connection: psycopg.Connection[Any], sent: Sent) -> list[Counter[str]]:
    """Return how many rows of each table a statement reads, by each plan that it may get.

    The first plan is made for its values, a second one for any values, if the connection may keep
    one.
    """
    statement = sent.text.strip()
    if statement.startswith("COPY ("):
        statement = statement[len("COPY (") : statement.rindex(") TO STDOUT")]
    if not statement.startswith(("SELECT", "WITH", "(")):
        return []
    cursor = RawCursor(connection) if sent.numbered else psycopg.ClientCursor(connection)
    plans = [cursor.execute(ANALYZE + statement, sent.values).fetchall()]
    if sent.kept:
        plans.append(_kept(connection, statement, sent.values))
    return [_rows(plan[0][0][0]["Plan"]) for plan in plans]


def _kept(connection: psycopg.Connection[Any], statement: str, values: Values) -> Any:
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute(f"PREPARE kept AS {statement}".encode())
    call = sql.SQL("EXECUTE kept")
    if values:
        call += sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, values)))
    found = connection.execute(sql.SQL(ANALYZE) + call).fetchall()
    connection.execute("DEALLOCATE kept")
    connection.execute("RESET plan_cache_mode")
    return found


def _rows(plan: Plan) -> Counter[str]:
    """Count the rows that the scans of a plan read, those that a condition dropped included."""
    found = Counter[str]()
    for node in _nodes(plan):
        if name := node.get("Relation Name"):
            each = node["Actual Rows"] + sum(
                count for key, count in node.items() if key.startswith("Rows Removed by")
            )
            found[name] += round(each * node["Actual Loops"])
    return found


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
