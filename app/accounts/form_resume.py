"""Keep a form that is sent after the session expired, while its user signs in again.

The fields travel through the sign-in page in one hidden field, apart from name and password. Then
they are posted to their original URL with `do=refresh`, which shows the form again and saves
nothing.
"""

import json
from collections.abc import Mapping

from fastapi import Request, Response

from app.accounts.dependencies import settings_of
from app.http.templating import page

SHOW_AGAIN = "refresh"


def sign_in_again(request: Request, fields: Mapping[str, str]) -> Response:
    """Answer a form without a session: a sign-in page that carries the fields along."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return page(
        request,
        "accounts/login.html",
        status=401,
        errors={},
        values={},
        next=here,
        oidc=oidc_name(request),
        carry=json.dumps({name: value for name, value in fields.items() if name != "do"}),
    )


def oidc_name(request: Request) -> str:
    """Return the label of the OpenID provider's button; empty if there is none."""
    settings = settings_of(request)
    return settings.oidc_name if settings.oidc_issuer else ""


def carried(text: str) -> dict[str, str]:
    """Return the fields that a sign-in page carried; empty if they cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def resume(request: Request, to: str, fields: Mapping[str, str]) -> Response:
    """Answer a sign-in that carried a form: a page that submits it again.

    With scripts it is submitted at once, without them by a button.
    """
    return page(request, "accounts/resume.html", to=to, fields={**fields, "do": SHOW_AGAIN})
