"""Put a statement together once, and send it as text from then on.

Where nothing is written, a session can also read directly: outside a transaction, and without
SQLAlchemy between a statement and the driver. Both cost more than the database needs for most of
our statements. What is read stays consistent, because each statement names the moment of the log
that it reads, and what the log held at a moment never changes.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement, Compiled, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.counters import SQL_SECONDS

DRIVER = "driver"  # in the info of a session that reads directly: the connection of psycopg


async def read_directly(session: AsyncSession) -> None:
    """Let a session that has done nothing yet read without a transaction until it is closed."""
    connection = await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    pooled = await connection.get_raw_connection()
    session.info[DRIVER] = pooled.driver_connection


async def plan_anew(session: AsyncSession) -> None:
    """Let the database plan every statement of a transaction for its values.

    A session that reads directly needs no such mode: its `Prepared` statements say so themselves.
    """
    if DRIVER not in session.info:
        mode = func.set_config("plan_cache_mode", "force_custom_plan", True)
        await session.execute(select(mode))


class Prepared:
    """A statement whose values are bound parameters, by name.

    SQLAlchemy would put it together and look for its compiled form at each execution, which costs
    more than most of our statements cost the database. The rows are as the driver gives them. The
    database plans it once a connection, unless `planned_anew`, for statements whose best plan
    depends on the values.
    """

    def __init__(self, build: Callable[[], ClauseElement], *, planned_anew: bool = False) -> None:
        self._build = build
        self._compiled: Compiled | None = None
        self._prepare = not planned_anew

    async def all(self, session: AsyncSession, **values: Any) -> Sequence[Any]:
        """Execute it with these values, and return all rows."""
        compiled = self._compiled
        if compiled is None:
            dialect = session.get_bind().dialect
            self._compiled = compiled = self._build().compile(dialect=dialect)
        # A value that is missing is an error, as SQLAlchemy's own execution has it.
        given = compiled.construct_params(values)
        driver: psycopg.AsyncConnection[Any] | None = session.info.get(DRIVER)
        if driver is not None:
            return await self._read(driver, compiled.string, given)
        connection = await session.connection()
        return (await connection.exec_driver_sql(compiled.string, given)).all()

    async def one(self, session: AsyncSession, **values: Any) -> Any:
        """Execute it with these values, and return its only row."""
        [row] = await self.all(session, **values)
        return row

    async def _read(
        self,
        driver: psycopg.AsyncConnection[Any],
        text: str,
        given: Mapping[str, Any] | None,
    ) -> Sequence[Any]:
        began = time.perf_counter()
        try:
            async with driver.cursor(row_factory=namedtuple_row) as cursor:
                await cursor.execute(text, given, prepare=self._prepare)
                return await cursor.fetchall()
        except psycopg.Error as error:
            # As SQLAlchemy raises it, so that every caller and the answer's status are the same.
            raise DBAPIError.instance(
                text, None, error, psycopg.Error, connection_invalidated=driver.closed
            ) from error
        finally:
            SQL_SECONDS.observe(time.perf_counter() - began)
