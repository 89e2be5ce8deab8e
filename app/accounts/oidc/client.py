"""Ask an OpenID provider who a user is, by authorization code with PKCE; no database.

The ID token is verified. Requests go only to the issuer and the endpoints of its own metadata: over
TLS, without redirects or proxies, within ten seconds and one megabyte. One secret, kept by the
browser, gives the state, nonce and verifier of a sign-in.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.accounts.oidc.provider import Away, Provider, Untrusted, derive
from app.settings import speaks_safely

PATIENCE_SECONDS = 10
LARGEST = 1024 * 1024
LEEWAY_SECONDS = 60  # clock difference between provider and server
# Signed with a key that only the provider has: neither `none`, nor by the client secret.
ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
]
CODE = re.compile(r"[a-z_]{1,40}")
KEY_TYPES = ("RSA", "EC", "OKP")


@dataclass(frozen=True, slots=True)
class Description:
    """Metadata that a provider publishes about itself."""

    authorization: str
    token: str
    keys: str
    secret_in_body: bool
    names_itself: bool  # its redirects name the issuer (RFC 9207)


async def send_to(provider: Provider, *, secret: str, redirect_uri: str) -> str:
    """Return the provider's URL at which the browser signs in.

    Raises Away or Untrusted.
    """
    async with _speaking(provider, redirect_uri) as client:
        described = await _describe(client, provider)
        address, _ = client.create_authorization_url(
            described.authorization,
            state=derive(secret, "state"),
            code_verifier=derive(secret, "verifier"),
            nonce=derive(secret, "nonce"),
        )
        return str(address)


async def identify(
    provider: Provider,
    *,
    secret: str,
    code: str,
    named: str | None,
    redirect_uri: str,
    now: datetime,
) -> str:
    """Return the subject who came back with this code; a provider never reassigns a subject.

    `named`: the issuer that the redirect named. Raises Away or Untrusted.
    """
    async with _speaking(provider, redirect_uri) as client:
        described = await _describe(client, provider)
        if named != provider.issuer and (named is not None or described.names_itself):
            raise Untrusted("it was sent back by another issuer")
        client.token_endpoint_auth_method = (
            "none"
            if not provider.client_secret
            else "client_secret_" + ("post" if described.secret_in_body else "basic")
        )
        token = await client.fetch_token(
            described.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=derive(secret, "verifier"),
        )
        keys = [
            key
            for key in (await _fetch_json(client, described.keys))["keys"]
            if key.get("kty") in KEY_TYPES
        ]
        return _subject(provider, token, keys, nonce=derive(secret, "nonce"), now=now)


def _subject(
    provider: Provider, token: dict[str, Any], keys: list[Any], *, nonce: str, now: datetime
) -> str:
    decoded = jwt.decode(
        token["id_token"],
        KeySet.import_key_set({"keys": keys}),
        registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False),
    )
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "exp": {"essential": True},
        "sub": {"essential": True},
    }
    known = {
        "nonce": nonce,
        "client_id": provider.client_id,
        "access_token": token.get("access_token"),
    }
    claims = CodeIDToken(decoded.claims, decoded.header, options, known)
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    subject = claims["sub"]
    if not (
        isinstance(subject, str)
        and subject.isascii()
        and subject.isprintable()
        and 1 <= len(subject) <= 255
    ):
        raise Untrusted("the subject is not 1 to 255 ASCII characters")
    return subject


async def _describe(client: AsyncOAuth2Client, provider: Provider) -> Description:
    found = await _fetch_json(
        client, provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    )
    if found["issuer"] != provider.issuer:
        raise Untrusted("the issuer names itself otherwise than PARLEY_OIDC_ISSUER does")
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    described = Description(
        authorization=found["authorization_endpoint"],
        token=found["token_endpoint"],
        keys=found["jwks_uri"],
        secret_in_body="client_secret_basic" not in ways and "client_secret_post" in ways,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )
    here = provider.issuer.startswith("http://")
    for address in (described.authorization, described.token, described.keys):
        if not speaks_safely(address) or (address.startswith("http://") and not here):
            raise Untrusted("an address that the issuer names is not https://")
    return described


async def _fetch_json(client: AsyncOAuth2Client, address: str) -> dict[str, Any]:
    answer = await client.request("GET", address, withhold_token=True)
    answer.raise_for_status()
    found = answer.json()
    if answer.status_code != 200 or not isinstance(found, dict):
        raise Untrusted("it did not answer with a JSON object")
    return found


@asynccontextmanager
async def _speaking(provider: Provider, redirect_uri: str) -> AsyncIterator[AsyncOAuth2Client]:
    """Give an HTTP client for the provider; every failure becomes Away or Untrusted."""
    client = AsyncOAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        scope="openid",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        transport=Bounded(),
        timeout=PATIENCE_SECONDS,
        headers={"Accept-Encoding": "identity"},
        trust_env=False,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), client:
            yield client
    except (TimeoutError, httpx2.TransportError) as error:
        raise Away(type(error).__name__) from None
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        raise (Away if status >= 500 or status == 429 else Untrusted)(
            f"it answered {status}"
        ) from None
    except (AuthlibBaseError, JoseError) as error:
        said = str(error.error or "")
        raise Untrusted(
            f"{type(error).__name__} {said if CODE.fullmatch(said) else ''}".strip()
        ) from None
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        httpx2.InvalidURL,
    ) as error:
        raise Untrusted(f"what it sent is not as it should be: {type(error).__name__}") from None


class Bounded(httpx2.AsyncHTTPTransport):
    """Read responses up to a size, uncompressed: compressed ones may be larger than they look."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and count the bytes of its response while they are read."""
        answer = await super().handle_async_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            raise Untrusted("it answered compressed, unasked")
        answer.stream = _Counted(answer.stream)
        return answer


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for chunk in self.stream:
            taken += len(chunk)
            if taken > LARGEST:
                raise Untrusted("its answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self.stream.aclose()
