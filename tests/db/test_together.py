"""Test that what many ask at the same time is asked once, and that each gets an answer of now."""

import asyncio

import pytest
from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.db.prepared import Prepared
from app.db.together import Together
from tests.support.statements import statements


def quotients() -> Together:
    """Return a statement that gives 100 divided by each key, and fails for 0."""
    keys = func.unnest(bindparam("keys", type_=ARRAY(BigInteger)))
    asked = keys.table_valued("key", name="asked").render_derived()
    return Together(Prepared(lambda: select(asked.c.key, func.div(100, asked.c.key))))


def engine_of(session: AsyncSession) -> AsyncEngine:
    assert isinstance(session.bind, AsyncEngine)
    return session.bind


@pytest.mark.anyio
async def test_those_who_ask_at_once_are_asked_for_once(session: AsyncSession) -> None:
    together = quotients()
    with statements(engine_of(session)) as sent:
        rows = await asyncio.gather(*(together.one(session, n % 5 + 1) for n in range(20)))
    assert [int(row[1]) for row in rows] == [100, 50, 33, 25, 20] * 4
    assert len(sent) == 1


@pytest.mark.anyio
async def test_who_comes_while_it_is_under_way_is_asked_for_by_the_next(
    session: AsyncSession,
) -> None:
    """What was asked before may be from before something that they know of."""
    together = quotients()
    with statements(engine_of(session)) as sent:
        first = asyncio.create_task(together.one(session, 1))
        while not sent:  # noqa: ASYNC110 (nothing tells that it is on its way)
            await asyncio.sleep(0)
        later = [asyncio.create_task(together.one(session, n)) for n in (1, 2, 1)]
        assert [int((await task)[1]) for task in (first, *later)] == [100, 100, 50, 100]
    assert len(sent) == 2


@pytest.mark.anyio
async def test_an_error_reaches_everyone_who_asked_and_nobody_later(session: AsyncSession) -> None:
    together = quotients()
    failed = await asyncio.gather(
        *(together.one(session, n) for n in (0, 4)), return_exceptions=True
    )
    assert all(isinstance(error, DBAPIError) for error in failed)
    assert int((await together.one(session, 4))[1]) == 25


@pytest.mark.anyio
async def test_whoever_leaves_takes_nothing_from_the_others(session: AsyncSession) -> None:
    together = quotients()
    leaving, staying = (asyncio.create_task(together.one(session, n)) for n in (1, 2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert int((await staying)[1]) == 50
    with pytest.raises(asyncio.CancelledError):
        await leaving


@pytest.mark.anyio
async def test_a_key_without_a_row_is_an_error(session: AsyncSession) -> None:
    keys = func.unnest(bindparam("keys", type_=ARRAY(BigInteger)))
    asked = keys.table_valued("key", name="asked").render_derived()
    odd = Together(Prepared(lambda: select(asked.c.key).where(asked.c.key % 2 == 1)))
    assert (await odd.one(session, 3))[0] == 3
    with pytest.raises(LookupError):
        await odd.one(session, 4)
