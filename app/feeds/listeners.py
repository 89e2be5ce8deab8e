"""Serve the event streams of one process: a limited number, with one shared connection.

They also share one query for the newest entry.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from time import monotonic

from fastapi.sse import format_sse_event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.errors import Unavailable
from app.db.notifier import Bell
from app.feeds.changes import newest_cursor
from app.http.responses import dumps

AT_ONCE = 200
RETRY_AFTER = 30  # seconds
HEARTBEAT = 15.0  # seconds; less than the time after which proxies close a silent connection
RECONNECT = 3_000  # milliseconds after which a browser reconnects


class Listeners:
    """Hold what all streams of one process share."""

    def __init__(
        self,
        bell: Bell,
        stopping: asyncio.Event,
        sessions: async_sessionmaker[AsyncSession],
        *,
        at_once: int = AT_ONCE,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self.bell, self.stopping, self.sessions, self.heartbeat = (
            bell,
            stopping,
            sessions,
            heartbeat,
        )
        self.free = at_once
        self._looking = asyncio.Lock()
        self._looked_at = -1  # how often the bell had rung at the last query
        self._newest: str | None = None

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat while the block runs; raise Unavailable if none is free."""
        if self.free < 1:
            raise Unavailable(
                "Too many event streams are open; poll /changes.",
                RETRY_AFTER,
            )
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1

    async def newest(self) -> str | None:
        """Return the newest public cursor, queried once for all each time the bell rings."""
        async with self._looking:
            if (times := self.bell.times) != self._looked_at:
                async with self.sessions() as session:
                    self._newest = await newest_cursor(session)
                self._looked_at = times
            return self._newest

    async def stream(self, known: str | None) -> AsyncGenerator[bytes]:
        """Send the newest cursor now, if it is not the one known, and each later one."""
        yield format_sse_event(retry=RECONNECT, comment="parley")
        # Rings for changes that are not public must not delay the heartbeat.
        due = monotonic() + self.heartbeat
        while not self.stopping.is_set():
            times = self.bell.times
            try:
                newest = await self.newest()
            except SQLAlchemyError:  # the client reconnects, and gets the newest cursor then
                return
            if newest is not None and newest != known:
                known, due = newest, monotonic() + self.heartbeat
                yield format_sse_event(
                    event="change", id=newest, data_str=dumps({"cursor": newest}).decode()
                )
            rung = await self.bell.heard(times, max(0.0, due - monotonic()), unless=self.stopping)
            if not rung and not self.stopping.is_set():
                due = monotonic() + self.heartbeat
                yield format_sse_event(comment="")
