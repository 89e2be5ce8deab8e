"""Serve the pages of one's own alerts, and the links in their e-mails."""

from typing import Annotated

from fastapi import Form, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Sender, SignedIn
from app.alerts import actions, queries, words
from app.alerts.links import is_key
from app.alerts.presenter import delivery_json, feed_address, filter_pairs
from app.core.clock import now
from app.core.errors import NotFound, invalid
from app.core.input_models import NumberInPath, Query, read_query
from app.db.engine import Session
from app.http.last_done import is_ours
from app.http.routing import Router
from app.http.templating import page
from app.models.alert import Alert
from app.models.vocabulary import AlertAct, AlertState

router = Router(prefix="/alerts", include_in_schema=False)

A_PAGE = 20  # deliveries
DONE = {
    "saved": "Saved. You are told of what changes from now on.",
    "pause": "Paused. Nothing is told until you let it go on.",
    "resume": "It goes on, with what it has missed.",
    "skip": "It goes on, with what changes from now on.",
    "test": "A test is on its way.",
    "secret": "There is a new secret.",
    "end": "Ended. Nothing more is told.",
}
Do = Annotated[str, Form()]


class OneQuery(Query):
    """What was done last, and below which delivery the list goes on."""

    told: str = ""
    before: int | None = None


@router.get("")
async def show_alerts(request: Request, session: Session, viewer: SignedIn) -> Response:
    """List one's own alerts."""
    found = await queries.list_alerts(session, actions.own(viewer), ended=False)
    return page(request, "alerts/index.html", alerts=found, words=words)


@router.get("/{alert_id}")
async def show_alert(
    request: Request, session: Session, viewer: SignedIn, alert_id: NumberInPath
) -> Response:
    """Show one alert, with what it has told and every attempt."""
    query = read_query(OneQuery, request)
    row = await queries.get_alert(session, actions.own(viewer), alert_id)
    [found] = await queries.describe(session, [row])
    before = query.before if query.before and 0 < query.before < 2**63 else None
    sent, more = await queries.list_deliveries(session, row, before=before, limit=A_PAGE)
    return page(
        request,
        "alerts/show.html",
        found=found,
        feed=feed_address(found.negotiation, filter_pairs(found)),
        deliveries=[delivery_json(one) for one in sent],
        more=more,
        done=_done(row, query.told) if is_ours(request.headers) else "",
        words=words,
    )


def _done(row: Alert, told: str) -> str:
    """Say what was done last."""
    if told == "saved" and row.state == AlertState.UNCONFIRMED:
        return "Saved. An e-mail is on its way to the address: confirm it there to begin."
    return DONE.get(told, "")


@router.post("/{alert_id}")
async def change_alert(
    session: Session, viewer: Sender, alert_id: NumberInPath, do: Do = ""
) -> Response:
    """Pause, resume, test or end an alert, as the button says."""
    row = await queries.get_alert(session, actions.own(viewer), alert_id, lock=True)
    if do not in set(AlertAct):
        raise invalid("/do", "Choose what is to be done with the alert.")
    await actions.act(session, row, AlertAct(do), now=now())
    return RedirectResponse(f"/alerts/{alert_id}?told={do}", 303)


@router.get("/{alert_id}/end")
async def offer_end(
    request: Request, session: Session, alert_id: NumberInPath, key: str = ""
) -> Response:
    """Ask whether to end an alert: the link in its e-mails, which programs follow as well."""
    return await _by_link(request, session, alert_id, "end", key)


@router.post("/{alert_id}/end")
async def end_by_link(
    request: Request, session: Session, alert_id: NumberInPath, key: str = ""
) -> Response:
    """End an alert by the link in its e-mails; mail programs send this at one click (RFC 8058)."""
    row = await _of_link(session, alert_id, "end", key)
    await actions.end(session, row, now=now())
    return await _by_link(request, session, alert_id, "end", key)


@router.get("/{alert_id}/confirm")
async def offer_confirm(
    request: Request, session: Session, alert_id: NumberInPath, key: str = ""
) -> Response:
    """Ask whether to be told at this address: the link in the first e-mail."""
    return await _by_link(request, session, alert_id, "confirm", key)


@router.post("/{alert_id}/confirm")
async def confirm_by_link(
    request: Request, session: Session, alert_id: NumberInPath, key: str = ""
) -> Response:
    """Let an alert begin, by the link in the first e-mail."""
    row = await _of_link(session, alert_id, "confirm", key)
    await actions.confirm(session, row, now=now())
    return await _by_link(request, session, alert_id, "confirm", key)


async def _of_link(session: Session, alert_id: int, what: str, key: str) -> Alert:
    """Return the alert of a link; raise NotFound for a wrong key, as for no alert at all."""
    row = await session.get(Alert, alert_id, with_for_update=True, populate_existing=True)
    if row is None or not is_key(row, what, key):
        raise NotFound("This link is not complete, or its alert ended long ago.")
    return row


async def _by_link(
    request: Request, session: Session, alert_id: int, what: str, key: str
) -> Response:
    row = await _of_link(session, alert_id, what, key)
    [found] = await queries.describe(session, [row])
    return page(
        request,
        "alerts/link.html",
        found=found,
        what=what,
        key=key,
        over=row.state == AlertState.ENDED or (what == "confirm" and row.state != "unconfirmed"),
        words=words,
    )
