"""Serve the page on which admins allow receivers of webhooks."""

from typing import Annotated, Any

from fastapi import Form, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Admin, settings_of
from app.accounts.queries import Viewer
from app.alerts import actions, queries, words
from app.alerts.mail import mail_server
from app.core.clock import now
from app.core.errors import Forbidden
from app.db.engine import Session, attempt
from app.http.routing import Router
from app.http.templating import page

router = Router(prefix="/admin/alerts", include_in_schema=False)

Words = Annotated[str, Form()]


@router.get("")
async def show_receivers(request: Request, session: Session, viewer: Admin) -> Response:
    """List the receivers of webhooks, and say how e-mail is set."""
    return await _page(request, session)


@router.post("")
async def change_receivers(
    request: Request,
    session: Session,
    viewer: Admin,
    origin: Words = "",
    inside: Words = "",
    do: Words = "allow",
) -> Response:
    """Allow webhooks to an origin, or allow them no more."""
    _person(viewer)
    if do == "remove":
        await actions.remove_receiver(session, viewer=viewer, origin=origin, now=now())
        return RedirectResponse("/admin/alerts", 303)
    async with attempt(session) as refused:
        await actions.allow_receiver(
            session, viewer=viewer, origin=origin, inside=bool(inside), now=now()
        )
    if not refused:
        return RedirectResponse("/admin/alerts", 303)
    said = refused[0].faults[0].detail if refused[0].faults else refused[0].detail
    message = f"Origin: {said}" if said[:1].islower() else said
    return await _page(
        request,
        session,
        refused[0].status,
        errors={"origin": message},
        origin=origin,
        inside=bool(inside),
    )


def _person(viewer: Viewer) -> None:
    if viewer.token_id is not None:
        raise Forbidden("An API token cannot allow receivers. Sign in.")


async def _page(request: Request, session: Session, status: int = 200, **context: Any) -> Response:
    settings = settings_of(request)
    shown: dict[str, Any] = {"errors": {}, "origin": "", "inside": False} | context
    return page(
        request,
        "alerts/receivers.html",
        status=status,
        receivers=await queries.list_receivers(session),
        counts=await queries.count_by_state(session),
        server=mail_server(settings),
        sends=settings.alerts,
        digest_hour=settings.digest_hour,
        words=words,
        **shown,
    )
