"""Put a statement together once, and send it as text from then on.

Where nothing is written, a session can also read directly: outside a transaction, and without
SQLAlchemy between a statement and the driver. Both cost more than the database needs for most of
our statements. What is read stays consistent, because each statement names the moment of the log
that it reads, and what the log held at a moment never changes.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncRawCursor
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement, Dialect, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler

from app.core.counters import SQL_SECONDS
from app.core.gently import step_aside
from app.db.connections import require_sure

# In a text that SQLAlchemy has compiled: a parameter, or a percent sign.
PLACE = re.compile(r"%\((?P<name>\w+)\)s|%%")
AT_ONCE = 200  # rows
DIRECTLY = "directly"  # in the info of a session that reads without a transaction
DRIVER = "driver"  # and then, once it has one: the connection of psycopg
_WITHOUT_TRANSACTIONS: WeakKeyDictionary[AsyncEngine, AsyncEngine] = WeakKeyDictionary()


def read_directly(session: AsyncSession) -> None:
    """Let a session that has done nothing yet read without a transaction until it is closed.

    It takes a connection when it reads for the first time.
    """
    engine = cast(AsyncEngine, session.bind)
    bare = _WITHOUT_TRANSACTIONS.get(engine)
    if bare is None:
        bare = engine.execution_options(isolation_level="AUTOCOMMIT")
        _WITHOUT_TRANSACTIONS[engine] = _WITHOUT_TRANSACTIONS[bare] = bare
    session.bind, session.sync_session.bind = bare, bare.sync_engine
    session.info[DIRECTLY] = True


async def _driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    pooled = await connection.get_raw_connection()
    return cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)


async def plan_anew(session: AsyncSession) -> None:
    """Let the database plan every statement of a transaction for its values.

    A session that reads directly needs no such mode: its `Prepared` statements say so themselves.
    """
    if DIRECTLY not in session.info:
        mode = func.set_config("plan_cache_mode", "force_custom_plan", True)
        await session.execute(select(mode))


async def _all_of(cursor: AsyncRawCursor[Any]) -> list[Any]:
    """Return all rows, which the driver makes of what it has received, in steps."""
    found = rows = await cursor.fetchmany(AT_ONCE)
    while len(rows) == AT_ONCE:
        await step_aside()
        rows = await cursor.fetchmany(AT_ONCE)
        found += rows
    return found


async def _leave_if_read_only(session: AsyncSession, error: DBAPIError) -> None:
    """Give up the connection of a session if its server takes no writes.

    Nothing was written, so that there is nothing to roll back.
    """
    if isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction):
        await (await session.connection()).invalidate(error)


class Prepared:
    """A statement whose values are bound parameters, by name.

    SQLAlchemy would put it together and look for its compiled form at each execution, which costs
    more than most of our statements cost the database. The rows are as the driver gives them. The
    database plans it once a connection, unless `planned_anew`, for statements whose best plan
    depends on the values.
    """

    def __init__(self, build: Callable[[], ClauseElement], *, planned_anew: bool = False) -> None:
        self._build = build
        self._text = ""  # once compiled
        self._names: tuple[str, ...] = ()  # of the parameters, in order
        self._prepare = not planned_anew

    async def all(self, session: AsyncSession, **values: Any) -> Sequence[Any]:
        """Execute it with these values, and return all rows, none if it gives none."""
        try:
            return await self._read(await self._driver(session, values), values)
        except DBAPIError as error:
            await _leave_if_read_only(session, error)
            raise

    async def last(self, session: AsyncSession, **values: Any) -> Sequence[Any]:
        """Execute it as the last of a transaction, which the same message commits; return all rows.

        What the session does after that is another transaction.
        """
        try:
            return await self._read(await self._driver(session, values), values, ends=True)
        except DBAPIError as error:
            await _leave_if_read_only(session, error)
            raise

    async def one(self, session: AsyncSession, **values: Any) -> Any:
        """Execute it with these values, and return its only row."""
        [row] = await self.all(session, **values)
        return row

    def _compile(self, dialect: Dialect) -> None:
        """Put the text together, with parameters as the database numbers them.

        Those that have a value in the statement become part of it: the database uses a partial
        index only where it sees the value of its condition.
        """
        compiled = cast(SQLCompiler, self._build().compile(dialect=dialect))
        parameters = {name: parameter for parameter, name in compiled.bind_names.items()}
        names: list[str] = []

        def written(found: re.Match[str]) -> str:
            name = found["name"]
            if name is None:
                return "%"
            if not parameters[name].required:
                return compiled.render_literal_bindparam(parameters[name]).replace("%%", "%")
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"

        self._text = PLACE.sub(written, compiled.string)
        self._names = tuple(names)

    async def _driver(
        self, session: AsyncSession, values: Mapping[str, Any]
    ) -> psycopg.AsyncConnection[Any]:
        if not self._text:
            self._compile(session.get_bind().dialect)
        if values.keys() != set(self._names):
            raise TypeError(f"needs the values {sorted(self._names)}, not {sorted(values)}")
        driver: psycopg.AsyncConnection[Any] | None = session.info.get(DRIVER)
        if driver is None:
            driver = await _driver_of(await session.connection())
            if DIRECTLY in session.info:
                session.info[DRIVER] = driver
        return driver

    async def _read(
        self,
        driver: psycopg.AsyncConnection[Any],
        values: Mapping[str, Any],
        *,
        ends: bool = False,
    ) -> Sequence[Any]:
        given = [values[name] for name in self._names]
        began = time.perf_counter()
        try:
            # A raw cursor does not look through the text for parameters each time.
            async with AsyncRawCursor(driver, row_factory=namedtuple_row) as cursor:
                if not ends:
                    await cursor.execute(self._text, given, prepare=self._prepare)
                    return await _all_of(cursor) if cursor.description else ()
                async with driver.pipeline():
                    await cursor.execute(self._text, given, prepare=self._prepare)
                    await driver.commit()
                    found = await cursor.fetchall()
            require_sure(driver)
            return found
        except psycopg.Error as error:
            # As SQLAlchemy raises it, so that every caller and the answer's status are the same.
            raise DBAPIError.instance(
                self._text, None, error, psycopg.Error, connection_invalidated=driver.closed
            ) from error
        finally:
            SQL_SECONDS.observe(time.perf_counter() - began)
