"""Send what is due: one attempt for one turn of the queue."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.alerts import mail, messages, queue, webhook
from app.alerts.links import link
from app.alerts.queue import Outcome, Turn
from app.core import clock
from app.core.logs import log
from app.db.engine import transaction
from app.http.responses import dumps
from app.models.alert import Alert, WebhookReceiver
from app.models.negotiation import Negotiation
from app.models.vocabulary import AlertChannel, AlertStop, DeliveryKind
from app.settings import Settings

NO_SERVER = "this server has no mail server"


@dataclass(frozen=True)
class Sender:
    """What sending needs of a process; tests bring another clock."""

    sessions: async_sessionmaker[AsyncSession]
    settings: Settings
    now: Callable[[], datetime] = clock.now
    seconds: float = webhook.SECONDS  # for one webhook
    trust: Callable[[], ssl.SSLContext] = webhook.trusted


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook that is ready to be sent."""

    receiver: webhook.Receiver
    inside: bool
    body: bytes


async def follow(sender: Sender) -> None:
    """Queue all that the log has for alerts."""
    more = True
    while more:
        async with transaction(sender.sessions) as session:
            more = await queue.follow_log(
                session, now=sender.now(), digest_hour=sender.settings.digest_hour
            )


async def send_next(sender: Sender) -> bool:
    """Send what has been due for longest; return False if nothing is due."""
    turn = await take(sender)
    if turn is None:
        return False
    await send(sender, turn)
    return True


async def take(sender: Sender) -> Turn | None:
    """Take a turn, in a transaction of its own: it is noted before anything is sent."""
    async with transaction(sender.sessions) as session:
        return await queue.take_turn(session, now=sender.now())


async def send(sender: Sender, turn: Turn) -> None:
    """Make one attempt, and record its outcome."""
    try:
        outcome = await _attempt(sender, turn)
    except (SQLAlchemyError, OSError):
        raise  # the database is away: nothing can be recorded either
    except Exception as error:  # so that it is given up some day, and its owner sees it
        log.error("alert failed", alert=turn.alert.id, error=type(error).__name__)
        outcome = Outcome(False, detail=f"it could not be written ({type(error).__name__})")
    async with transaction(sender.sessions) as session:
        await queue.record(session, turn, outcome, now=sender.now())
    log.info("alert attempted", alert=turn.alert.id, ok=outcome.ok, status=outcome.status)


async def _attempt(sender: Sender, turn: Turn) -> Outcome:
    async with sender.sessions() as session:
        if not await queue.may_be_told(session, turn.alert):
            return Outcome(False, detail="the account may have no alerts", stop=AlertStop.ACCOUNT)
        ready: Hook | mail.Mail | Outcome
        if turn.alert.channel == AlertChannel.WEBHOOK:
            ready = await _hook(session, turn)
        else:
            ready = await _mail(session, sender, turn)
    # The connection of the database is given back before anything is sent.
    if isinstance(ready, Hook):
        key = str(turn.head.uid)
        sent = webhook.headers(turn.alert.secret, key, ready.body, now=sender.now())
        return await webhook.post(
            ready.receiver,
            sent,
            ready.body,
            inside=ready.inside,
            limits=webhook.Limits(sender.seconds, sender.trust),
        )
    if isinstance(ready, mail.Mail):
        server = mail.mail_server(sender.settings)
        return await mail.send(server, ready) if server else Outcome(False, detail=NO_SERVER)
    return ready


async def _hook(session: AsyncSession, turn: Turn) -> Hook | Outcome:
    alert, delivery = turn.alert, turn.head
    receiver = webhook.read_receiver(alert.address)
    allowed = await session.get(WebhookReceiver, receiver.origin)
    if allowed is None:
        detail = "no admin allows webhooks to this address"
        return Outcome(False, detail=detail, stop=AlertStop.NOT_ALLOWED)
    if delivery.kind == DeliveryKind.TEST:
        said = messages.test_json(alert, delivery, await _negotiation(session, alert))
    else:
        told = await messages.read_told(session, alert, turn.deliveries)
        if not told.entries:
            return Outcome(False, detail="what it was to tell has been removed", dropped=True)
        said = messages.webhook_json(alert, delivery, told)
    return Hook(receiver, allowed.inside, dumps(said))


async def _negotiation(session: AsyncSession, alert: Alert) -> Negotiation:
    return await session.get_one(Negotiation, alert.negotiation_id)


async def _mail(session: AsyncSession, sender: Sender, turn: Turn) -> mail.Mail | Outcome:
    alert, kind = turn.alert, turn.head.kind
    if kind == DeliveryKind.CHANGES:
        told = await messages.read_told(session, alert, turn.deliveries)
        if not told.entries:
            return Outcome(False, detail="what it was to tell has been removed", dropped=True)
        daily = alert.channel == AlertChannel.DIGEST
        subject = messages.subject(told, daily=daily)
        text = messages.mail_text(told, alert.site)
    else:
        title = (await _negotiation(session, alert)).title
        subject, text = TEXTS[kind](title, alert)
    if kind != DeliveryKind.CONFIRM:
        text += _foot(alert)
    return mail.Mail(
        alert.address,
        subject,
        text,
        str(turn.head.uid),
        sender.now(),
        None if kind == DeliveryKind.CONFIRM else link(alert, "end"),
    )


def _foot(alert: Alert) -> str:
    return (
        "\n\n-- \nYou get this because you asked Parley to tell you.\n"
        f"Your alert: {alert.site}/alerts/{alert.id}\n"
        f"End it, without signing in: {link(alert, 'end')}\n"
    )


def _test_mail(title: str, _alert: Alert) -> tuple[str, str]:
    return f"{title}: a test", "A test that you asked for: nothing has changed."


def _confirm_mail(title: str, alert: Alert) -> tuple[str, str]:
    text = (
        f"Somebody with an account on {alert.site} asked to be told at this address of changes in "
        f"“{title}”.\n\nIf it was you, confirm it here:\n{link(alert, 'confirm')}\n\n"
        "If it was not, do nothing: you get no further e-mail.\n"
    )
    return f"{title}: confirm that you want to be told of changes", text


TEXTS: dict[str, Callable[[str, Alert], tuple[str, str]]] = {
    DeliveryKind.TEST: _test_mail,
    DeliveryKind.CONFIRM: _confirm_mail,
}
