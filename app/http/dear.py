"""Let strangers' reading take turns, and what is dear wait apart from what is not.

Dear is what takes long and is seldom asked for twice: exports, pictures, analyses of all cells, and
for strangers the whole matrix with any filter or time. It has few places and lets all others pass
between its steps. Other reading by strangers has places of its own, so that connections to the
database stay free for those who are signed in. These wait only for what is dear; writing never
waits here.
"""

import hashlib
import ipaddress
import re
import time
from collections import OrderedDict
from contextlib import AsyncExitStack

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.counters import IN_LINE
from app.core.errors import Unavailable
from app.core.gently import Passing, gives_way_to
from app.core.turns import Turns
from app.http.middleware import READING, bearer, session_cookie
from app.http.problems import from_domain, respond

# What costs next to nothing, is no work while it is open, or must be answered whatever is asked.
# A message of an agent is answered by requests of the API, and each of these takes its turn.
FREE = ("/healthz", "/readyz", "/metrics", "/static/", "/api/v1/events", "/mcp")
DEAR_PLACES = 2
MOST_DEAR = 200  # requests that wait
MOST_READING = 400
KEPT_FREE = 6  # connections of the pool that strangers' reading leaves to others
MOST_KNOWN = 1_000  # sign-ins
FOR_SECONDS = 3_600.0

_OF_NEGOTIATION = r"(?:/n|/api/v1/negotiations)/[^/]+"
DEAR = re.compile(
    _OF_NEGOTIATION + r"/(?:export[./].+|agreement|changes|timeline|coverage|common-ground|compare"
    r"|packages|contradictions|[a-z-]+\.csv|releases/.+\.zip"
    r"|(?:.+/)?(?:picture\..+|dossier\.docx))"
)
# Asked without a question these are the same for all, and kept until something is written.
WHOLE = re.compile(_OF_NEGOTIATION + r"(?:/matrix|/about|/issues/[^/]+|/parties/[^/]+)?")
SMALL = re.compile(
    _OF_NEGOTIATION + r"/(?:cells/.+|issues|issues/.+/options/.+|parties|looks|code-book.*"
    r"|releases|releases/[^/.]+|(?:releases/[^/]+/)?cite\..+|feed\.atom|alerts/new)"
)
FEED = re.compile(_OF_NEGOTIATION + r"/feed\.atom")
LOOKS_INSIDE = re.compile(rb"(?:^|&)(?:kind|only|option|q)=")  # many versions are looked at
ANY = re.compile(_OF_NEGOTIATION + r"(?:/.*)?")


class Lines:
    """What the requests of one process share."""

    def __init__(self, pool_size: int) -> None:
        self.dear = Turns(DEAR_PLACES, MOST_DEAR, IN_LINE.labels("dear").set)
        places = max(pool_size - KEPT_FREE, 2)
        self.reading = Turns(places, MOST_READING, IN_LINE.labels("reading").set)
        self.passing = Passing()
        self.under_way = 0  # requests, until all of their answer is sent
        self._signed_in: OrderedDict[bytes, float] = OrderedDict()

    def note_signed_in(self, secret: str, *, valid: bool) -> None:
        """Remember that a session or token was found to be valid, or forget it."""
        key = _hashed(secret)
        self._signed_in.pop(key, None)
        if valid:
            self._signed_in[key] = time.monotonic()
            if len(self._signed_in) > MOST_KNOWN:
                self._signed_in.popitem(last=False)

    def is_signed_in(self, secret: str | None) -> bool:
        """Tell whether a session or token was valid not long ago."""
        if secret is None:
            return False
        seen = self._signed_in.get(_hashed(secret))
        return seen is not None and time.monotonic() - seen < FOR_SECONDS


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def is_dear(path: str, query: bytes, *, signed_in: bool) -> bool:
    """Tell whether an address is dear; for strangers also one that nothing is known about."""
    if FEED.fullmatch(path) and LOOKS_INSIDE.search(query):
        return True
    if signed_in or DEAR.fullmatch(path):
        return DEAR.fullmatch(path) is not None
    if WHOLE.fullmatch(path):
        return bool(query)
    return ANY.fullmatch(path) is not None and SMALL.fullmatch(path) is None


class TakeTurns:
    """Give each request that only reads its place before it is worked on."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.cookie = session_cookie(secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on in its turn; 503 where too many wait."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            return await self.app(scope, receive, send)
        lines: Lines = scope["app"].state.lines
        secret = self._secret(Headers(scope=scope))
        signed_in = lines.is_signed_in(secret)
        reads = scope["method"] in READING
        dear = reads and is_dear(scope["path"], scope["query_string"], signed_in=signed_in)
        turns = lines.dear if dear else lines.reading if reads and not signed_in else None
        client = f"signed in: {_hashed(secret or '').hex()}" if signed_in else client_of(scope)
        async with AsyncExitStack() as held:
            try:
                if turns:
                    await held.enter_async_context(turns.place(client))
            except Unavailable as error:
                return await respond(Request(scope), from_domain(error))(scope, receive, send)
            if dear:
                gives_way_to.set(lines.passing)
            else:
                held.enter_context(lines.passing.one())

            async def sending(message: Message) -> None:
                # What is sent from here on takes as long as its reader does.
                if message["type"] == "http.response.start":
                    await held.aclose()
                await send(message)

            lines.under_way += 1
            try:
                await self.app(scope, receive, sending)
            finally:
                lines.under_way -= 1

    def _secret(self, headers: Headers) -> str | None:
        """Return the token or session that a request shows, which may be invented."""
        token = bearer(headers)
        if token is not None:
            return token
        return cookie_parser("; ".join(headers.getlist("cookie"))).get(self.cookie)


def client_of(scope: Scope) -> str:
    """Return the address that a request came from; of IPv6 the network, since clients have many."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if address.version == 4:
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
