"""Carry what was typed through a sign-in, where the one before had ended when a form was sent.

The fields travel through the sign-in page in one hidden field, apart from name and password. After
the sign-in they are posted to their address with `do=refresh`, which saves nothing.
"""

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import SignInRequired
from app.forms.posted import SHOW_AGAIN, Posted
from app.http.templating import page

Carried = dict[str, list[str]]  # every text of each name


class SignedOut(SignInRequired):
    """A form was sent without a sign-in; it is answered with the page to sign in on."""

    def __init__(self, fields: Mapping[str, str | list[str]]) -> None:
        super().__init__("Sign in to do this; what you typed is kept.")
        self.carry = json.dumps({name: fields[name] for name in fields if name != "do"})


def signed_out(sent: Posted) -> SignedOut:
    """Return the error for this form."""
    return SignedOut({n: t if len(t) > 1 else t[0] for n, t in sent.lists.items()})


def carried(text: str) -> Carried:
    """Return the fields that a sign-in page carries; none if they cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    lists = {name: value if isinstance(value, list) else [value] for name, value in found.items()}
    return {name: texts for name, texts in lists.items() if all(isinstance(t, str) for t in texts)}


def resume(request: Request, to: str, fields: Carried) -> Response:
    """Answer a sign-in that carried a form: a page that submits it again.

    With scripts it is submitted at once, without them by a button.
    """
    pairs = [(name, text) for name, texts in fields.items() if name != "do" for text in texts]
    return page(request, "forms/resume.html", to=to, fields=[*pairs, ("do", SHOW_AGAIN)])
