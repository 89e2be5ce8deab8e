"""Agreeing with the log on the instant of a commit before it is made, so that what tells it can be written ahead."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.bulk.sql import RESTAMP, SPELLS
from app.log.writer import Draw, Place

TRIES = 3
LEAST = 1.0  # seconds ahead
SHARE = 0.5  # of the time that the rest took, for writing what tells the instant
LEAD = 0.3  # seconds before it, from which on other writers wait


async def keep_appointment(
    session: AsyncSession, seq: int, draw: Draw, *, spent: float | None
) -> tuple[datetime, Place]:
    """Write what tells the commit's instant, take the log's lock shortly before that instant, and say which it is.

    No entry and no answer to a reader may be later than it and come before it: whoever is late for it makes another
    appointment, or in the end writes all of it while the others wait. `spent`: seconds that the rest has taken,
    None where nothing tells the instant.
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
    """Run statements that are parted by semicolons, each with those of the values that it names."""
    for statement in statements.split(";"):
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        await session.execute(text(statement), named)
