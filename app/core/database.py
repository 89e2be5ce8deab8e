"""The engine, and the one place where a transaction is committed."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from sqlalchemy import URL, BigInteger, ColumnElement, any_, literal, make_url, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core.errors import DomainError

# What a request may cost the database, in milliseconds; a migration sets its own.
LIMITS = {"statement_timeout": 15_000, "lock_timeout": 4_000, "idle_in_transaction_session_timeout": 30_000}


def driver_url(url: str) -> URL:
    """Turn any spelling of a PostgreSQL address into one for our driver."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg")


def plain_url(url: str) -> str:
    """The address as the driver itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: str, *, pool_size: int = 10, pool_wait_seconds: float = 2.0, limits: bool = True) -> AsyncEngine:
    """An engine for one process; without `limits` for commands, which may take their time."""
    options = " ".join(f"-c {name}={value}" for name, value in LIMITS.items()) if limits else ""
    return create_async_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
        pool_pre_ping=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"options": f"{options} -c timezone=UTC", "connect_timeout": 5},
    )


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


def among(column: Any, numbers: Iterable[int | None]) -> ColumnElement[bool]:
    """Is it one of these numbers, however many? One parameter, so that the statement stays the same."""
    wanted = sorted({n for n in numbers if n is not None})
    return column == any_(literal(wanted, ARRAY(BigInteger)))


async def is_alive(session: AsyncSession) -> bool:
    return bool((await session.execute(text("SELECT 1"))).scalar())
