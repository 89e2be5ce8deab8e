"""Verify the log of a test's database."""

import asyncio

from app.db.engine import make_engine, make_sessions
from app.log import verify
from tests.support.fixtures import Lake


def verified(lake: Lake) -> list[str]:
    """Return the faults of the log; empty if every hash is right."""

    async def work() -> list[str]:
        engine = make_engine(lake.database.url)
        async with make_sessions(engine)() as session:
            found = await verify.verify_log(session)
        await engine.dispose()
        return found.faults

    return asyncio.run(work())
