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
from collections.abc import AsyncIterator, Callable

import psycopg
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.clock import now
from app.core.counters import CACHE_HITS, CACHE_MISSES, count_request
from app.core.logs import log, route_of
from app.db.notifier import Bell
from app.http.conditional import matches, without_content
from app.http.embedding import EMBEDDED
from app.http.kept_answers import LARGEST, Cache, Kept, Key

SAFE = ("GET", "HEAD", "OPTIONS")
VARYING = ("host", "accept", "accept-encoding", "hx-request", "hx-request-type", "origin")
PERSONAL = ("authorization", "cookie", "range", "x-request-id")
NEVER = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/",
    "/login",
    "/account",
    "/admin",
    "/api/v1/events",
)
# Answers to these leave the cache alone: nothing public follows from them.
PRIVATE = ("/login", "/account", "/api/v1/quotes/check", "/mcp")


class CacheAnswers:
    """Answer from the cache before all other code; cache anonymous GET responses of status 200."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the cache, or pass the request on and cache its response if allowed."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        cache: Cache = scope["app"].state.cache
        if scope["method"] not in SAFE:
            private = scope["path"].startswith(PRIVATE)
            return await self.app(scope, receive, send if private else _dropping(cache, send))
        headers = Headers(scope=scope)
        personal = any(name in headers for name in PERSONAL)
        if scope["method"] != "GET" or personal or scope["path"].startswith(NEVER):
            return await self.app(scope, receive, send)
        key = _key(scope, headers)
        kept = cache.get(key) or await cache.begun(key)
        if kept is not None:
            CACHE_HITS.inc()
            return await _send_kept(kept, headers.get("if-none-match"), send)
        CACHE_MISSES.inc()
        if "if-none-match" in headers:
            return await self.app(scope, receive, send)
        with cache.beginning(key) as end:
            await self.app(scope, receive, _keeping(cache, key, scope, send, end))


def _key(scope: Scope, headers: Headers) -> Key:
    """Return what answers are kept by: as long for a long address or header as for a short one."""
    asked = (
        scope["path"],
        scope["query_string"],
        EMBEDDED in scope,
        now().date(),
        *(headers.get(name) for name in VARYING),
    )
    return hashlib.sha256(repr(asked).encode(errors="surrogatepass")).digest()


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
            if not _may_be_kept(message):
                end(None)
        elif message["type"] == "http.response.body":
            if message.get("more_body", False):
                end(None)  # sent as fast as this reader takes it, which others must not wait for
            if sum(map(len, chunks)) <= LARGEST:
                chunks.append(message.get("body", b""))
            if (
                not message.get("more_body", False)
                and started is not None
                and _may_be_kept(started)
            ):
                etag = Headers(raw=started["headers"]).get("etag")
                own = [(n, v) for n, v in started["headers"] if n.lower() != b"x-request-id"]
                kept = Kept(own, b"".join(chunks), etag, route_of(scope))
                cache.keep(key, kept, generation)
                end(kept)
        await send(message)

    return keeping


def _may_be_kept(started: Message) -> bool:
    names = {name.lower() for name, _ in started["headers"]}
    kind = Headers(raw=started["headers"]).get("content-type", "")
    return (
        started["status"] == 200
        and b"set-cookie" not in names
        and not kind.startswith("text/event-stream")
    )


async def _send_kept(kept: Kept, if_none_match: str | None, send: Send) -> None:
    began = time.perf_counter()
    if kept.etag is not None and if_none_match is not None and matches(if_none_match, kept.etag):
        headers = without_content(kept.headers)
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return count_request("GET", kept.route, 304, time.perf_counter() - began)
    await send({"type": "http.response.start", "status": 200, "headers": kept.headers})
    await send({"type": "http.response.body", "body": kept.body})
    count_request("GET", kept.route, 200, time.perf_counter() - began)


@contextlib.asynccontextmanager
async def listening(cache: Cache, bell: Bell, address: str) -> AsyncIterator[None]:
    """Drop the cache and ring the bell at each write in the log.

    Nothing is cached while the connection that listens is down.
    """
    task = asyncio.create_task(_listen(cache, bell, address))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(cache: Cache, bell: Bell, address: str) -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address, autocommit=True
            ) as connection:
                await connection.execute("LISTEN parley")
                cache.drop()
                cache.listening = True
                bell.ring()  # for what was written while nothing listened
                async for _ in connection.notifies():
                    cache.drop()
                    bell.ring()
        except (psycopg.Error, OSError) as error:
            log.warning("not listening", error=type(error).__name__)
        finally:
            cache.listening = False
            cache.drop()
        await asyncio.sleep(1)
