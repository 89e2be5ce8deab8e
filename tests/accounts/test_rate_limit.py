"""Test the limit on sign-ins: exact across workers, durable, and no way to lock others out."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.accounts import rate_limit
from app.core.errors import TooMany
from app.db.engine import transaction
from app.models.account import SignInTries
from tests.accounts.make import NOW

pytestmark = pytest.mark.anyio
Sessions = async_sessionmaker[AsyncSession]


async def try_(
    sessions: Sessions, counts: rate_limit.Counts, after: timedelta = timedelta()
) -> bool:
    """Try to sign in once; return whether it was let through."""
    try:
        async with transaction(sessions) as session:
            await rate_limit.take(session, counts, now=NOW + after)
    except TooMany as error:
        assert 1 <= error.retry_after <= 300
        return False
    return True


async def test_thirty_at_once_are_ten(sessions: Sessions) -> None:
    counts = rate_limit.of_stranger("ada", "192.0.2.1")
    passed = await asyncio.gather(*(try_(sessions, counts) for _ in range(30)))
    assert sum(passed) == rate_limit.HERE


async def test_others_are_unhurt(sessions: Sessions) -> None:
    for _ in range(30):
        await try_(sessions, rate_limit.of_stranger("ada", "192.0.2.1"))
    assert await try_(sessions, rate_limit.of_stranger("bob", "192.0.2.1"))
    assert await try_(sessions, rate_limit.of_stranger("ada", "192.0.2.2"))
    assert await try_(sessions, rate_limit.of_device("ada", "her laptop"))


async def test_an_address_cannot_go_through_the_names(sessions: Sessions) -> None:
    passed = [
        await try_(sessions, rate_limit.of_stranger(f"name-{n}", "192.0.2.1")) for n in range(40)
    ]
    assert sum(passed) == rate_limit.FROM_ADDRESS
    assert not await try_(sessions, rate_limit.of_stranger("x", "::ffff:192.0.2.1"))


async def test_a_customers_ipv6_addresses_are_one(sessions: Sessions) -> None:
    passed = [
        await try_(sessions, rate_limit.of_stranger("ada", f"2001:db8::{n:x}")) for n in range(20)
    ]
    assert sum(passed) == rate_limit.HERE
    assert await try_(sessions, rate_limit.of_stranger("ada", "2001:db8:0:1::1"))


async def test_many_addresses_cannot_try_one_name_for_ever_nor_shut_its_owner_out(
    sessions: Sessions,
) -> None:
    passed = [
        await try_(sessions, rate_limit.of_stranger("ada", f"198.51.{n // 250}.{n % 250}"))
        for n in range(120)
    ]
    assert sum(passed) == rate_limit.FOR_NAME
    assert await try_(sessions, rate_limit.of_device("ada", "her laptop"))


async def test_a_device_is_capped_too(sessions: Sessions) -> None:
    passed = [await try_(sessions, rate_limit.of_device("ada", "stolen")) for _ in range(20)]
    assert sum(passed) == rate_limit.HERE


async def test_after_the_window_it_opens_and_old_counts_go(
    sessions: Sessions, session: AsyncSession
) -> None:
    counts = rate_limit.of_stranger("ada", "192.0.2.1")
    for _ in range(11):
        await try_(sessions, counts)
    await try_(sessions, rate_limit.of_stranger("bob", "192.0.2.9"))
    assert not await try_(sessions, counts, rate_limit.WINDOW - timedelta(seconds=1))
    assert await try_(sessions, counts, rate_limit.WINDOW)
    assert await session.scalar(select(func.count()).select_from(SignInTries)) == len(counts.limits)


async def test_success_forgets_the_failures_before_it(sessions: Sessions) -> None:
    counts = rate_limit.of_stranger("ada", "192.0.2.1")
    for _ in range(rate_limit.HERE):
        assert await try_(sessions, counts)
    async with transaction(sessions) as session:
        await rate_limit.give_back(session, counts, now=NOW)
    assert await try_(sessions, counts)


async def test_counting_and_giving_back_at_once_does_not_deadlock(sessions: Sessions) -> None:
    async def give_back(counts: rate_limit.Counts) -> None:
        async with transaction(sessions) as session:
            await rate_limit.give_back(session, counts, now=NOW)

    both = [
        rate_limit.of_stranger(name, address)
        for name in ("ada", "bob")
        for address in ("192.0.2.1", "192.0.2.2")
    ]
    await asyncio.gather(
        *(
            do
            for n in range(40)
            for do in (try_(sessions, both[n % 4]), give_back(both[(n + 1) % 4]))
        )
    )
