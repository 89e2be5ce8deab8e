"""Serve the event streams of one process: a limited number, with one shared connection.

They also share the queries for the newest entries.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from fastapi.sse import format_sse_event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.errors import NotFound, Unavailable
from app.db.notifier import Bell
from app.feeds.changes import newest_cursor
from app.feeds.news import News, newest_of
from app.http.responses import dumps

AT_ONCE = 2_000
RETRY_AFTER = 30  # seconds
HEARTBEAT = 15.0  # seconds; less than the time after which proxies close a silent connection
RECONNECT = 3_000  # milliseconds after which a browser reconnects
ALIVE = format_sse_event(event="alive", data_str="")  # that scripts of a page can see


@dataclass(frozen=True, slots=True)
class Followed:
    """What a client follows: everything, or one negotiation; and up to where it knows it."""

    known: str | None
    negotiation: str | None = None
    wait: bool = True  # else the stream ends once it has told what is new


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
        self._news: dict[str, News] = {}  # by negotiation, since the same ring

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
        if self.bell.times == self._looked_at:
            return self._newest
        async with self._looking:
            if (times := self.bell.times) != self._looked_at:
                async with self.sessions() as session:
                    self._newest = await newest_cursor(session)
                self._looked_at = times
                self._news = {}
            return self._newest

    async def news(self, slug: str) -> News:
        """Return the newest entry that concerns a negotiation, queried once for all, too.

        Raise NotFound if there is no such negotiation.
        """
        while True:
            await self.newest()
            looked_at = self._looked_at
            if (found := self._news.get(slug)) is not None:
                return found
            async with self._looking:
                if (found := self._news.get(slug)) is None:
                    async with self.sessions() as session:
                        found = await newest_of(session, slug)
                if looked_at == self._looked_at:
                    self._news[slug] = found
                    return found

    async def stream(self, followed: Followed) -> AsyncGenerator[bytes]:
        """Send the newest cursor now, if it is not the one known, and each later one."""
        known, slug = followed.known, followed.negotiation
        yield format_sse_event(retry=RECONNECT, comment="parley")
        # Rings for changes that are not public must not delay the heartbeat.
        due = monotonic() + self.heartbeat
        while not self.stopping.is_set():
            times = self.bell.times
            try:
                new = await self._new(known, slug)
            except (SQLAlchemyError, NotFound):  # the client reconnects, and gets it then
                return
            if new is not None:
                (known, data), due = new, monotonic() + self.heartbeat
                yield format_sse_event(event="change", id=known, data_str=data)
            if not followed.wait:
                return
            rung = await self.bell.heard(times, max(0.0, due - monotonic()), unless=self.stopping)
            if not rung and not self.stopping.is_set():
                due = monotonic() + self.heartbeat
                yield ALIVE if slug else format_sse_event(comment="")

    async def _new(self, known: str | None, slug: str | None) -> tuple[str, str] | None:
        """Return the newest cursor and the data of its event, unless it is known."""
        if slug is None:
            cursor = await self.newest()
            if cursor is None or cursor == known:
                return None
            return cursor, dumps({"cursor": cursor}).decode()
        news = await self.news(slug)
        if news.is_known(known):
            return None
        return news.cursor, dumps({"cursor": news.cursor, "revision": news.seq}).decode()
