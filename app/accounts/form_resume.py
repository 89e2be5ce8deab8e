"""Where a sign-in has run out when a form is sent: sign in again, and what was typed comes back, never lost.

The fields travel through the page in one hidden field of their own, apart from name and password, and are posted to
where they were going with `do=refresh`, which shows the form again and saves nothing.
"""

import json
from collections.abc import Mapping

from fastapi import Request, Response

from app.accounts.dependencies import settings_of
from app.http.templating import page

SHOW_AGAIN = "refresh"


def sign_in_again(request: Request, fields: Mapping[str, str]) -> Response:
    """Answer a form that came without a sign-in: the page to sign in on, which carries its fields along."""
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
    """What the button of the OpenID provider says; empty where there is none."""
    settings = settings_of(request)
    return settings.oidc_name if settings.oidc_issuer else ""


def carried(text: str) -> dict[str, str]:
    """The fields that a page to sign in on carries; none where it carries nothing that can be read."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def resume(request: Request, to: str, fields: Mapping[str, str]) -> Response:
    """Answer a sign-in that carried a form: the way back to it, by itself where scripts run, else by one press."""
    return page(request, "accounts/resume.html", to=to, fields={**fields, "do": SHOW_AGAIN})
