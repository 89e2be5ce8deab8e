"""Serve alerts as JSON, to whoever has made them."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import SignedIn, settings_of
from app.accounts.idempotency import once
from app.accounts.queries import Viewer
from app.alerts import actions, queries
from app.alerts.presenter import alert_json, delivery_json, new_alert_json
from app.alerts.schemas import (
    ActInput,
    Alert,
    AlertInput,
    AlertsQuery,
    DeliveriesQuery,
    Delivery,
)
from app.core.clock import now
from app.core.errors import bad_parameter
from app.core.input_models import NumberInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes
from app.http.json_body import Sent
from app.http.origin import origin
from app.http.pagination import read_cursor, write_cursor
from app.http.problems import read_body
from app.http.responses import answer
from app.log.api_answers import created, next_link, times
from app.log.reader import Moment, moment
from app.models.alert import Alert as Row
from app.models.vocabulary import AlertAct

router = api_router("/alerts", tag="alerts")

PURPOSE = "deliveries"
EXAMPLE: dict[str, Any] = {
    "negotiation": "lake",
    "parties": ["northshore"],
    "issues": ["quota"],
    "tells": "moves",
    "channel": "webhook",
    "address": "https://hooks.example.org/parley",
}


@router.get("", summary="List your alerts", responses=answers(Answer[list[Alert]], 401, 403))
async def list_alerts(
    request: Request, session: Session, viewer: SignedIn, query: Annotated[AlertsQuery, Query()]
) -> Response:
    """Your alerts, the newest first."""
    found = await queries.list_alerts(session, actions.own(viewer), ended=query.ended)
    return answer(request, [alert_json(one) for one in found], times(await moment(session)))


@router.post(
    "",
    status_code=201,
    summary="Add an alert",
    responses=answers(Answer[Alert], 401, status=201),
    openapi_extra=takes(AlertInput, EXAMPLE),
)
async def add_alert(request: Request, session: Session, viewer: SignedIn, body: Sent) -> Response:
    """Ask to be told of changes, from now on, by webhook or by e-mail.

    Webhooks are signed as Standard Webhooks define it, with `secret`, and tried again with growing
    pauses for two days. Their `webhook-id` tells repeats: drop what you have had.
    """
    actions.own(viewer)

    async def work() -> Response:
        row = await actions.make_alert(
            session,
            viewer=viewer,
            sent=read_body(AlertInput, body),
            settings=settings_of(request),
            site=origin(request),
            now=now(),
        )
        [found] = await queries.describe(session, [row])
        made = answer(request, new_alert_json(found), times(await moment(session)))
        return created(made, f"/alerts/{row.id}")

    return await once(request, session, viewer, work)


@router.get("/{alert_id}", summary="Read an alert", responses=answers(Answer[Alert], 401, 403))
async def show_alert(
    request: Request, session: Session, viewer: SignedIn, alert_id: NumberInPath
) -> Response:
    """One of your alerts, and how it is doing."""
    return await _one(request, session, await _own(session, viewer, alert_id))


@router.get(
    "/{alert_id}/deliveries",
    summary="List what an alert has told",
    responses=answers(Answer[list[Delivery]], 401, 403),
)
async def list_deliveries(
    request: Request,
    session: Session,
    viewer: SignedIn,
    alert_id: NumberInPath,
    query: Annotated[DeliveriesQuery, Query()],
) -> Response:
    """Messages of the alert, sent or waiting, the newest first, with every attempt."""
    row = await _own(session, viewer, alert_id)
    at = await moment(session)
    before = _before(query.cursor, alert_id, at)
    sent, more = await queries.list_deliveries(session, row, before=before, limit=query.limit)
    following = None if more is None else write_cursor(PURPOSE, at.epoch, alert_id, more)
    rows = [delivery_json(one) for one in sent]
    return answer(request, rows, times(at, next=following), links=next_link(request, following))


@router.post(
    "/{alert_id}/act",
    summary="Pause, resume, test or end an alert",
    responses=answers(Answer[Alert], 401),
    openapi_extra=takes(ActInput, {"do": "pause"}),
)
async def act_on_alert(
    request: Request, session: Session, viewer: SignedIn, alert_id: NumberInPath, body: Sent
) -> Response:
    """Change what an alert does: `do` says how. Only a new secret is answered with it."""
    row = await _own(session, viewer, alert_id, lock=True)
    do = read_body(ActInput, body).do
    await actions.act(session, row, do, now=now())
    if do == AlertAct.SECRET:
        [found] = await queries.describe(session, [row])
        return answer(request, new_alert_json(found), times(await moment(session)))
    return await _one(request, session, row)


def _before(cursor: str | None, alert_id: int, at: Moment) -> int | None:
    """Return the delivery below which a list goes on."""
    if cursor is None:
        return None
    match read_cursor(cursor, PURPOSE, at.epoch):
        case [int(alert), int(before)] if alert == alert_id and 0 <= before < 2**63:
            return before
    raise bad_parameter("cursor", "is not a cursor of this list")


async def _own(session: Session, viewer: Viewer, alert_id: int, *, lock: bool = False) -> Row:
    return await queries.get_alert(session, actions.own(viewer), alert_id, lock=lock)


async def _one(request: Request, session: Session, row: Row) -> Response:
    [found] = await queries.describe(session, [row])
    return answer(request, alert_json(found), times(await moment(session)))
