"""Answer in JSON: equal bytes for equal data, each with an ETag, and 304 if unchanged."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.http.conditional import not_modified

NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)", re.IGNORECASE)


def _default(value: object) -> object:
    if isinstance(value, str):  # names of columns in SQLAlchemy
        return str.__str__(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def dumps(data: object) -> bytes:
    """Serialise to JSON, also dataclasses, enums, dates and UUIDs; instants in UTC with `Z`."""
    return orjson.dumps(data, default=_default, option=orjson.OPT_UTC_Z)


def plain_json(data: object) -> Any:
    """Convert data to plain dicts and lists, as a client reads them."""
    return orjson.loads(dumps(data))


class Json(Response):
    """Response in JSON."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Serialise the content unless it is serialised already."""
        return content if isinstance(content, bytes) else dumps(content)


class Compress(GZipMiddleware):
    """Compress for clients that accept gzip.

    Starlette's own middleware compresses for `gzip;q=0` too, which means that gzip is not accepted.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hide `Accept-Encoding` from Starlette if it refuses gzip."""
        if scope["type"] == "http" and NO_GZIP.search(
            Headers(scope=scope).get("accept-encoding", "")
        ):
            kept = [
                (name, value)
                for name, value in scope["headers"]
                if name.lower() != b"accept-encoding"
            ]
            scope = {**scope, "headers": kept}
        await super().__call__(scope, receive, send)


def answer(
    request: Request,
    data: object,
    meta: Mapping[str, Any] | None = None,
    status: int = 200,
    etag: str | None = None,
    links: Mapping[str, str] | None = None,
    **beside: Any,
) -> Response:
    """Answer with `data` in its envelope; `beside` are more keys, `links` URLs by relation."""
    envelope = {"data": data} | ({"meta": meta} if meta is not None else {}) | beside
    made = Json(envelope, status_code=status)
    if etag is not None:
        made.headers["ETag"] = etag
    if links:
        made.headers["Link"] = ", ".join(
            f'<{address}>; rel="{rel}"' for rel, address in links.items()
        )
    return not_modified(request, made)
