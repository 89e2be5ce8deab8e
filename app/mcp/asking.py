"""Ask the JSON API: that of this application, without a connection, or that of another server.

Every tool answers by one or two requests of the JSON API, without an account. So an agent gets the
answers, bounds, rights and errors of the API, from the same cache and in the same lines.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope

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

    @classmethod
    def for_request(cls, request: Request) -> "AskInside":
        """Ask for the client of a request."""
        about = {name: request.scope.get(name) for name in ("scheme", "client", "server")}
        host = request.headers["host"]
        return cls(request.app, host, origin(request), about, request.receive)

    @classmethod
    def for_nobody(cls, app: ASGIApp, host: str, base: str) -> "AskInside":
        """Ask without a connection, under a host name that the application answers to."""

        async def never() -> Message:
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        about = {"scheme": "http", "client": ("127.0.0.1", 0), "server": (host, 80)}
        return cls(app, host, base, about, never)

    async def __call__(self, path: str, query: Pairs = ()) -> Any:
        """Return the body of an answer of the API, as parsed JSON; raise Refused."""
        got = Collected()
        await self.app(self._scope(f"{API}{path}", urlencode(query)), self.receive, got.send)
        if not got.status:  # the client has left
            raise Refused("Cancelled", "The request was cancelled.")
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

    async def __call__(self, path: str, query: Pairs = ()) -> Any:
        """Return the body of an answer of the API, as parsed JSON; raise Refused."""
        import httpx2  # only `parley mcp --url` needs it

        address = f"{self.base}{API}{path}"
        try:
            async with httpx2.AsyncClient(timeout=60, follow_redirects=True) as client:
                got = await client.get(address, params=list(query), headers=[ACCEPT])
        except httpx2.HTTPError as error:
            raise Refused("No answer", f"{self.base} does not answer: {error}") from None
        return read_answer(got.status_code, got.content)


def read_answer(status: int, body: bytes) -> Any:
    """Parse an answer of the API; raise Refused with its own words where it is a problem."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("No answer", f"The server answered {status}, and no JSON.") from None
    if status == 200:
        return found
    faults = [
        f"{fault.get('parameter') or fault.get('pointer') or 'The request'} {fault['detail']}"
        for fault in found.get("errors", [])
    ]
    raise Refused(found.get("title", str(status)), found.get("detail", ""), faults)
