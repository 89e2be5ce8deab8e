"""Make, pause, resume, test and end alerts; allow receivers of webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actions import note
from app.accounts.queries import Viewer, get_account
from app.alerts import queries
from app.alerts.links import new_secret
from app.alerts.queue import wake
from app.alerts.schemas import MAIL_ADDRESS, AlertFilter, AlertInput
from app.alerts.webhook import Receiver, read_receiver
from app.core.errors import Conflict, Fault, Forbidden, Invalid, NotFound, invalid
from app.db.engine import one_at_a_time
from app.log.reader import moment
from app.models.alert import Alert, AlertDelivery, WebhookReceiver
from app.models.vocabulary import (
    AlertAct,
    AlertChannel,
    AlertState,
    DeliveryKind,
    DeliveryState,
    UserRole,
)
from app.negotiations.code_book import CodeBook, code_book
from app.settings import Settings

MOST_OF_ACCOUNT = 100  # alerts that have not ended
MOST_ASKED = 10  # e-mails to confirm, of one account in a day
MOST_RECEIVERS = 1_000


def own(viewer: Viewer) -> Viewer:
    """Return the viewer; raise Forbidden for a proposer, which may propose and nothing else."""
    if not viewer.may(UserRole.VIEWER):
        raise Forbidden("A proposer may propose and nothing else.")
    return viewer


async def make_alert(
    session: AsyncSession,
    *,
    viewer: Viewer,
    sent: AlertInput,
    settings: Settings,
    site: str,
    now: datetime,
) -> Alert:
    """Save an alert, which tells of what changes from now on.

    Raise Invalid for what it names wrongly, Conflict if there are too many. One by
    e-mail tells nothing before its address is confirmed.
    """
    at = await moment(session)
    chosen = await _filter(session, await _book(session, sent.negotiation), sent)
    address = await _address(session, sent, settings)
    await one_at_a_time(session, f"alerts of {viewer.id}")
    if await queries.count_own(session, viewer.id) >= MOST_OF_ACCOUNT:
        raise Conflict(f"You have {MOST_OF_ACCOUNT} alerts already: end one first.")
    asks = sent.channel in queries.BY_MAIL and not await queries.is_confirmed(
        session, viewer.id, address
    )
    row = Alert(
        uid=uuid4(),
        account_id=viewer.id,
        **chosen,
        kinds=list(dict.fromkeys(sent.kinds)),
        words=sent.words,
        tells=sent.tells,
        channel=sent.channel,
        address=address,
        secret=new_secret(),
        site=site,
        state=AlertState.UNCONFIRMED if asks else AlertState.ACTIVE,
        seen_seq=at.seq,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    await session.flush()
    if asks:
        if await queries.count_asked(session, viewer.id, now=now) >= MOST_ASKED:
            raise Conflict(
                f"You had {MOST_ASKED} addresses asked to confirm within 24 hours; that is the "
                "most."
            )
        await _add(session, row, DeliveryKind.CONFIRM, now=now)
    return row


async def _book(session: AsyncSession, slug: str) -> CodeBook:
    try:
        return await code_book(session, await moment(session), slug)
    except NotFound as error:
        raise invalid("/negotiation", error.detail) from None


async def _filter(
    session: AsyncSession, book: CodeBook, sent: AlertFilter
) -> Mapping[str, int | list[int]]:
    """Return the ids that a filter names; raise Invalid for names that there are not."""
    faults: list[Fault] = []
    found = {
        column: _ids(name, asked, there, faults)
        for column, name, asked, there in (
            ("party_ids", "parties", sent.parties, book.party_ids),
            ("issue_ids", "issues", sent.issues, book.issue_ids),
            ("option_ids", "options", sent.options, book.option_ids),
        )
    }
    if sent.words and not await queries.can_find(session, sent.words):
        faults.append(Fault("/words", "has no word that can be searched for"))
    if faults:
        raise Invalid("The alert was not saved.", *faults)
    return {"negotiation_id": book.negotiation.id, **found}


def _ids(
    name: str, asked: Sequence[str], there: Mapping[str, int], faults: list[Fault]
) -> list[int]:
    for n, slug in enumerate(asked):
        if slug not in there:
            faults.append(Fault(f"/{name}/{n}", f"there is no {slug!r} in this negotiation"))
    return sorted({there[slug] for slug in asked if slug in there})


async def _address(session: AsyncSession, sent: AlertInput, settings: Settings) -> str:
    """Return the address in one spelling; raise Invalid if nothing can be sent there."""
    address = sent.address.strip()
    if sent.channel == AlertChannel.WEBHOOK:
        await _allowed(session, _receiver("/address", address))
        return address
    if not settings.mail_from:
        raise invalid("/channel", "This server sends no e-mail: no mail server is set.")
    if not MAIL_ADDRESS.fullmatch(address) or ".." in address:
        raise invalid("/address", "is not an e-mail address such as name@example.org")
    return address


def _receiver(where: str, url: str) -> Receiver:
    try:
        return read_receiver(url)
    except ValueError as error:
        raise invalid(where, str(error)) from None


async def _allowed(session: AsyncSession, receiver: Receiver) -> None:
    if await session.get(WebhookReceiver, receiver.origin) is None:
        there = ", ".join(one.origin for one in await queries.list_receivers(session))
        raise invalid(
            "/address",
            f"is at {receiver.origin}, to which no admin allows webhooks. "
            + (f"Allowed: {there}" if there else "None is allowed yet: ask an admin"),
        )


async def _add(session: AsyncSession, alert: Alert, kind: DeliveryKind, *, now: datetime) -> None:
    """Queue a message that tells of no change."""
    session.add(
        AlertDelivery(
            uid=uuid4(),
            alert_id=alert.id,
            kind=kind,
            items=[],
            position_ids=[],
            total=0,
            state=DeliveryState.WAITING,
            due_at=now,
            made_at=now,
        )
    )
    if alert.due_at is None:
        alert.due_at = now
    await session.flush()
    await wake(session)


async def confirm(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """Let an alert begin, since whoever reads its address wants it."""
    if alert.state != AlertState.UNCONFIRMED:
        return
    alert.state, alert.changed_at = AlertState.ACTIVE, now
    alert.seen_seq = (await moment(session)).seq
    await session.flush()


async def pause(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """Let an alert tell nothing until it is resumed."""
    if alert.state == AlertState.PAUSED:
        return
    if alert.state != AlertState.ACTIVE:
        raise Conflict(f"The alert cannot be paused: it is {alert.state}.")
    alert.state, alert.changed_at = AlertState.PAUSED, now
    await session.flush()


async def resume(session: AsyncSession, alert: Alert, *, missed: bool, now: datetime) -> None:
    """Let an alert go on, with all that it has missed or from now on.

    One that was stopped tries what it had given up again.
    """
    if alert.state == AlertState.ACTIVE:
        return
    if alert.state not in (AlertState.PAUSED, AlertState.STOPPED):
        raise Conflict(f"The alert cannot be resumed: it is {alert.state}.")
    if alert.channel == AlertChannel.WEBHOOK:
        await _allowed(session, read_receiver(alert.address))
    alert.state, alert.stopped_for, alert.changed_at = AlertState.ACTIVE, None, now
    alert.failures, alert.busy_until, alert.due_at = 0, None, now
    of_alert = AlertDelivery.alert_id == alert.id
    if missed:
        await session.execute(
            update(AlertDelivery)
            .where(
                of_alert,
                AlertDelivery.state == DeliveryState.GIVEN_UP,
                AlertDelivery.kind == DeliveryKind.CHANGES,
            )
            .values(state=DeliveryState.WAITING, ended_at=None)
        )
    else:
        await _drop(session, alert, now=now)
        alert.seen_seq = (await moment(session)).seq
    await session.flush()
    await wake(session)


async def _drop(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    await session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.alert_id == alert.id, AlertDelivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.DROPPED, ended_at=now)
    )


async def act(session: AsyncSession, alert: Alert, do: AlertAct, *, now: datetime) -> None:
    """Do with an alert what its owner asks for; raise Conflict where it cannot be done."""
    match do:
        case AlertAct.PAUSE:
            await pause(session, alert, now=now)
        case AlertAct.RESUME | AlertAct.SKIP:
            await resume(session, alert, missed=do == AlertAct.RESUME, now=now)
        case AlertAct.TEST:
            await send_test(session, alert, now=now)
        case AlertAct.SECRET:
            await renew_secret(session, alert)
        case AlertAct.END:
            await end(session, alert, now=now)


async def send_test(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """Queue a message that says only that it is a test; one at a time."""
    if alert.state != AlertState.ACTIVE:
        raise Conflict(f"The alert cannot be tested: it is {alert.state}.")
    if not await queries.has_waiting_test(session, alert):
        await _add(session, alert, DeliveryKind.TEST, now=now)


async def renew_secret(session: AsyncSession, alert: Alert) -> None:
    """Give a webhook another secret; what was signed with the old one is valid no more."""
    if alert.channel != AlertChannel.WEBHOOK:
        raise Conflict("Only webhooks have a secret.")
    if alert.state == AlertState.ENDED:
        raise Conflict("The alert has ended.")
    alert.secret = new_secret()
    await session.flush()


async def end(session: AsyncSession, alert: Alert, *, now: datetime) -> None:
    """End an alert for good; what waits is not told."""
    if alert.state == AlertState.ENDED:
        return
    alert.state, alert.stopped_for, alert.changed_at = AlertState.ENDED, None, now
    alert.due_at = None
    await _drop(session, alert, now=now)
    await session.flush()


async def allow_receiver(
    session: AsyncSession, *, viewer: Viewer, origin: str, inside: bool, now: datetime
) -> None:
    """Allow webhooks to an origin; raise Invalid for what is none."""
    receiver = _receiver("/origin", origin.strip())
    if receiver.target not in ("/", ""):
        raise invalid("/origin", "must end after the host and the port")
    if receiver.scheme == "http" and not inside:
        raise invalid("/origin", "must be https://, except inside your own network")
    if len(await queries.list_receivers(session)) >= MOST_RECEIVERS:
        raise Conflict(f"There are {MOST_RECEIVERS:,} receivers already.")
    values = {"inside": inside, "added_by": viewer.name, "added_at": now}
    made = await session.execute(
        insert(WebhookReceiver)
        .values(origin=receiver.origin, **values)
        .on_conflict_do_nothing()
        .returning(WebhookReceiver.origin)
    )
    if made.first() is None:
        raise Conflict("It is allowed already. To change it, remove it first.")
    account = await get_account(session, viewer.id)
    detail = receiver.origin + (" (inside the network)" if inside else "")
    note(session, account, "webhooks allowed", by=viewer.name, now=now, detail=detail)


async def remove_receiver(
    session: AsyncSession, *, viewer: Viewer, origin: str, now: datetime
) -> None:
    """Allow no more webhooks to an origin; its alerts are stopped at their next attempt."""
    gone = await session.execute(
        delete(WebhookReceiver)
        .where(WebhookReceiver.origin == origin)
        .returning(WebhookReceiver.origin)
    )
    if gone.first() is not None:
        account = await get_account(session, viewer.id)
        note(session, account, "webhooks no longer allowed", by=viewer.name, now=now, detail=origin)
