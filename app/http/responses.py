"""Answer in JSON: equal bytes for equal data, each with an ETag, and 304 if unchanged."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)", re.IGNORECASE)
KEPT_BY_304 = ("ETag", "Cache-Control", "Vary", "Link", "Content-Location", "Last-Modified")


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


def content_etag(body: bytes) -> str:
    """Return a strong ETag: equal for equal bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(header: str | None, etag: str) -> bool:
    """Tell whether `etag` is among those of If-None-Match, by weak comparison (RFC 9110)."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return etag.removeprefix("W/") in ETAG.findall(header)


def not_modified(request: Request, answer: Response) -> Response:
    """Set a missing ETag, and answer 304 if the client already has this response."""
    if request.method not in ("GET", "HEAD") or answer.status_code != 200:
        return answer
    etag = answer.headers.setdefault("ETag", content_etag(bytes(answer.body)))
    if not matches(request.headers.get("If-None-Match"), etag):
        return answer
    kept = {name: answer.headers[name] for name in KEPT_BY_304 if name in answer.headers}
    return Response(status_code=304, headers=kept)


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
