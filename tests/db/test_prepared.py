"""Test that a prepared statement takes exactly the values that it names."""

import pytest
from sqlalchemy import BigInteger, Integer, Text, bindparam, cast, func, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared, read_directly

DOUBLE = Prepared(lambda: select(bindparam("number", type_=BigInteger) * 2))


@pytest.mark.anyio
async def test_it_takes_other_values_each_time(session: AsyncSession) -> None:
    assert [(await DOUBLE.one(session, number=n))[0] for n in (1, 2**40)] == [2, 2**41]


@pytest.mark.anyio
@pytest.mark.parametrize("values", [{}, {"number": 1, "more": 2}])
async def test_a_value_that_is_missing_or_not_asked_for_is_an_error(
    session: AsyncSession, values: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match="number"):
        await DOUBLE.one(session, **values)


@pytest.mark.anyio
async def test_what_has_a_value_is_part_of_the_text(session: AsyncSession) -> None:
    """So that the database sees whether a partial index has it, and plans only once."""
    named = bindparam("number", type_=BigInteger)
    mixed = Prepared(lambda: select(literal("50 %s 'x' %(y)s"), named, literal(7)))
    assert tuple(await mixed.one(session, number=3)) == ("50 %s 'x' %(y)s", 3, 7)
    read_directly(session)
    assert tuple(await mixed.one(session, number=3)) == ("50 %s 'x' %(y)s", 3, 7)


@pytest.mark.anyio
async def test_reading_directly_gives_the_same_and_opens_no_transaction(
    session: AsyncSession,
) -> None:
    read_directly(session)
    assert [(await DOUBLE.one(session, number=n))[0] for n in (1, 2**40)] == [2, 2**41]
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
        read_directly(session)


@pytest.mark.anyio
async def test_the_last_statement_of_a_transaction_commits_it(session: AsyncSession) -> None:
    await session.execute(text("CREATE TEMP TABLE noted (word text PRIMARY KEY)"))
    note = Prepared(lambda: text("INSERT INTO noted VALUES (:word) RETURNING word"))
    assert [row.word for row in await note.last(session, word="kept")] == ["kept"]
    await session.rollback()  # of nothing: it is stored already
    held = (await session.execute(text("SELECT word FROM noted"))).scalars().all()
    await session.execute(text("INSERT INTO noted VALUES ('lost')"))
    with pytest.raises(DBAPIError) as caught:
        await note.last(session, word="kept")
    assert getattr(caught.value.orig, "sqlstate", None) == "23505"
    await session.rollback()
    left = (await session.execute(text("SELECT word FROM noted"))).scalars().all()
    assert (held, left) == (["kept"], ["kept"])
    await session.execute(text("DROP TABLE noted"))
    await session.commit()


@pytest.mark.anyio
async def test_what_is_refused_at_the_commit_is_the_same_error(session: AsyncSession) -> None:
    await session.execute(
        text(
            "CREATE TEMP TABLE paired (a int PRIMARY KEY,"
            " b int REFERENCES paired DEFERRABLE INITIALLY DEFERRED)"
        )
    )
    pair = Prepared(lambda: text("INSERT INTO paired VALUES (:a, :b)"))
    await session.commit()
    for _ in range(2):
        with pytest.raises(DBAPIError) as caught:
            await pair.last(session, a=1, b=2)
        assert getattr(caught.value.orig, "sqlstate", None) == "23503"
        await session.rollback()
    assert (await session.execute(text("SELECT count(*) FROM paired"))).scalar_one() == 0
    await session.execute(text("DROP TABLE paired"))
    await session.commit()
