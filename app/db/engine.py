"""The engine, and the one place where a transaction is committed."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Request
from sqlalchemy import BigInteger, ColumnElement, Uuid, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.core.counters import MeasuredPool, measure_statements
from app.core.errors import DomainError
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
]

# What a request may cost the database, in milliseconds; a migration sets its own.
LIMITS = {
    "statement_timeout": 15_000,
    "lock_timeout": 4_000,
    "idle_in_transaction_session_timeout": 30_000,
}


def make_engine(
    url: str, *, pool_size: int = 10, pool_wait_seconds: float = 2.0, limits: bool = True
) -> AsyncEngine:
    """An engine for one process; without `limits` for commands, which may take their time."""
    address = driver_url(url)
    options = " ".join(f"-c {name}={value}" for name, value in LIMITS.items()) if limits else ""
    given = str(address.query.get("options", ""))
    engine = create_async_engine(
        address,
        poolclass=MeasuredPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
        pool_pre_ping=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            **{name: value for name, value in PATIENCE.items() if name not in address.query},
            "options": f"{given} {options} -c timezone=UTC".strip(),
        },
    )
    measure_statements(engine)
    return engine


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


@asynccontextmanager
async def transaction(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Commit when the block ends, roll back when it raises."""
    async with sessions() as session:
        yield session
        await session.commit()


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with transaction(request.app.state.sessions) as session:
        yield session


# Ends before the answer is sent, so that nobody is told of a write that then failed.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


@asynccontextmanager
async def attempt(session: AsyncSession) -> AsyncIterator[list[DomainError]]:
    """Undo the block when the domain refuses it, and hand the error over instead of raising, to show a form again."""
    errors: list[DomainError] = []
    try:
        async with session.begin_nested():
            yield errors
    except DomainError as error:
        session.expire_all()
        errors.append(error)


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """Wait for whoever is at the same, who may be about to put it on file; others wait until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def among(column: Any, numbers: Iterable[int | None]) -> ColumnElement[bool]:
    """Is it one of these numbers, however many? One parameter, so that the statement stays the same."""
    wanted = sorted({n for n in numbers if n is not None})
    return column == any_(literal(wanted, ARRAY(BigInteger)))


def among_uids(column: Any, uids: Iterable[UUID]) -> ColumnElement[bool]:
    """Is it one of these, however many?"""
    return column == any_(literal(list(uids), ARRAY(Uuid)))


async def is_alive(session: AsyncSession) -> bool:
    return bool((await session.execute(text("SELECT 1"))).scalar())
