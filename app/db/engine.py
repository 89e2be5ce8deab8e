"""Make the engine, and commit transactions in one place only."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Request
from sqlalchemy import BigInteger, ColumnElement, Uuid, any_, event, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.counters import MeasuredPool, measure_statements
from app.core.errors import DomainError
from app.core.memory import Aside, Memory
from app.db.connections import watch_connections
from app.db.dsn import PATIENCE
from app.db.dsn import conninfo as plain_url
from app.db.dsn import driver_url as driver_url

__all__ = [
    "Session",
    "among",
    "among_uids",
    "attempt",
    "driver_url",
    "make_engine",
    "make_sessions",
    "plain_url",
    "transaction",
    "turn_to",
]

RETURNED = "returned"
MEMORY, PAGES = "memory", "pages"  # in the info of a session
IDLE_SECONDS = 1.0
ASIDE_BYTES = 8 * 1024 * 1024
# Uses after which the driver prepares a statement by itself: it then may get a plan for values that
# the database does not know, which can be very slow. `Prepared` says which statements are better.
NEVER = 2**31

# What one request may cost the database, in milliseconds; a migration sets its own limits.
LIMITS: dict[str, int | str] = {
    "statement_timeout": 15_000,
    "lock_timeout": 4_000,
    "idle_in_transaction_session_timeout": 30_000,
    "jit": "off",  # our statements are short: compiling them takes longer than running them
}


def make_engine(
    url: str, *, pool_size: int = 10, pool_wait_seconds: float = 2.0, limits: bool = True
) -> AsyncEngine:
    """Make the engine of one process; without `limits` for commands, which may take long."""
    address = driver_url(url)
    options = " ".join(f"-c {name}={value}" for name, value in LIMITS.items()) if limits else ""
    given = str(address.query.get("options", ""))
    engine = create_async_engine(
        address,
        poolclass=MeasuredPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            **{name: value for name, value in PATIENCE.items() if name not in address.query},
            "options": f"{given} {options} -c timezone=UTC".strip(),
            "prepare_threshold": NEVER,
        },
    )
    measure_statements(engine)
    watch_connections(engine)
    _check_idle_connections(engine)
    return engine


def _check_idle_connections(engine: AsyncEngine) -> None:
    """Ask whether a connection is still alive before it is used again after a pause.

    SQLAlchemy's `pool_pre_ping` asks before every use, which costs as much as a short statement.
    """

    def returned(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[RETURNED] = time.monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        since = record.info.get(RETURNED)
        if since is None or time.monotonic() - since < IDLE_SECONDS:
            return
        dialect = engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the others are gone as well

    event.listen(engine.sync_engine, "checkin", returned)
    event.listen(engine.sync_engine, "checkout", taken)


def make_sessions(
    engine: AsyncEngine, memory_bytes: int = 64 * 1024 * 1024, page_bytes: int = 16 * 1024 * 1024
) -> async_sessionmaker[AsyncSession]:
    """Make sessions that share what the process keeps of what never changes.

    Whole pages are kept apart, so that whoever reads very many drives out only those.
    """
    info = {MEMORY: Memory(memory_bytes), PAGES: Memory(page_bytes)}
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False, info=info)


def turn_to(session: AsyncSession, engine: AsyncEngine) -> None:
    """Let a session that has done nothing yet work with another server."""
    if not session.in_transaction():
        session.bind, session.sync_session.bind = engine, engine.sync_engine


def memory_of(session: AsyncSession, shelf: str = MEMORY) -> Memory | None:
    """Return what the process keeps, to read from it."""
    memory: Memory | None = session.info.get(shelf)
    return memory


def keep_aside(session: AsyncSession) -> None:
    """Let what a session reads leave what the process keeps as it is, as it reads very much."""
    memory = memory_of(session)
    if memory is not None:
        session.info[MEMORY] = Aside(memory, ASIDE_BYTES)


def may_remember(session: AsyncSession) -> bool:
    """Tell whether what a session reads may be kept: not once it has written.

    What an open transaction wrote may be rolled back, and another one then takes its numbers.
    """
    return not session.info.get("wrote")


@asynccontextmanager
async def transaction(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Give a session; commit when the block ends, roll back when it raises."""
    session = sessions()
    try:
        yield session
        if session.in_transaction():
            await session.commit()
    finally:
        # What has asked the database nothing has nothing to end, and ending takes time.
        if session.in_transaction():
            await asyncio.shield(asyncio.create_task(session.close()))


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give the session of a request, in one transaction."""
    async with transaction(request.app.state.sessions) as session:
        yield session


# The transaction ends before the response is sent: a client is never told of a write that then
# failed.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


@asynccontextmanager
async def attempt(
    session: AsyncSession, *, savepoint: bool = True
) -> AsyncIterator[list[DomainError]]:
    """Undo the block if the domain refuses it, and return the error, so that a form can show it.

    Without a `savepoint` the whole transaction is undone, and its locks are given back: for blocks
    before which nothing was written that has to stay.
    """
    errors: list[DomainError] = []
    try:
        async with session.begin_nested() if savepoint else contextlib.nullcontext():
            yield errors
    except DomainError as error:
        if not savepoint:
            await session.rollback()
            for name in ("wrote", "rereads"):
                session.info.pop(name, None)
        session.expire_all()
        errors.append(error)


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """Wait for other transactions that hold the lock `what`, and hold it until this one ends.

    So what one of them is about to save can be seen by the next.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def among(column: Any, numbers: Iterable[int | None]) -> ColumnElement[bool]:
    """Test whether a column is one of these numbers.

    They are one parameter, so that the statement is the same for any number of them.
    """
    wanted = sorted({n for n in numbers if n is not None})
    return column == any_(literal(wanted, ARRAY(BigInteger)))


def among_uids(column: Any, uids: Iterable[UUID]) -> ColumnElement[bool]:
    """Test whether a column is one of these UUIDs."""
    return column == any_(literal(list(uids), ARRAY(Uuid)))


async def is_alive(session: AsyncSession) -> bool:
    """Tell whether the database answers."""
    return bool((await session.execute(text("SELECT 1"))).scalar())
