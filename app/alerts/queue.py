"""Keep the queue: follow the log into it, give out what is due, and record what became of it.

Everything here is one short transaction, and nothing is sent in it. So a process may end at any
point: what was not recorded is due again when its time is over (`BUSY`), under the same key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.matching import MOST_ITEMS, Commit, choose, read_commit
from app.log.reader import Moment, moment
from app.models.account import Account
from app.models.alert import Alert, AlertAttempt, AlertDelivery
from app.models.log import ObjectPeriod
from app.models.vocabulary import (
    AlertChannel,
    AlertState,
    AlertStop,
    DeliveryKind,
    DeliveryState,
    UserRole,
)

# Pauses after the first, second, … failed attempt of a message; after the last one it is given up.
PAUSES = tuple(
    timedelta(seconds=s) for s in (30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400)
)
LONGEST_PAUSE = timedelta(days=1)  # that a receiver may ask for
CHANNEL = "parley_alerts"  # of notifications that something is to be sent
BUSY = timedelta(minutes=2)  # longer than any attempt may last
MOST_COMMITS = 50  # that are looked through in one transaction
MOST_ALERTS = 200
MOST_IN_MAIL = 200  # deliveries
CONFIRM_WITHIN = timedelta(days=14)
KEPT = timedelta(days=365)  # what was told, and alerts that have ended


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt; `stop` if it can never succeed."""

    ok: bool
    status: int | None = None
    detail: str | None = None
    stop: AlertStop | None = None
    retry_after: timedelta | None = None
    dropped: bool = False  # nothing of it may be told any more


@dataclass(frozen=True, slots=True)
class Turn:
    """What one process is to send now: one delivery or, by e-mail, several as one message."""

    alert: Alert
    deliveries: list[AlertDelivery]
    attempt_id: int
    number: int  # of the alert's turns

    @property
    def head(self) -> AlertDelivery:
        """The delivery that gives the message its key."""
        return self.deliveries[0]


async def follow_log(session: AsyncSession, *, now: datetime, digest_hour: int) -> bool:
    """Queue what the log has for alerts that have not looked at it yet; tell if there may be more.

    Alerts that another process is looking at are left to it.
    """
    at = await moment(session)
    behind = and_(Alert.state == AlertState.ACTIVE, Alert.seen_seq < at.seq)
    first = await session.scalar(
        select(Alert.negotiation_id).where(behind).order_by(Alert.negotiation_id).limit(1)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    if first is None:
        return False
    alerts = (
        await session.scalars(
            select(Alert)
            .where(behind, Alert.negotiation_id == first)
            .order_by(Alert.seen_seq, Alert.id)
            .limit(MOST_ALERTS)
            .with_for_update(skip_locked=True)
        )
    ).all()
    lowest = min((alert.seen_seq for alert in alerts), default=at.seq)
    commits = await _commits(session, first, lowest, at)
    for seq in commits:
        commit = await read_commit(session, at, first, seq)
        for alert in alerts:
            if alert.seen_seq < seq:
                await _queue(session, alert, commit, now=now, digest_hour=digest_hour)
    to = commits[-1] if len(commits) == MOST_COMMITS else at.seq
    for alert in alerts:
        alert.seen_seq = max(alert.seen_seq, to)
    await session.flush()
    return True


async def _commits(
    session: AsyncSession, negotiation_id: int, after: int, at: Moment
) -> Sequence[int]:
    """Return the commits that changed published positions, oldest first."""
    rows = await session.scalars(
        select(ObjectPeriod.seq_from)
        .where(
            ObjectPeriod.negotiation_id == negotiation_id,
            ObjectPeriod.kind == "position",
            ObjectPeriod.public,
            ObjectPeriod.seq_from > after,
            ObjectPeriod.seq_from <= at.seq,
        )
        .group_by(ObjectPeriod.seq_from)
        .order_by(ObjectPeriod.seq_from)
        .limit(MOST_COMMITS)
    )
    return rows.all()


async def _queue(
    session: AsyncSession, alert: Alert, commit: Commit, *, now: datetime, digest_hour: int
) -> None:
    """Queue one delivery for a commit, if the alert is to tell anything of it."""
    found = await choose(session, alert, commit)
    if not found:
        return
    due = now
    if alert.channel == AlertChannel.DIGEST:
        due = next_digest(now, digest_hour)
    listed = found[:MOST_ITEMS]
    made = await session.execute(
        insert(AlertDelivery)
        .values(
            uid=uuid4(),
            alert_id=alert.id,
            kind=DeliveryKind.CHANGES,
            seq=commit.seq,
            items=[change.item for change in listed],
            position_ids=[change.position for change in listed],
            total=len(found),
            state=DeliveryState.WAITING,
            due_at=due,
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["alert_id", "seq"])
        .returning(AlertDelivery.id)
    )
    if made.first() is not None and alert.due_at is None:
        alert.due_at = due


def next_digest(now: datetime, hour: int) -> datetime:
    """Return the next time that it is this hour in UTC."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


async def take_turn(session: AsyncSession, *, now: datetime) -> Turn | None:
    """Take the alert that has been due for longest, and note that an attempt begins.

    No other process gets this alert until the attempt is recorded or `BUSY` is over.
    """
    alert = (
        await session.scalars(
            select(Alert)
            .where(
                Alert.due_at <= now,
                or_(Alert.busy_until.is_(None), Alert.busy_until <= now),
                Alert.state.in_((AlertState.ACTIVE, AlertState.UNCONFIRMED)),
            )
            .order_by(Alert.due_at, Alert.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).one_or_none()
    if alert is None:
        return None
    deliveries = await _due(session, alert, now)
    if not deliveries:
        await _set_due(session, alert)
        return await take_turn(session, now=now)
    alert.busy_until, alert.turn = now + BUSY, alert.turn + 1
    attempt = AlertAttempt(delivery_id=deliveries[0].id, began_at=now)
    for one in deliveries[1:]:
        one.told_with_id = deliveries[0].id
    session.add(attempt)
    await session.flush()
    return Turn(alert, deliveries, attempt.id, alert.turn)


async def _due(session: AsyncSession, alert: Alert, now: datetime) -> list[AlertDelivery]:
    """Return the oldest delivery that waits and, for an e-mail, what else is due with it."""
    wanted = (
        select(AlertDelivery)
        .where(AlertDelivery.alert_id == alert.id, AlertDelivery.state == DeliveryState.WAITING)
        .order_by(AlertDelivery.id)
    )
    head = (await session.scalars(wanted.limit(1))).one_or_none()
    if head is None or head.due_at > now:
        return []
    if alert.channel == AlertChannel.WEBHOOK or head.kind != DeliveryKind.CHANGES:
        return [head]
    # What an earlier attempt told is told again, and nothing else: whoever got it has seen its key.
    begun = await session.scalar(select(exists().where(AlertAttempt.delivery_id == head.id)))
    same = AlertDelivery.told_with_id == head.id if begun else AlertDelivery.due_at <= now
    rows = await session.scalars(
        wanted.where(or_(AlertDelivery.id == head.id, and_(same, AlertDelivery.kind == head.kind)))
        .limit(MOST_IN_MAIL)
    )  # fmt: skip
    return list(rows)


async def may_be_told(session: AsyncSession, alert: Alert) -> bool:
    """Tell whether the owner of an alert may still have any."""
    return bool(
        await session.scalar(
            select(
                exists().where(
                    Account.id == alert.account_id,
                    Account.disabled_at.is_(None),
                    Account.role != UserRole.PROPOSER,
                )
            )
        )
    )


async def record(session: AsyncSession, turn: Turn, outcome: Outcome, *, now: datetime) -> None:
    """Record what became of an attempt; give up what has failed often enough."""
    await session.execute(
        update(AlertAttempt)
        .where(AlertAttempt.id == turn.attempt_id)
        .values(ended_at=now, ok=outcome.ok, status=outcome.status, detail=outcome.detail)
    )
    alert = await session.get(Alert, turn.alert.id, with_for_update=True, populate_existing=True)
    numbers = [delivery.id for delivery in turn.deliveries]
    if outcome.ok or outcome.dropped:
        state = DeliveryState.DROPPED if outcome.dropped else DeliveryState.DELIVERED
        await _end(session, numbers, state, now)
    if alert is None or alert.turn != turn.number:
        return  # this took so long that another process has its turn
    alert.busy_until = None
    if outcome.ok or outcome.dropped:
        alert.failures = 0
        await _set_due(session, alert)
        return
    alert.failures += 1
    if outcome.stop is None and alert.failures <= len(PAUSES):
        pause = max(PAUSES[alert.failures - 1], outcome.retry_after or timedelta())
        alert.due_at = now + min(pause, LONGEST_PAUSE)
        return
    if turn.head.kind == DeliveryKind.CHANGES and alert.state == AlertState.ACTIVE:
        stop(alert, outcome.stop or AlertStop.UNREACHABLE, now=now)
    else:  # a test or a mail to confirm: it says nothing that must not be lost
        alert.failures = 0
    await _end(session, numbers, DeliveryState.GIVEN_UP, now)
    await _set_due(session, alert)


async def _end(
    session: AsyncSession, numbers: Sequence[int], state: DeliveryState, now: datetime
) -> None:
    await session.execute(
        update(AlertDelivery)
        .where(
            AlertDelivery.id.in_(numbers),
            # It may have been dropped while it was under way.
            AlertDelivery.state.in_((DeliveryState.WAITING, DeliveryState.DROPPED)),
        )
        .values(state=state, ended_at=now)
    )


async def _set_due(session: AsyncSession, alert: Alert) -> None:
    """Let the next delivery that waits, if there is one, be due at its time."""
    await session.flush()
    alert.due_at = await session.scalar(
        select(AlertDelivery.due_at)
        .where(AlertDelivery.alert_id == alert.id, AlertDelivery.state == DeliveryState.WAITING)
        .order_by(AlertDelivery.id)
        .limit(1)
    )
    await session.flush()


async def wake(session: AsyncSession) -> None:
    """Let the processes look into the queue once this transaction is committed."""
    await session.execute(select(func.pg_notify(CHANNEL, "")))


def stop(alert: Alert, why: AlertStop, *, now: datetime) -> None:
    """Stop an alert, and say why; what waits is kept until its owner lets it go on."""
    alert.state, alert.stopped_for, alert.changed_at = AlertState.STOPPED, why, now
    alert.failures, alert.busy_until = 0, None


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when something is due next, or a process that sends is late."""
    due = func.greatest(Alert.due_at, Alert.busy_until)
    found: datetime | None = await session.scalar(
        select(func.min(due)).where(
            Alert.due_at.is_not(None),
            Alert.state.in_((AlertState.ACTIVE, AlertState.UNCONFIRMED)),
        )
    )
    return found


async def forget(session: AsyncSession, *, now: datetime) -> None:
    """Delete what was told long ago, and alerts that ended long ago.

    Alerts whose address nobody has confirmed in time end.
    """
    long_ago = now - KEPT
    await session.execute(
        update(Alert)
        .where(Alert.state == AlertState.UNCONFIRMED, Alert.created_at < now - CONFIRM_WITHIN)
        .values(state=AlertState.ENDED, changed_at=now, due_at=None)
    )
    ended = select(Alert.id).where(Alert.state == AlertState.ENDED, Alert.changed_at < long_ago)
    old = select(AlertDelivery.id).where(
        or_(AlertDelivery.ended_at < long_ago, AlertDelivery.alert_id.in_(ended))
    )
    await session.execute(delete(AlertAttempt).where(AlertAttempt.delivery_id.in_(old)))
    await session.execute(
        update(AlertDelivery).where(AlertDelivery.told_with_id.in_(old)).values(told_with_id=None)
    )
    await session.execute(delete(AlertDelivery).where(AlertDelivery.id.in_(old)))
    await session.execute(delete(Alert).where(Alert.id.in_(ended)))
