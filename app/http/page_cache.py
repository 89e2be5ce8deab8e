"""Cache responses to anonymous reads in each process, until anything is written.

The whole cache is dropped by a write through this process, before that write is answered; by a
write through another worker of the same `parley serve`, by means of eight shared bytes; and by the
log's NOTIFY when another process or a command has written. While nothing listens for NOTIFY,
nothing is cached. So a response is never older than the last write that was reported here.
"""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

import psycopg
from psycopg import sql
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.clock import now
from app.core.counters import CACHE_HITS, CACHE_MISSES, count_request
from app.core.logs import log, route_of
from app.db.connections import check_server
from app.db.notifier import Bell
from app.http.embedding import EMBEDDED
from app.http.kept_answers import LARGEST, Cache, Kept, Key

LOG = "parley"  # the channel of notifications that the log has grown
SAFE = ("GET", "HEAD", "OPTIONS")
VARYING = (b"host", b"accept", b"accept-encoding", b"hx-request", b"hx-request-type", b"origin")
PERSONAL = (b"authorization", b"cookie", b"range", b"x-request-id")
IF_NONE_MATCH = b"if-none-match"
LOOKED_AT = frozenset((*VARYING, *PERSONAL, IF_NONE_MATCH))
NEVER = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/",
    "/login",
    "/account",
    "/admin",
    "/alerts",
    "/api/v1/events",
)
CHECK_SECONDS = 1.0  # between two looks whether the server still answers
# Answers to these leave the cache alone: nothing public follows from them.
PRIVATE = ("/login", "/account", "/alerts", "/api/v1/alerts", "/api/v1/quotes/check", "/mcp")


class Found(NamedTuple):
    """An answer that is kept, as it is sent to one reader."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: str | None


class CacheAnswers:
    """Answer from the cache before all other code; cache anonymous GET responses of status 200."""

    def __init__(self, app: ASGIApp, *, keeps: bool = True) -> None:
        self.app, self.keeps = app, keeps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the cache, or pass the request on and cache its response if allowed."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        cache: Cache = scope["app"].state.cache
        if scope["method"] not in SAFE:
            private = scope["path"].startswith(PRIVATE)
            return await self.app(scope, receive, send if private else _dropping(cache, send))
        asked = _asked(scope) if self.keeps and scope["method"] == "GET" else None
        if asked is None or scope["path"].startswith(NEVER):
            return await self.app(scope, receive, send)
        key, if_none_match = asked
        kept = cache.get(key) or await cache.begun(key)
        if kept is not None:
            return await send_kept(_found(kept, if_none_match), send)
        CACHE_MISSES.inc()
        if if_none_match is not None:
            return await self.app(scope, receive, send)
        with cache.beginning(key) as end:
            await self.app(scope, receive, _keeping(cache, key, scope, send, end))


def find_kept(cache: Cache, scope: Scope) -> Found | None:
    """Return what is kept for a GET, or its 304; None where nothing is."""
    asked = _asked(scope) if cache.answers else None
    kept = cache.get(asked[0]) if asked else None
    return _found(kept, asked[1]) if asked and kept else None


def _asked(scope: Scope) -> tuple[Key, bytes | None] | None:
    """Return what an answer is kept by, and If-None-Match; None if it is for one reader only.

    A key is as long for a long address or header as for a short one.
    """
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in LOOKED_AT:
            found.setdefault(name, value)
    for name in PERSONAL:
        if name in found:
            return None
    if_none_match = found.pop(IF_NONE_MATCH, None)
    varying = [found.get(name) for name in VARYING]
    day = now().toordinal()
    asked = (scope["path"], scope["query_string"], EMBEDDED in scope, day, varying)
    key = hashlib.sha256(repr(asked).encode(errors="surrogatepass")).digest()
    return key, if_none_match


def _dropping(cache: Cache, send: Send) -> Send:
    async def dropping(message: Message) -> None:
        # What is answered 4xx was refused, and has changed nothing. Else the write is committed by
        # now, and its client has no response yet.
        if message["type"] == "http.response.start" and not 400 <= message["status"] < 500:
            cache.written()
        await send(message)

    return dropping


def _keeping(
    cache: Cache, key: Key, scope: Scope, send: Send, end: Callable[[Kept | None], None]
) -> Send:
    """Cache an answer while it is sent.

    `end` gets it too, or None as soon as it cannot be shared.
    """
    generation = cache.generation
    started: Message | None = None
    chunks: list[bytes] = []

    async def keeping(message: Message) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            started = message
            if not _may_be_kept(message, scope):
                end(None)
        elif message["type"] == "http.response.body":
            if message.get("more_body", False):
                end(None)  # sent as fast as this reader takes it, which others must not wait for
            if sum(map(len, chunks)) <= LARGEST:
                chunks.append(message.get("body", b""))
            if (
                not message.get("more_body", False)
                and started is not None
                and _may_be_kept(started, scope)
            ):
                etag = Headers(raw=started["headers"]).get("etag")
                own = [(n, v) for n, v in started["headers"] if n.lower() != b"x-request-id"]
                kept = Kept(own, b"".join(chunks), etag, route_of(scope))
                cache.keep(key, kept, generation)
                end(kept)
        await send(message)

    return keeping


def _may_be_kept(started: Message, scope: Scope) -> bool:
    names = {name.lower() for name, _ in started["headers"]}
    kind = Headers(raw=started["headers"]).get("content-type", "")
    return (
        started["status"] == 200
        and b"set-cookie" not in names
        and not kind.startswith("text/event-stream")
        # A page that says that the database is away would say so after it is back.
        and scope.get("state", {}).get("heard_of_until") is None
    )


def _found(kept: Kept, if_none_match: bytes | None) -> Found:
    if if_none_match is not None and kept.is_known_by(if_none_match):
        return Found(304, kept.unchanged, b"", kept.route)
    return Found(200, kept.headers, kept.body, kept.route)


async def send_kept(found: Found, send: Send) -> None:
    """Send what was kept, and count it."""
    began = time.perf_counter()
    CACHE_HITS.inc()
    await send({"type": "http.response.start", "status": found.status, "headers": found.headers})
    await send({"type": "http.response.body", "body": found.body})
    count_request("GET", found.route, found.status, time.perf_counter() - began)


@contextlib.asynccontextmanager
async def listening(
    cache: Cache, bells: Mapping[str, Bell], address: str, give_up: Callable[[], None]
) -> AsyncIterator[None]:
    """Ring a bell at each notification on its channel; drop the cache at those of the log.

    Nothing is cached while the connection that listens is down. `give_up` is called when its server
    hangs or takes no writes any more.
    """
    task = asyncio.create_task(_listen(cache, bells, address, give_up))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(
    cache: Cache, bells: Mapping[str, Bell], address: str, give_up: Callable[[], None]
) -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address, autocommit=True
            ) as connection:
                # If the server has been promoted, nobody is answered with the old epoch for long.
                await connection.execute("SELECT follow_timeline()")
                for channel in bells:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                cache.drop()
                cache.listening = True
                for bell in bells.values():
                    bell.ring()  # for what was written while nothing listened
                while True:
                    async for told in connection.notifies(timeout=CHECK_SECONDS):
                        if told.channel == LOG:
                            cache.drop()
                        bells[told.channel].ring()
                    await check_server(connection, give_up)
        except (psycopg.Error, OSError) as error:
            log.warning("not listening", error=type(error).__name__)
        finally:
            cache.listening = False
            cache.drop()
        await asyncio.sleep(1)
