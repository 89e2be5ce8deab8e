"""JSON answers: the same bytes for the same data, an ETag for each, and 304 for who has it already."""

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
    if isinstance(value, str):  # SQLAlchemy's names of columns
        return str.__str__(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def dumps(data: object) -> bytes:
    """Write JSON: dataclasses, enums, dates and UUIDs too, instants as UTC with `Z`."""
    return orjson.dumps(data, default=_default, option=orjson.OPT_UTC_Z)


def plain_json(data: object) -> Any:
    """The same as plain dicts and lists, as a client reads it."""
    return orjson.loads(dumps(data))


class Json(Response):
    media_type = "application/json"

    def render(self, content: object) -> bytes:
        return content if isinstance(content, bytes) else dumps(content)


class Compress(GZipMiddleware):
    """Compress for whoever takes gzip; Starlette's own also does for `gzip;q=0`, which says that it is not taken."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
    """A strong ETag: the same bytes, the same tag."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(header: str | None, etag: str) -> bool:
    """Is `etag` among those of an If-None-Match? Compared weakly, as RFC 9110 asks for."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return etag.removeprefix("W/") in ETAG.findall(header)


def not_modified(request: Request, answer: Response) -> Response:
    """Give the answer an ETag where it has none, and 304 instead of it where the reader has just that already."""
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
    """Answer with `data` in its envelope, `meta` and whatever stands `beside` it; `links` by their relation."""
    envelope = {"data": data} | ({"meta": meta} if meta is not None else {}) | beside
    made = Json(envelope, status_code=status)
    if etag is not None:
        made.headers["ETag"] = etag
    if links:
        made.headers["Link"] = ", ".join(
            f'<{address}>; rel="{rel}"' for rel, address in links.items()
        )
    return not_modified(request, made)
