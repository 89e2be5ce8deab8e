"""Test that a transaction which has written keeps nothing that its rollback would make wrong."""

from typing import Any

import anyio

from app.core.clock import now
from app.db.engine import make_engine, make_sessions
from app.log.reader import moment
from app.log.writer import writing
from app.negotiations.actions import add_party
from app.negotiations.code_book import code_book
from app.negotiations.queries import get_negotiation
from tests.support.fixtures import Lake


def test_a_code_book_that_was_rolled_back_is_nobodys(lake: Lake) -> None:
    """Neither commit of a transaction that has changed it may name a state to keep things by."""

    async def race() -> list[int | None]:
        engine = make_engine(lake.database.url)
        sessions = make_sessions(engine)
        contexts = []
        async with sessions() as session:
            negotiation = await get_negotiation(session, "lake", lock=True)
            why: dict[str, Any] = {"reason": "a test", "negotiation_id": negotiation.id}
            async with writing(session, by="ada", now=now()) as log:
                await log.amend(negotiation, {"title": "Rolled back"}, **why)
            contexts.append(log.sealed.context)
            assert (await code_book(session, log.sealed, "lake")).negotiation["title"] == (
                "Rolled back"
            )
            async with writing(session, by="ada", now=now()) as log:
                await log.amend(negotiation, {"summary": "Also rolled back"}, **why)
            contexts.append(log.sealed.context)
            await session.rollback()
        async with sessions() as session:
            assert (await get_negotiation(session, "lake")).title != "Rolled back"
            async with writing(session, by="ada", now=now()) as log:
                await add_party(log, slug="new", name="New")
            await session.commit()
        async with sessions() as reader:
            at = await moment(reader)
            assert (await code_book(reader, at, "lake")).negotiation["title"] != "Rolled back"
        await engine.dispose()
        return contexts

    assert anyio.run(race) == [None, None]


def test_a_position_changes_no_state(lake: Lake) -> None:
    """What was kept of the state before stays right, also for the answer of the save itself."""

    async def context() -> int | None:
        engine = make_engine(lake.database.url)
        async with make_sessions(engine)() as session:
            found = (await moment(session)).context
        await engine.dispose()
        return found

    before = anyio.run(context)
    lake.ada.state("south", "quota")
    assert anyio.run(context) == before
