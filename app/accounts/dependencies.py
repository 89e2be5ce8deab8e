"""Provide the user of a request as dependencies of routes.

They are `viewer: Anyone`, `viewer: Editor` and `viewer: Admin`. A token in Authorization counts
first; a wrong one is refused, never treated as anonymous. Below /api/ only a token counts, since
browsers send cookies by themselves. Permissions are checked before it is looked up whether an
object exists.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sign_ins
from app.accounts.queries import Viewer, find_signed_in, find_token_holder
from app.core import clock
from app.core.errors import Forbidden, SignInRequired
from app.db.engine import Session, turn_to
from app.db.prepared import read_directly
from app.forms.posted import Sent
from app.forms.resume import signed_out
from app.http.dear import Lines
from app.http.middleware import SAFE, bearer, session_cookie
from app.http.replicas import Replicas
from app.models.vocabulary import UserRole
from app.settings import Settings


def settings_of(request: Request) -> Settings:
    """Return the settings of the application."""
    settings: Settings = request.app.state.settings
    return settings


def idle_limit(settings: Settings) -> timedelta:
    """Return how long a session may be idle."""
    return timedelta(hours=settings.session_idle_hours)


async def get_viewer(request: Request, session: Session) -> Viewer | None:
    """Return the user of a request, None if anonymous; SignInRequired for an invalid token."""
    viewer = await _find_viewer(request, session)
    request.state.viewer = viewer  # for the header of pages
    return viewer


async def _find_viewer(request: Request, session: Session) -> Viewer | None:
    settings, now = settings_of(request), clock.now()
    lines: Lines = request.app.state.lines
    token = bearer(request.headers)
    if token is not None:
        holder = await find_token_holder(session, token, now=now)
        lines.note_signed_in(token, valid=holder is not None)
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
    lines.note_signed_in(cookie, valid=found is not None)
    if found is None:
        return None
    viewer, seen_at = found
    if seen_at < now - sign_ins.NOTED_EVERY:
        await sign_ins.touch(session, viewer=viewer, now=now)
    return viewer


Anyone = Annotated[Viewer | None, Depends(get_viewer)]


async def get_reading(request: Request, session: Session, viewer: Anyone) -> AsyncSession:
    """Give the session of a request that only reads; for a stranger, without a transaction.

    An instant that is asked for may have to wait for writers, by limits of a transaction. Where
    there are replicas, strangers read from them.
    """
    if viewer is None:
        known_at = request.query_params.get("known_at")
        replicas: Replicas | None = request.app.state.replicas
        request.state.heard_of_until = None
        if replicas is not None and (replica := replicas.choose(known_at)) is not None:
            turn_to(session, replica.engine)
            request.state.replica = replica
            request.state.heard_of_until = replicas.heard_of_until()
        if known_at is None:
            read_directly(session)
    return session


Reading = Annotated[AsyncSession, Depends(get_reading)]


async def get_signed_in(viewer: Anyone) -> Viewer:
    """Return the viewer; raise SignInRequired if anonymous."""
    if viewer is None:
        raise SignInRequired("Sign in, or send the token of an account, to do this.")
    return viewer


SignedIn = Annotated[Viewer, Depends(get_signed_in)]


async def get_editor(viewer: SignedIn) -> Viewer:
    """Return the viewer; raise Forbidden unless editor or admin."""
    if not viewer.may(UserRole.EDITOR):
        raise Forbidden("Only editors and admins may do this.")
    return viewer


async def get_admin(viewer: SignedIn) -> Viewer:
    """Return the viewer; raise Forbidden unless admin."""
    if not viewer.may(UserRole.ADMIN):
        raise Forbidden("Only admins may do this.")
    return viewer


Editor = Annotated[Viewer, Depends(get_editor)]
Admin = Annotated[Viewer, Depends(get_admin)]


async def get_sender(viewer: Anyone, sent: Sent) -> Viewer:
    """Return who sent a form; raise SignedOut, which keeps what was typed, without a sign-in."""
    if viewer is None:
        raise signed_out(sent)
    return viewer


Sender = Annotated[Viewer, Depends(get_sender)]


async def get_form_editor(viewer: Sender) -> Viewer:
    """Return the editor who sent a form."""
    return await get_editor(viewer)


async def get_form_admin(viewer: Sender) -> Viewer:
    """Return the admin who sent a form."""
    return await get_admin(viewer)


FormEditor = Annotated[Viewer, Depends(get_form_editor)]
FormAdmin = Annotated[Viewer, Depends(get_form_admin)]
