"""Begin and end every kind of sign-in: the sign-in page, and the cookies and redirect after it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from app.accounts import queries, sign_ins
from app.accounts.dependencies import settings_of
from app.forms.resume import SignedOut, carried, resume
from app.http.middleware import session_cookie
from app.http.templating import page

# A browser on the same machine: its user can read what the server printed.
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def safe_next(address: str) -> str:
    """Return where to go after signing in: the requested path on this site, or else `/`."""
    odd = any(character <= " " or character in "\\\x7f" for character in address)
    if odd or not address.startswith("/") or address.startswith("//"):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc else address


def device_cookie(secure: bool) -> str:
    """Return the name of the cookie that identifies a known browser."""
    return session_cookie(secure).replace("session", "device")


def keep(request: Request, secrets: sign_ins.Secrets, to: str, carry: str = "") -> Response:
    """Answer a successful sign-in: set the cookies, then redirect or return to a carried form."""
    settings, fields = settings_of(request), carried(carry)
    answer = resume(request, to, fields) if fields else RedirectResponse(to, 303)
    for name, value, days in (
        (session_cookie(settings.secure), secrets.token, settings.session_days),
        (device_cookie(settings.secure), secrets.device, queries.DEVICE_KNOWN.days),
    ):
        answer.set_cookie(
            name,
            value,
            max_age=days * 86_400,
            path="/",
            secure=settings.secure,
            httponly=True,
            samesite="lax",
        )
    return answer


def oidc_name(request: Request) -> str:
    """Return the label of the OpenID provider's button; empty if there is none."""
    settings = settings_of(request)
    return settings.oidc_name if settings.oidc_issuer else ""


async def ask_to_sign_in(request: Request, error: SignedOut) -> Response:
    """Answer a form that came without a sign-in with the sign-in page, which carries its fields."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return login_page(request, 401, next=here, carry=error.carry)


def login_page(
    request: Request, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> Response:
    """Return the sign-in page; `context` overrides the defaults."""
    shown: dict[str, Any] = {
        "errors": {},
        "values": {},
        "next": "/",
        "carry": "",
        "oidc": oidc_name(request),
        "local": request.url.hostname in LOOPBACK,
    } | context
    return page(request, "accounts/login.html", status=status, headers=headers, **shown)
