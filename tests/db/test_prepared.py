"""Test that a prepared statement takes exactly the values that it names."""

import pytest
from sqlalchemy import BigInteger, Integer, Text, bindparam, cast, func, literal, select
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared, read_directly

DOUBLE = Prepared(lambda: select(bindparam("number", type_=BigInteger) * 2))


@pytest.mark.anyio
async def test_it_takes_other_values_each_time(session: AsyncSession) -> None:
    assert [(await DOUBLE.one(session, number=n))[0] for n in (1, 2**40)] == [2, 2**41]


@pytest.mark.anyio
async def test_a_value_that_is_missing_is_an_error(session: AsyncSession) -> None:
    with pytest.raises(InvalidRequestError, match="number"):
        await DOUBLE.one(session)


@pytest.mark.anyio
async def test_reading_directly_gives_the_same_and_opens_no_transaction(
    session: AsyncSession,
) -> None:
    await read_directly(session)
    assert [(await DOUBLE.one(session, number=n))[0] for n in (1, 2**40)] == [2, 2**41]
    with pytest.raises(InvalidRequestError, match="number"):
        await DOUBLE.one(session)
    transaction = Prepared(lambda: select(func.pg_current_xact_id().cast(Text)))
    first, second = [(await transaction.one(session))[0] for _ in range(2)]
    assert first != second


@pytest.mark.anyio
async def test_an_error_of_the_database_is_the_same_error(session: AsyncSession) -> None:
    wrong = Prepared(lambda: select(cast(literal("x"), Integer)))
    for _ in range(2):
        with pytest.raises(DBAPIError) as caught:
            await wrong.all(session)
        assert getattr(caught.value.orig, "sqlstate", None) == "22P02"
        await session.rollback()
        await read_directly(session)
