"""Build the page of one's own account, and check who may change it."""

from datetime import datetime
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import actions, passwords, queries, rate_limit
from app.accounts.dependencies import idle_limit, settings_of
from app.accounts.login_response import oidc_name
from app.accounts.oidc import linking
from app.core import clock
from app.core.errors import Forbidden
from app.db.engine import transaction
from app.http.templating import page
from app.models.account import Account
from app.models.vocabulary import UserRole

WRONG_PASSWORD = "The current password is not right."  # noqa: S105  (a message, not a password)


async def account_page(
    request: Request,
    session: AsyncSession,
    viewer: queries.Viewer,
    status: int = 200,
    **context: Any,
) -> Response:
    """Return the account page with sessions and tokens; `context` overrides the defaults."""
    now, settings = clock.now(), settings_of(request)
    identity = await linking.find_identity(
        session, account_id=viewer.id, issuer=settings.oidc_issuer or ""
    )
    shown = {
        "errors": {},
        "label": "",
        "days": str(actions.TOKEN_DAYS),
        "token": None,
        "done": None,
    } | context
    return page(
        request,
        "accounts/account.html",
        status=status,
        account=await queries.get_account(session, viewer.id),
        sign_ins=await queries.list_sign_ins(
            session, viewer.id, idle=idle_limit(settings), now=now
        ),
        tokens=await queries.list_tokens(session, viewer.id),
        roles=[role for role in UserRole if viewer.may(role)],
        now=now,
        oidc=oidc_name(request),
        identity=identity,
        **shown,
    )


def own(viewer: queries.Viewer) -> queries.Viewer:
    """Return the viewer; raise Forbidden for an API token, and for a proposer.

    An account is managed by the person who signed in, not by a program that was given a token.
    """
    if not viewer.may(UserRole.VIEWER):
        raise Forbidden("A proposer may propose and nothing else. An admin manages the account.")
    if viewer.token_id is not None:
        raise Forbidden("An API token cannot change its account. Sign in.")
    return viewer


async def is_owner(
    request: Request, session: AsyncSession, account: Account, current: str, *, now: datetime
) -> bool:
    """Verify the current password, in case somebody else uses a browser that was left open.

    An account without a password is always accepted. Raises TooMany after too many attempts.
    """
    if account.password_hash is None:
        return True
    async with transaction(request.app.state.sessions) as counting:
        await rate_limit.take(counting, rate_limit.of_account(account.id), now=now)
    if not await passwords.verify(account.password_hash, current):
        return False
    await rate_limit.give_back(session, rate_limit.of_account(account.id), now=now)
    return True
