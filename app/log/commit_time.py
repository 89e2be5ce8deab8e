"""Fix the instant of a commit in advance, so that rows that contain it can be written early."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.bulk.sql import RESTAMP, SPELLS
from app.log.writer import Draw, Place

TRIES = 3
LEAST = 1.0  # the shortest time ahead, in seconds
SHARE = 0.5  # more time ahead, to write the spells: this share of the seconds spent on the rest
LEAD = 0.3  # seconds before the instant when the lock is taken, so that other writers wait


async def keep_appointment(
    session: AsyncSession, seq: int, draw: Draw, *, spent: float | None
) -> tuple[datetime, Place]:
    """Write the spells with an instant ahead, take the log's lock shortly before it, return both.

    No other entry may get a later instant and yet come before this one, and no reader may have been
    answered for that instant before. So if the lock comes too late, another instant is tried, twice
    as far ahead; after `TRIES` attempts everything is written while other writers wait. `spent` is
    the time in seconds that the rest has taken, or None if no row contains the commit's instant.
    """
    if spent is None:
        await run(session, SPELLS, seq=seq, at=datetime.max.replace(tzinfo=UTC), late=False)
        place = await draw()
        return place.at, place
    statements = SPELLS
    for patience in range(TRIES):
        margin = (LEAST + spent * SHARE) * 2**patience
        at: datetime = (
            await session.execute(
                text("SELECT clock_timestamp() + :s * interval '1 second'"), {"s": margin}
            )
        ).scalar_one()
        await run(session, statements, seq=seq, at=at, late=False)
        statements = RESTAMP
        left = await session.execute(
            text("SELECT extract(epoch FROM :at - clock_timestamp())::float"), {"at": at}
        )
        await asyncio.sleep(max(0.0, left.scalar_one() - LEAD))
        savepoint = await session.begin_nested()
        place = await draw()
        if place.at <= at:
            await savepoint.commit()
            return at, place
        await savepoint.rollback()  # gives the lock back
    place = await draw()
    await run(session, RESTAMP, seq=seq, at=place.at)
    return place.at, place


async def run(session: AsyncSession, statements: str, **values: Any) -> None:
    """Run statements separated by semicolons, each with those of the values that it names."""
    for statement in statements.split(";"):
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        await session.execute(text(statement), named)
