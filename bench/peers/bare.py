"""Serve bytes and nothing else, on a bare ASGI server: what no application can be faster than.

GET /bytes/N answers a body of N bytes, GET /304 answers 304.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]


@cache
def body_of(size: int) -> bytes:
    """Return a body, always the same one."""
    return b"x" * size


async def app(scope: dict[str, Any], _receive: object, send: Send) -> None:
    """Answer a request."""
    if scope["type"] != "http":
        return
    if scope["path"] == "/304":
        status, headers, body = 304, [(b"etag", b'"1"')], b""
    else:
        size = int(scope["path"].rsplit("/", 1)[-1] or 0)
        status, body = 200, body_of(size)
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(size).encode()),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
