"""Move positions to another party when two parties turn out to be one, or one to be two.

The party of a position never changes, and a quote keeps the party that its speaker spoke for. So
each position is stated anew, word for word, under the party that receives it, and the old one is
retracted. See docs/decisions/0021.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.db.engine import among
from app.log.entry import snapshot
from app.log.writer import Log
from app.models.negotiation import Party, Speaker
from app.models.position import Position
from app.models.review import ReviewComment, ReviewSubmission
from app.models.source import Quote, QuoteCheck
from app.models.vocabulary import PositionStatus
from app.negotiations.actions import find_or_add_speaker
from app.positions.actions import restore, write
from app.positions.recoding import COUNTS, RecodedPosition, newest_of
from app.sources.actions import RESULT
from app.sources.queries import lock_sources, newest_checks

PUBLISHED, RETRACTED = PositionStatus.PUBLISHED, PositionStatus.RETRACTED


@dataclass(frozen=True, slots=True)
class Handing:
    """A transfer of positions from one party to another, with the reason that the log shows."""

    giver: Party
    receiver: Party
    reason: str
    # The receiver's speakers, by the ids of the giver's.
    speakers: dict[int, Speaker] = field(default_factory=dict)

    @property
    def why_gone(self) -> str:
        """The reason logged with the positions that are retracted from the giver."""
        return f"{self.giver.name} is recorded as {self.receiver.name} from now on: {self.reason}"

    @property
    def why_there(self) -> str:
        """The reason logged with the positions that are recorded under the receiver."""
        return f"Recorded as {self.giver.name} until now: {self.reason}"


async def list_of_party(
    session: AsyncSession, party_id: int, *, negotiation_ids: Collection[int], lock: bool = False
) -> list[RecodedPosition]:
    """List a party's positions in these negotiations, drafts too, with their newest versions.

    Retracted ones are left out. Sorted by id.
    """
    ours = select(Position.id).where(
        Position.party_id == party_id,
        among(Position.negotiation_id, negotiation_ids),
        Position.status.in_(COUNTS),
    )
    return await newest_of(session, ours, lock=lock)


async def list_rivals(
    session: AsyncSession, touched: Sequence[RecodedPosition], receiver_id: int
) -> dict[int, list[Position]]:
    """Find the receiver's own published positions that may repeat those that are handed over.

    These are in the same cell and their dates overlap. Return them by the id of the position handed
    over; positions without any are left out.
    """
    cells = {(t.position.negotiation_id, t.position.issue_id) for t in touched}
    rows = await session.scalars(
        select(Position)
        .where(
            Position.party_id == receiver_id,
            among(Position.negotiation_id, {n for n, _ in cells}),
            among(Position.issue_id, {i for _, i in cells}),
            Position.status == PUBLISHED,
        )
        .order_by(Position.id)
    )
    theirs = list(rows)
    found = {t.position.id: [p for p in theirs if _meet(t.position, p)] for t in touched}
    return {number: rivals for number, rivals in found.items() if rivals}


def _meet(one: Position, other: Position) -> bool:
    if one.status != PUBLISHED or (one.negotiation_id, one.issue_id) != (
        other.negotiation_id,
        other.issue_id,
    ):
        return False
    if not (one.stated_from and one.stated_by and other.stated_from and other.stated_by):
        return False
    return one.stated_from <= other.stated_by and other.stated_from <= one.stated_by


async def hand_over(
    log: Log,
    handing: Handing,
    touched: Sequence[RecodedPosition],
    dropped: Mapping[int, int],
) -> dict[int, int]:
    """Record these positions under the receiver; return the new ids by the old ones.

    The caller has locked them, and the receiver takes part in the negotiation already. `dropped`
    maps a position to one of the receiver that says the same already, so that no new one is made.
    A position that had been handed over in the other direction and was not changed since is
    restored instead of being stated a third time.
    """
    session = log.session
    quoted = [q for t in touched for q in t.document["quotes"]]
    await lock_sources(session, [q["source_id"] for q in quoted])
    checks = await newest_checks(session, [q["id"] for q in quoted])
    came_from = await _came_from(session, touched, handing.receiver)
    numbers: dict[int, int] = {}
    for t in touched:
        if t.position.id in dropped:
            numbers[t.position.id] = dropped[t.position.id]
        elif former := came_from.get(t.position.id):
            await restore(log, position=former, status=_status(t), reason=handing.why_there)
            numbers[t.position.id] = former.id
        else:
            numbers[t.position.id] = (await _state_anew(log, handing, t, checks)).id
        await _take_review_along(session, t.position, numbers[t.position.id])
        t.position.version += 1
        document = {**t.document, "status": str(RETRACTED), "recoded_as": numbers[t.position.id]}
        await write(log, t.position, document, [], action="retracted", reason=handing.why_gone)
    return numbers


async def _came_from(
    session: AsyncSession, touched: Sequence[RecodedPosition], receiver: Party
) -> dict[int, Position]:
    """Find the receiver's retracted positions that can be restored instead of being stated again.

    By the id of the position that was made from it in an earlier transfer and not changed since.
    """
    origins = {
        t.position.id: t.document.get("recoded_from") for t in touched if t.position.version == 1
    }
    rows = await session.scalars(
        select(Position)
        .where(
            among(Position.id, origins.values()),
            Position.party_id == receiver.id,
            Position.status == RETRACTED,
        )
        .order_by(Position.id)
        .with_for_update()
    )
    former = {p.id: p for p in rows}
    return {number: former[o] for number, o in origins.items() if o in former}


def _status(t: RecodedPosition) -> PositionStatus:
    return PositionStatus(t.document["status"])


async def _state_anew(
    log: Log,
    handing: Handing,
    t: RecodedPosition,
    checks: Mapping[int, QuoteCheck],
) -> Position:
    """State the same position under the receiver.

    It keeps its first publication, and with it its place in the order: no move is made or lost.
    """
    old, public = t.position, t.document["status"] == PUBLISHED
    position = Position(
        uid=uuid4(),
        version=1,
        negotiation_id=old.negotiation_id,
        party_id=handing.receiver.id,
        issue_id=old.issue_id,
        created_by=old.created_by,
        first_published_at=old.first_published_at,
    )
    new = [
        (await _quote(log, handing, q, public=public), _check(checks[q["id"]]))
        for q in t.document["quotes"]
    ]
    first = old.first_published_at
    document = {
        **{name: value for name, value in t.document.items() if name != "uid"},
        "party_id": handing.receiver.id,
        "quotes": [snapshot(q) for q, _ in new],
        "recoded_from": old.id,
        "first_published": first and instant(first),
    }
    await write(log, position, document, new, action="recoded", reason=handing.why_there)
    return position


async def _quote(log: Log, handing: Handing, held: Mapping[str, Any], *, public: bool) -> Quote:
    """Copy a quote; a speaker of the giver becomes a speaker of the receiver."""
    quote = Quote(
        **{name: value for name, value in held.items() if name not in ("id", "uid")}, uid=uuid4()
    )
    number = quote.speaker_id
    if quote.party_id == handing.giver.id and number is not None:
        if number not in handing.speakers:
            speaker = await log.session.get_one(Speaker, number)
            handing.speakers[number] = await find_or_add_speaker(
                log,
                name=speaker.name,
                office=speaker.office,
                party_id=handing.receiver.id,
                public=public,
                aliases=speaker.aliases,
            )
        quote.speaker_id, quote.party_id = handing.speakers[number].id, handing.receiver.id
    return quote


def _check(found: QuoteCheck) -> QuoteCheck:
    return QuoteCheck(**{name: getattr(found, name) for name in RESULT})


async def _take_review_along(session: AsyncSession, old: Position, number: int) -> None:
    """Move a draft's submission for review and its comments to the new position."""
    if old.status != PositionStatus.DRAFT:
        return
    submitted = await session.get(ReviewSubmission, old.id)
    if submitted:
        version = await session.scalar(select(Position.version).where(Position.id == number))
        there = {
            "position_id": number,
            "version": version if submitted.version == old.version else 0,
        }
        await session.execute(
            delete(ReviewSubmission).where(ReviewSubmission.position_id == number)
        )
        await session.execute(
            update(ReviewSubmission).where(ReviewSubmission.position_id == old.id).values(**there)
        )
    await session.execute(
        update(ReviewComment).where(ReviewComment.position_id == old.id).values(position_id=number)
    )
