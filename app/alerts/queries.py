"""Read alerts, their deliveries and attempts; everybody sees only their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.errors import NotFound
from app.db.engine import among
from app.log.search_terms import search_query
from app.models.alert import Alert, AlertAttempt, AlertDelivery, WebhookReceiver
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation, Party
from app.models.vocabulary import AlertChannel, AlertState, DeliveryKind, DeliveryState

BY_MAIL = (AlertChannel.MAIL, AlertChannel.DIGEST)
CONFIRMED = (AlertState.ACTIVE, AlertState.PAUSED, AlertState.STOPPED)


@dataclass(frozen=True, slots=True)
class Found:
    """An alert with the slugs and titles of what its filter names."""

    row: Alert
    negotiation: str
    title: str
    parties: Mapping[str, str]  # name by slug
    issues: Mapping[str, str]  # title by slug
    options: Mapping[str, str]  # label by issue/option
    waiting: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery with its attempts, the first one first."""

    row: AlertDelivery
    told_with: str | None  # uid
    attempts: list[AlertAttempt]


async def get_alert(
    session: AsyncSession, viewer: Viewer, alert_id: int, *, lock: bool = False
) -> Alert:
    """Return an alert of one's own; raise NotFound for any other."""
    row = await session.get(Alert, alert_id, with_for_update=lock or None, populate_existing=lock)
    if row is None or row.account_id != viewer.id:
        raise NotFound("You have no such alert.")
    return row


async def list_alerts(session: AsyncSession, viewer: Viewer, *, ended: bool) -> list[Found]:
    """List one's own alerts, the newest first."""
    wanted = select(Alert).where(Alert.account_id == viewer.id).order_by(Alert.id.desc())
    if not ended:
        wanted = wanted.where(Alert.state != AlertState.ENDED)
    return await describe(session, (await session.scalars(wanted.limit(1_000))).all())


async def describe(session: AsyncSession, rows: Sequence[Alert]) -> list[Found]:
    """Add to alerts what they name, and how much waits."""
    waiting: dict[int, int] = {
        number: count
        for number, count in await session.execute(
            select(AlertDelivery.alert_id, func.count())
            .where(
                among(AlertDelivery.alert_id, [row.id for row in rows]),
                AlertDelivery.state == DeliveryState.WAITING,
            )
            .group_by(AlertDelivery.alert_id)
        )
    }
    places: dict[int, tuple[str, str]] = {
        n: (slug, title)
        for n, slug, title in await session.execute(
            select(Negotiation.id, Negotiation.slug, Negotiation.title).where(
                among(Negotiation.id, [row.negotiation_id for row in rows])
            )
        )
    }
    parties: dict[int, tuple[str, str]] = {
        n: (slug, name)
        for n, slug, name in await session.execute(
            select(Party.id, Party.slug, Party.name).where(
                among(Party.id, [n for row in rows for n in row.party_ids])
            )
        )
    }
    issues: dict[int, tuple[str, str]] = {
        n: (slug, title)
        for n, slug, title in await session.execute(
            select(Issue.id, Issue.slug, Issue.title).where(
                among(Issue.id, [n for row in rows for n in row.issue_ids])
            )
        )
    }
    options: dict[int, tuple[str, str]] = {
        n: (f"{issue}/{slug}", f"{title}: {name}")
        for n, issue, title, slug, name in await session.execute(
            select(Option.id, Issue.slug, Issue.title, Option.slug, Option.label)
            .join(Issue, Issue.id == Option.issue_id)
            .where(among(Option.id, [n for row in rows for n in row.option_ids]))
        )
    }
    return [
        Found(
            row,
            *places[row.negotiation_id],
            _named(parties, row.party_ids),
            _named(issues, row.issue_ids),
            _named(options, row.option_ids),
            waiting.get(row.id, 0),
        )
        for row in rows
    ]


def _named(known: Mapping[int, tuple[str, str]], numbers: Sequence[int]) -> dict[str, str]:
    return dict(known[n] for n in numbers if n in known)


async def list_deliveries(
    session: AsyncSession, alert: Alert, *, before: int | None, limit: int
) -> tuple[list[Sent], int | None]:
    """Return deliveries below an id, the newest first, and that of the last one if more follow."""
    wanted = select(AlertDelivery).where(AlertDelivery.alert_id == alert.id)
    if before is not None:
        wanted = wanted.where(AlertDelivery.id < before)
    rows = (await session.scalars(wanted.order_by(AlertDelivery.id.desc()).limit(limit + 1))).all()
    shown = rows[:limit]
    heads = {row.told_with_id or row.id for row in shown}
    attempts: dict[int, list[AlertAttempt]] = {}
    for attempt in await session.scalars(
        select(AlertAttempt).where(among(AlertAttempt.delivery_id, heads)).order_by(AlertAttempt.id)
    ):
        attempts.setdefault(attempt.delivery_id, []).append(attempt)
    uids = {
        number: str(uid)
        for number, uid in await session.execute(
            select(AlertDelivery.id, AlertDelivery.uid).where(among(AlertDelivery.id, heads))
        )
    }
    sent = [
        Sent(
            row,
            uids.get(row.told_with_id) if row.told_with_id else None,
            attempts.get(row.told_with_id or row.id, []),
        )
        for row in shown
    ]
    return sent, shown[-1].id if len(rows) > limit else None


async def list_receivers(session: AsyncSession) -> Sequence[WebhookReceiver]:
    """List the receivers that admins allow webhooks to."""
    return (await session.scalars(select(WebhookReceiver).order_by(WebhookReceiver.origin))).all()


async def count_own(session: AsyncSession, account_id: int) -> int:
    """Count the alerts of an account that have not ended."""
    wanted = select(func.count()).where(
        Alert.account_id == account_id, Alert.state != AlertState.ENDED
    )
    return await session.scalar(wanted) or 0


async def is_confirmed(session: AsyncSession, account_id: int, address: str) -> bool:
    """Tell whether an account has an alert at this e-mail address that was confirmed."""
    wanted = exists().where(
        Alert.account_id == account_id,
        Alert.channel.in_(BY_MAIL),
        func.lower(Alert.address) == address.lower(),
        Alert.state.in_(CONFIRMED),
    )
    return bool(await session.scalar(select(wanted)))


async def count_asked(session: AsyncSession, account_id: int, *, now: datetime) -> int:
    """Count how often an account had somebody asked to confirm an address within 24 hours."""
    wanted = (
        select(func.count())
        .select_from(AlertDelivery)
        .join(Alert, Alert.id == AlertDelivery.alert_id)
        .where(
            Alert.account_id == account_id,
            AlertDelivery.kind == DeliveryKind.CONFIRM,
            AlertDelivery.made_at > now - timedelta(days=1),
        )
    )
    return await session.scalar(wanted) or 0


async def has_waiting_test(session: AsyncSession, alert: Alert) -> bool:
    """Tell whether a test of the alert still waits to be sent."""
    wanted = exists().where(
        AlertDelivery.alert_id == alert.id,
        AlertDelivery.kind == DeliveryKind.TEST,
        AlertDelivery.state == DeliveryState.WAITING,
    )
    return bool(await session.scalar(select(wanted)))


async def can_find(session: AsyncSession, words: str) -> bool:
    """Tell whether a search for these words can find anything."""
    query = await search_query(session, words)
    tree = text("SELECT querytree(CAST(:query AS tsquery))")
    return await session.scalar(tree, {"query": query}) not in ("", "T", None)


async def count_by_state(session: AsyncSession) -> list[tuple[str, str, int]]:
    """Count all alerts that have not ended, by channel and state."""
    rows = await session.execute(
        select(Alert.channel, Alert.state, func.count())
        .where(Alert.state != AlertState.ENDED)
        .group_by(Alert.channel, Alert.state)
        .order_by(Alert.channel, Alert.state)
    )
    return [(channel, state, count) for channel, state, count in rows]
