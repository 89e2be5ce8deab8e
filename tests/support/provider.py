"""Run a strict OpenID provider on this machine, which can be told to lie; it signs with joserfc."""

import base64
import contextlib
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.support.patience import PATIENCE

CLIENT, SECRET = "parley", "the client's / secret"
Change = Callable[[dict[str, Any]], object]


class Provider:
    """A provider that signs everybody in as `subject`.

    `lie` changes the claims of ID tokens, `sign` how they are signed.
    """

    def __init__(self, issuer: str, key: RSAKey | None = None) -> None:
        self.issuer, self.subject = issuer, "u-1"
        self.key = key or RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.denies = False
        self.lie: Change = lambda claims: None
        self.describe: Change = lambda description: None
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.padding = ""

    def signed(self, claims: dict[str, Any]) -> str:
        """Sign claims with the provider's key."""
        return str(jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key))

    def signed_by_another(self, claims: dict[str, Any]) -> str:
        """Sign claims with a key that the provider does not publish."""
        return str(jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048)))

    def signed_by_the_shared_secret(self, claims: dict[str, Any]) -> str:
        """Sign claims with the client's secret (HS256), which the client must not accept."""
        return str(jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET)))

    def unsigned(self, claims: dict[str, Any]) -> str:
        """Return claims with the algorithm `none`."""
        registry = JWSRegistry(algorithms=["none"])
        return str(jwt.encode({"alg": "none"}, claims, OctKey.import_key("x"), registry=registry))


def _app(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def note(request: Request, call_next: Any) -> Response:
        provider.asked.append(request.url.path)
        return await call_next(request)

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        description = {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
            "padding": provider.padding,
        }
        provider.describe(description)
        return description

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False)]}

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "scope": "openid",
            "code_challenge_method": "S256",
        }
        assert wanted.items() <= asked.items()
        assert (
            len(asked["state"]) >= 43
            and len(asked["nonce"]) >= 43
            and len(asked["code_challenge"]) == 43
        )
        if provider.denies:
            return RedirectResponse(
                f"{asked['redirect_uri']}"
                f"?{urlencode({'error': 'access_denied', 'state': asked['state']})}",
                303,
            )
        code = secrets.token_urlsafe(16)
        provider.codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303
        )

    @app.post("/token")
    async def token(
        request: Request,
        code: str = Form(),
        code_verifier: str = Form(),
        redirect_uri: str = Form(),
    ) -> Response:
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = provider.codes.pop(code, None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        fits = (
            asked and asked["code_challenge"] == challenge and asked["redirect_uri"] == redirect_uri
        )
        if request.headers.get("authorization") != basic or not asked or not fits:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": provider.issuer, "sub": provider.subject, "aud": CLIENT, "iat": now,
            "exp": now + 300, "nonce": asked["nonce"],
        }  # fmt: skip
        provider.lie(claims)
        return JSONResponse(
            {"access_token": "a", "token_type": "Bearer", "id_token": provider.sign(claims)}
        )

    return app


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    """Run the provider until the block ends."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(
        uvicorn.Config(_app(provider), log_config=None, access_log=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the provider did not start"
        time.sleep(0.02)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
