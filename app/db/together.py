"""Ask the database once for what many requests ask at the same time."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.db.prepared import Prepared, read_directly

Answer = asyncio.Future[Any]


class Together:
    """A statement that gives a row about each of the `keys`, the first column being the key.

    While it is under way, whoever comes waits, and is then asked for with all others who wait. So
    no answer is from before it was asked for, and a server that is asked much by many is asked less
    often. It uses connections of its own, one for each server, since it goes on when one of those
    who wait has left.
    """

    def __init__(self, statement: Prepared) -> None:
        self._statement = statement
        self._lines: MutableMapping[AsyncEngine, _Line] = WeakKeyDictionary()

    async def one(self, session: AsyncSession, key: Any) -> Any:
        """Return the row about a key, from the server that a session reads from."""
        engine = cast(AsyncEngine, session.bind)
        line = self._lines.get(engine)
        if line is None or line.loop is not asyncio.get_running_loop():
            line = self._lines[engine] = _Line()
        waiting = line.waiting.get(key)
        if waiting is None:
            waiting = line.waiting[key] = line.loop.create_future()
        if line.asking is None:
            line.asking = asyncio.create_task(self._ask_on(line, engine))
        return await asyncio.shield(waiting)

    async def _ask_on(self, line: "_Line", engine: AsyncEngine) -> None:
        try:
            while line.waiting:
                asked, line.waiting = line.waiting, {}
                await self._ask(asked, engine)
        finally:
            line.asking = None

    async def _ask(self, asked: dict[Any, Answer], engine: AsyncEngine) -> None:
        failed: Exception = LookupError("the database has no row about it")
        try:
            async with AsyncSession(engine) as session:
                read_directly(session)
                for row in await self._statement.all(session, keys=list(asked)):
                    asked[row[0]].set_result(row)
        except Exception as error:
            failed = error
        finally:
            for answer in asked.values():
                if not answer.done():
                    answer.set_exception(failed)
                    answer.exception()  # nobody may be waiting any more, which is no error


class _Line:
    """Those who wait for the next answer of one server."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.waiting: dict[Any, Answer] = {}
        self.asking: asyncio.Task[None] | None = None
