"""Serve what other sites frame or show as strangers see it, whoever asks.

A matrix, an issue and a cell with `?embed=1` are pages without forms, scripts and navigation that
any site may frame. Neither they nor pictures depend on who is signed in: their requests lose
cookies and tokens before any other code sees them (docs/decisions/0052).
"""

import re
from typing import Literal
from urllib.parse import unquote_plus

from markupsafe import Markup
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.input_models import Query, read_query

EMBEDDED = "parley.embedded"  # in the scope of a request
VIEWS = re.compile(r"/n/[^/]+(/cells/[^/]+/[^/]+|/issues/[^/]+)?")
PICTURES = re.compile(r"/n/.+/picture\.(svg|png)")
READING = ("GET", "HEAD")
PERSONAL = (b"cookie", b"authorization")

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors *"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cross-Origin-Resource-Policy": "cross-origin"}

LINK = re.compile(r"<a\b([^>]*)>")
NOT_OUTWARD = re.compile(r'\s(?:data-hx-[a-z-]+|target)="[^"]*"')


class ServeStrangers:
    """Take cookies and tokens off requests for embedded views and pictures.

    It also takes `embed` off the address, so that no link leads to another embedded view.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, without what tells who asks where that must not matter."""
        if scope["type"] == "http" and scope["method"] in READING:
            embedded = VIEWS.fullmatch(scope["path"]) and wants_embedding(scope["query_string"])
            if embedded:
                query = _without_embed(scope["query_string"])
                scope = {**scope, EMBEDDED: True, "query_string": query}
            if embedded or PICTURES.fullmatch(scope["path"]):
                headers = [(n, v) for n, v in scope["headers"] if n.lower() not in PERSONAL]
                scope = {**scope, "headers": headers}
        await self.app(scope, receive, send)


def _is_embed(pair: bytes) -> bool:
    return unquote_plus(pair.partition(b"=")[0].decode("latin-1")) == "embed"


def _without_embed(query: bytes) -> bytes:
    return b"&".join(pair for pair in query.split(b"&") if not _is_embed(pair))


def wants_embedding(query: bytes) -> bool:
    """Tell whether a query string has `embed=1`, and nothing else after it."""
    values = [pair.partition(b"=")[2] for pair in query.split(b"&") if _is_embed(pair)]
    given = [value for value in values if value]
    return bool(given) and given[-1] == b"1"


class EmbedQuery(Query):
    """Whether a view is to be framed by another site."""

    embed: Literal["0", "1"] | None = None


def is_embedded(request: Request) -> bool:
    """Tell whether a view is to be framed; Invalid for a bad value of `embed`."""
    read_query(EmbedQuery, request)
    return bool(request.scope.get(EMBEDDED))


def outward(html: str) -> Markup:
    """Let every link of a page open in a new tab, since the page stands in another site's frame.

    The markup is our own, which has `>` in no attribute.
    """
    return Markup(LINK.sub(_outward, str(html)))  # noqa: S704 (templates have escaped it)


def _outward(link: re.Match[str]) -> str:
    attributes = NOT_OUTWARD.sub("", link[1])
    rel = "" if " rel=" in attributes else ' rel="noopener"'
    return f'<a{attributes} target="_blank"{rel}>'
