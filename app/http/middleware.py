"""Check every request and complete every response, as plain ASGI middleware.

Nothing here buffers or cancels. The order, from outside: request id and log, headers, gate, body
limit, uncaught errors.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.logs import RequestLog
from app.http import embedding
from app.http.limits import MAX_BODY
from app.http.problems import CatchErrors, ProblemAnswer, respond
from app.settings import Settings

# Bytes of a body that is too large which are still read, so that the sender can read the response.
DRAINED = 64 * 1024 * 1024
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
READING = ("GET", "HEAD")
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OFF = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone",
    "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock",
    "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Sources do not learn which page links to them, and our forms keep their Origin header.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in OFF),
}
API_HEADERS = {"Cross-Origin-Resource-Policy": "cross-origin"}
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, Retry-After, X-Request-ID",
}
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


def session_cookie(secure: bool) -> str:
    """Return the name of the session cookie."""
    return "__Host-parley_session" if secure else "parley_session"


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the token of an Authorization header.

    None without one, or with another scheme, such as the Basic of a proxy.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def is_known_host(host: str, known: tuple[str, ...]) -> bool:
    """Tell whether the Host header, with any port, is one of ours; `*` allows all."""
    found = HOST.fullmatch(host.lower())
    return found is not None and ("*" in known or found["name"] in known)


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether an Origin header names this host."""
    parts = urlsplit(origin.lower())
    default = DEFAULT_PORTS.get(parts.scheme, "")
    return bool(default) and parts.netloc.removesuffix(default) == host.lower().removesuffix(
        default
    )


def may_change(headers: Mapping[str, str], *, signed_in: bool) -> bool:
    """Tell whether an unsafe request may pass: not if another site can have caused it.

    A browser never sends a token by itself, so a token alone passes. Otherwise Sec-Fetch-Site
    decides, then Origin against Host (the rule of Go 1.25 and Datasette). A request with neither
    comes from no current browser, and passes unless it has a session. See docs/decisions/0003.
    """
    if bearer(headers) and not signed_in:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        return is_same_origin(origin, headers.get("host", ""))
    return not signed_in


class Gate:
    """Refuse unknown hosts and cross-site writes; answer CORS preflights for the API."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.hosts = tuple(host.lower() for host in settings.hosts)
        self.cookie = session_cookie(settings.secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refused request, and pass all others on."""
        refusal = self.refuse(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def refuse(self, scope: Scope) -> Response | None:
        """Return the response that refuses a request; None if it may pass."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not is_known_host(hosts[0], self.hosts):
            detail = (
                "This server does not answer to that host name; PARLEY_HOSTS lists those that it "
                "answers to."
            )
            return respond(Request(scope), ProblemAnswer(400, "Unknown host", detail))
        method = scope["method"]
        if (
            method == "OPTIONS"
            and scope["path"].startswith("/api/")
            and "access-control-request-method" in headers
        ):
            return Response(status_code=204, headers=PREFLIGHT)
        signed_in = self.cookie in cookie_parser("; ".join(headers.getlist("cookie")))
        if method not in SAFE and not may_change(headers, signed_in=signed_in):
            detail = (
                "It came from another site, so it was not carried out. Open the page here and send "
                "it again."
            )
            return respond(Request(scope), ProblemAnswer(403, "Refused", detail))
        return None


class AnswerHeaders:
    """Set security and cache headers on every response; headers set by a route are kept."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.cookie = session_cookie(settings.secure)
        always = HEADERS | (
            {"Strict-Transport-Security": STRICT_TRANSPORT} if settings.secure else {}
        )
        self.pages, self.api, self.reading = (
            always,
            always | API_HEADERS,
            always | API_HEADERS | CORS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and complete the headers of its response."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path, request = scope["path"], Headers(scope=scope)
        api, static = path.startswith("/api/"), path.startswith("/static/")
        ours = self.pages if not api else self.reading if scope["method"] in READING else self.api
        embedded = bool(scope.get(embedding.EMBEDDED))
        private = "authorization" in request or (
            not api and self.cookie in request.get("cookie", "")
        )

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                framed = embedded and message["status"] < 400  # errors are pages like all others
                for name, value in (ours | embedding.HEADERS if framed else ours).items():
                    answer.setdefault(name, value)
                if message["status"] >= 400 or (private and not static):
                    answer["Cache-Control"] = "private, no-store" if private else "no-store"
                elif not static:
                    answer.setdefault("Cache-Control", "no-cache")
                if not (static or framed):
                    answer.add_vary_header("Authorization" if api else "Cookie, Authorization")
            await send(message)

        await self.app(scope, receive, with_headers)


class BodyLimit:
    """Refuse bodies over the limit with a problem, whether announced or chunked.

    Starlette's own limit answers in plain text.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body that is announced as too large or becomes too large while it is read."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        detail = f"A request may have {self.limit // 1024**2} MB at most."
        taken = 0

        async def drain() -> None:
            nonlocal taken
            more = True
            while more and taken < DRAINED:
                message = await receive()
                taken += len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                if message.get("more_body", False):
                    await drain()
                raise HTTPException(413, detail)
            return message

        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self.limit:
            await drain()
            return await respond(Request(scope), ProblemAnswer(413, "Too large", detail))(
                scope, receive, send
            )
        await self.app(scope, counted, send)


class AnswerHead:
    """Answer HEAD as GET without the body, since routes are declared for GET only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a HEAD request on as GET, and drop the body of the response."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


def install_security(app: FastAPI, settings: Settings) -> None:
    """Install these middlewares; any that is added later is further outside."""
    app.add_middleware(CatchErrors)
    app.add_middleware(BodyLimit)
    app.add_middleware(Gate, settings=settings)
    app.add_middleware(AnswerHeaders, settings=settings)
    app.add_middleware(RequestLog)
