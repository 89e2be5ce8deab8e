"""Test that a prepared statement takes exactly the values that it names."""

import pytest
from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared

DOUBLE = Prepared(lambda: select(bindparam("number", type_=BigInteger) * 2))


@pytest.mark.anyio
async def test_it_takes_other_values_each_time(session: AsyncSession) -> None:
    assert [(await DOUBLE.one(session, number=n))[0] for n in (1, 2**40)] == [2, 2**41]


@pytest.mark.anyio
async def test_a_value_that_is_missing_is_an_error(session: AsyncSession) -> None:
    with pytest.raises(InvalidRequestError, match="number"):
        await DOUBLE.one(session)
