"""Who makes a request, as dependencies of routes: `viewer: Anyone`, `viewer: Editor`, `viewer: Admin`.

A token in Authorization goes first, and a wrong one is refused, never taken for nobody. Below /api/ only a token
counts: cookies are sent by browsers of themselves. A right is asked for before it is looked whether the thing is there.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from app.accounts import sign_ins
from app.accounts.queries import Viewer, find_signed_in, find_token_holder
from app.core import clock
from app.core.errors import Forbidden, SignInRequired
from app.db.engine import Session
from app.http.middleware import SAFE, bearer, session_cookie
from app.models.vocabulary import UserRole
from app.settings import Settings


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def idle_limit(settings: Settings) -> timedelta:
    return timedelta(hours=settings.session_idle_hours)


async def get_viewer(request: Request, session: Session) -> Viewer | None:
    """Find out who asks; SignInRequired for a token that does not, or no longer, count."""
    viewer = await _find_viewer(request, session)
    request.state.viewer = viewer  # for the pages' header
    return viewer


async def _find_viewer(request: Request, session: Session) -> Viewer | None:
    settings, now = settings_of(request), clock.now()
    token = bearer(request.headers)
    if token is not None:
        holder = await find_token_holder(session, token, now=now)
        if holder is None:
            raise SignInRequired("The token is not known, has expired or was revoked.")
        viewer, used_at = holder
        if request.method not in SAFE and (used_at is None or used_at < now - sign_ins.NOTED_EVERY):
            await sign_ins.touch(session, viewer=viewer, now=now)
        return viewer
    cookie = request.cookies.get(session_cookie(settings.secure))
    if cookie is None or request.url.path.startswith("/api/"):
        return None
    found = await find_signed_in(session, cookie, idle=idle_limit(settings), now=now)
    if found is None:
        return None
    viewer, seen_at = found
    if seen_at < now - sign_ins.NOTED_EVERY:
        await sign_ins.touch(session, viewer=viewer, now=now)
    return viewer


Anyone = Annotated[Viewer | None, Depends(get_viewer)]


async def get_signed_in(viewer: Anyone) -> Viewer:
    if viewer is None:
        raise SignInRequired("Sign in, or send the token of an account, to do this.")
    return viewer


SignedIn = Annotated[Viewer, Depends(get_signed_in)]


async def get_editor(viewer: SignedIn) -> Viewer:
    if not viewer.may(UserRole.EDITOR):
        raise Forbidden("This takes the role of an editor or admin.")
    return viewer


async def get_admin(viewer: SignedIn) -> Viewer:
    if not viewer.may(UserRole.ADMIN):
        raise Forbidden("This takes the role of an admin.")
    return viewer


Editor = Annotated[Viewer, Depends(get_editor)]
Admin = Annotated[Viewer, Depends(get_admin)]
