"""Ask the JSON API: that of this application, without a connection, or that of another server.

A tool that reads answers by one or two requests of the JSON API, without an account. So an agent
gets the answers, bounds, rights and errors of the API, from the same cache and in the same lines.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope

from app.http.middleware import bearer
from app.http.origin import origin

API = "/api/v1"
ACCEPT = (b"accept", b"application/json")
Pairs = Sequence[tuple[str, str]]


class Refused(Exception):
    """What was asked cannot be answered; `faults` are sentences that name what is wrong."""

    def __init__(self, title: str, detail: str, faults: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.title, self.detail, self.faults = title, detail, tuple(faults)


class Ask(Protocol):
    """Asks one server."""

    @property
    def base(self) -> str:
        """Return its address as readers see it, without a final slash."""
        ...

    async def __call__(self, path: str, query: Pairs = ()) -> Any:
        """Return the body of an answer of the API, as parsed JSON; raise Refused."""
        ...

    async def post(self, path: str, body: Any) -> Any:
        """Send a body to the API with the agent's token, and return its answer; raise Refused."""
        ...


@dataclass
class Collected:
    """The answer of an application, put together from what it sends."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        """Take the next message."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.pieces.append(message.get("body", b""))

    @property
    def body(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.pieces)


@dataclass(frozen=True)
class AskInside:
    """Ask this application, with all of its middleware, as the client whose request this is."""

    app: ASGIApp
    host: str  # as the Host header names it
    base: str
    about: Mapping[str, Any]  # scheme, client and server of the client's connection
    receive: Receive  # tells when the client has left
    token: str | None = field(default=None, repr=False)  # by which it may propose, not read

    @classmethod
    def for_request(cls, request: Request) -> "AskInside":
        """Ask for the client of a request."""
        about = {name: request.scope.get(name) for name in ("scheme", "client", "server")}
        host = request.headers["host"]
        token = bearer(request.headers)
        return cls(request.app, host, origin(request), about, request.receive, token)

    @classmethod
    def for_nobody(cls, app: ASGIApp, host: str, base: str, token: str | None) -> "AskInside":
        """Ask without a connection, under a host name that the application answers to."""

        async def never() -> Message:
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        about = {"scheme": "http", "client": ("127.0.0.1", 0), "server": (host, 80)}
        return cls(app, host, base, about, never, token)

    async def __call__(self, path: str, query: Pairs = ()) -> Any:
        """Return the body of an answer of the API, as parsed JSON; raise Refused."""
        got = Collected()
        await self.app(self._scope(f"{API}{path}", urlencode(query)), self.receive, got.send)
        if not got.status:  # the client has left
            raise Refused("Cancelled", "The request was cancelled.")
        return read_answer(got.status, got.body)

    async def post(self, path: str, body: Any) -> Any:
        """Send a body to the API with the agent's token, and return its answer; raise Refused."""
        sent = iter([orjson.dumps(body)])

        async def receive() -> Message:
            for piece in sent:
                return {"type": "http.request", "body": piece, "more_body": False}
            return await self.receive()

        got, scope = Collected(), self._scope(f"{API}{path}", "")
        headers = [*scope["headers"], *with_token(self.token)]
        await self.app({**scope, "method": "POST", "headers": headers}, receive, got.send)
        return read_answer(got.status, got.body)

    def _scope(self, path: str, query: str) -> Scope:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            **self.about,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", self.host.encode()), ACCEPT],
        }


@dataclass(frozen=True)
class AskElsewhere:
    """Ask another server over HTTP."""

    base: str
    token: str | None = field(default=None, repr=False)

    async def __call__(self, path: str, query: Pairs = ()) -> Any:
        """Return the body of an answer of the API, as parsed JSON; raise Refused."""
        return await self._send("GET", path, params=list(query), headers=[ACCEPT])

    async def post(self, path: str, body: Any) -> Any:
        """Send a body to the API with the agent's token, and return its answer; raise Refused."""
        headers = [ACCEPT, *with_token(self.token)]
        return await self._send("POST", path, content=orjson.dumps(body), headers=headers)

    async def _send(self, method: str, path: str, **more: Any) -> Any:
        import httpx2  # only `parley mcp --url` needs it

        try:
            # A redirect could lead a token elsewhere.
            async with httpx2.AsyncClient(timeout=60, follow_redirects=method == "GET") as client:
                got = await client.request(method, f"{self.base}{API}{path}", **more)
        except httpx2.HTTPError as error:
            raise Refused("No answer", f"{self.base} does not answer: {error}") from None
        return read_answer(got.status_code, got.content)


def with_token(token: str | None) -> list[tuple[bytes, bytes]]:
    """Return the headers of a body in JSON, sent with a token if there is one."""
    allowed = [(b"authorization", f"Bearer {token}".encode())] if token else []
    return [(b"content-type", b"application/json"), *allowed]


def read_answer(status: int, body: bytes) -> Any:
    """Parse an answer of the API; raise Refused with its own words where it is a problem."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("No answer", f"The server answered {status}, and no JSON.") from None
    if status in (200, 201):
        return found
    faults = [_fault(fault) for fault in found.get("errors", [])]
    raise Refused(found.get("title", str(status)), found.get("detail", ""), faults)


def _fault(fault: Mapping[str, Any]) -> str:
    """Say what is wrong and where, with the closest passage to words that do not match."""
    where = fault.get("parameter") or fault.get("pointer") or "The request"
    closest = fault.get("closest")
    more = f"; the closest passage is: “{closest['exact']}”" if closest else ""
    return f"{where} {fault['detail']}{more}"
