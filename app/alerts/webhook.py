"""Send webhooks: signed, to receivers that an admin allows, and never further than their address.

Signed as Standard Webhooks define it (standardwebhooks.com): HMAC-SHA256 over id, time and body.
"""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.alerts.links import key_bytes
from app.alerts.queue import Outcome
from app.core.site_names import ascii_host
from app.models.vocabulary import AlertStop

if TYPE_CHECKING:
    import httpx2

SECONDS = 15  # for the whole exchange
GONE = 410
PORTS = {"https": 443, "http": 80}
# Networks by which an address inside another one can be reached.
CARRIERS = [ipaddress.ip_network(n) for n in ("64:ff9b::/96", "2002::/16", "2001::/32")]


class Refused(Exception):
    """The receiver may not be spoken to; the message says why."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a webhook goes, as a URL says."""

    scheme: str
    host: str
    port: int
    target: str  # path and query

    @property
    def origin(self) -> str:
        """The origin, without the port that its scheme has anyway."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{shown}"


def read_receiver(url: str) -> Receiver:
    """Read the URL of a receiver; ValueError with the reason if it cannot be one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not a web address") from None
    if parts.scheme not in PORTS or not host:
        raise ValueError("must begin with https://")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or a password")
    if parts.fragment or "#" in url:
        raise ValueError("must not have a fragment (#)")
    if not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("must not contain spaces or backslashes")
    if not (parts.path + parts.query).isascii():
        raise ValueError("must be written in ASCII after the host, with % for other characters")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if port is None:
        port = PORTS[parts.scheme]
    return Receiver(parts.scheme, ascii_host(host), port, target)


def signature(secret: str, key: str, at: int, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    signed = f"{key}.{at}.".encode() + body
    made = hmac.new(key_bytes(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def headers(secret: str, key: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Return the headers of a webhook."""
    at = int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": "Parley",
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(secret, key, at, body),
    }


def is_outside(address: str) -> bool:
    """Tell whether an IP address is one of the public internet."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    carried = any(ip in network for network in CARRIERS if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not carried


async def find_address(receiver: Receiver, *, inside: bool) -> str:
    """Return the IP address to connect to; raise Refused if the name leads inside, unallowed."""
    found = await asyncio.get_running_loop().getaddrinfo(
        receiver.host, receiver.port, type=socket.SOCK_STREAM
    )
    addresses = [str(entry[4][0]) for entry in found]
    if not inside and not all(map(is_outside, addresses)):
        raise Refused("its name stands for an address inside a network, which no admin allows")
    return addresses[0]


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted, read once."""
    import httpx2  # rarely needed, and large

    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an exchange may take, and which certificates are valid."""

    seconds: float = SECONDS
    trust: Callable[[], ssl.SSLContext] = trusted


async def post(
    receiver: Receiver,
    sent: Mapping[str, str],
    body: bytes,
    *,
    inside: bool,
    limits: Limits,
) -> Outcome:
    """Send a webhook once; nothing of the answer is read but its status."""
    import httpx2

    seconds = limits.seconds
    try:
        async with asyncio.timeout(seconds):
            address = await find_address(receiver, inside=inside)
            async with httpx2.AsyncClient(
                transport=httpx2.AsyncHTTPTransport(verify=limits.trust(), trust_env=False),
                timeout=seconds,
                trust_env=False,
                follow_redirects=False,
            ) as client:
                request = client.build_request(
                    "POST",
                    _at(receiver, address),
                    headers={**sent, "Host": _host(receiver), "Connection": "close"},
                    content=body,
                    extensions={"sni_hostname": receiver.host},
                )
                answer = await client.send(request, stream=True)
                await answer.aclose()
                return _judge(answer)
    except Refused as error:
        return Outcome(False, detail=str(error))
    except TimeoutError:
        return Outcome(False, detail=f"it did not answer within {seconds:g} seconds")
    except socket.gaierror:
        return Outcome(False, detail="its name is not known")
    except (httpx2.TransportError, OSError, ValueError) as error:
        return Outcome(False, detail=_why(error))


def _at(receiver: Receiver, address: str) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{receiver.scheme}://{host}:{receiver.port}{receiver.target}"


def _host(receiver: Receiver) -> str:
    return receiver.origin.partition("://")[2]


def _judge(answer: "httpx2.Response") -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome(True, status)
    if status == GONE:
        return Outcome(False, status, "it wants no more of them", stop=AlertStop.GONE)
    if 300 <= status < 400:
        return Outcome(False, status, "it sends on to another address, which is not followed")
    return Outcome(False, status, retry_after=_retry_after(answer.headers.get("retry-after")))


def _retry_after(said: str | None) -> timedelta | None:
    """Read the header, in seconds or as a date."""
    if not said:
        return None
    try:
        if said.isascii() and said.isdecimal():
            return timedelta(seconds=min(int(said[:9]), 10**6))
        return max(parsedate_to_datetime(said) - datetime.now(UTC), timedelta())
    except (ValueError, TypeError, OverflowError):
        return None


def _why(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate is not valid"
        if isinstance(cause, ConnectionRefusedError):
            return "it refuses connections"
        cause = cause.__cause__ or cause.__context__
    return f"the connection failed ({type(error).__name__})"
