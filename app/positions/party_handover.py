"""Recording positions under another party: two that turn out to be one, or one that turns out to be two.

The party of a position never changes and a quote keeps whom its speaker spoke for, so each position is stated anew
under the party that receives it, word for word, and the old one is retracted. See docs/decisions/0021.
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
from app.negotiations.actions import speaker_on_file
from app.positions.actions import restore, write
from app.positions.recoding import COUNTS, Touched, newest_of
from app.sources.actions import RESULT
from app.sources.queries import find_sources, newest_checks

PUBLISHED, RETRACTED = PositionStatus.PUBLISHED, PositionStatus.RETRACTED


@dataclass(frozen=True, slots=True)
class Handing:
    """From which party to which, and what the log says about it on either side."""

    giver: Party
    receiver: Party
    reason: str
    speakers: dict[int, Speaker] = field(
        default_factory=dict
    )  # the receiver's, by the numbers of the giver's

    @property
    def why_gone(self) -> str:
        return f"{self.giver.name} is recorded as {self.receiver.name} from now on: {self.reason}"

    @property
    def why_there(self) -> str:
        return f"Recorded as {self.giver.name} until now: {self.reason}"


async def list_of_party(
    session: AsyncSession, party_id: int, *, negotiation_ids: Collection[int], lock: bool = False
) -> list[Touched]:
    """A party's positions in these negotiations, drafts too, with what they say now; by their numbers."""
    ours = select(Position.id).where(
        Position.party_id == party_id,
        among(Position.negotiation_id, negotiation_ids),
        Position.status.in_(COUNTS),
    )
    return await newest_of(session, ours, lock=lock)


async def list_rivals(
    session: AsyncSession, touched: Sequence[Touched], receiver_id: int
) -> dict[int, list[Position]]:
    """By position: the receiver's own published ones in the same cell that may have been stated on the same days."""
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
    session: AsyncSession,
    log: Log,
    handing: Handing,
    touched: Sequence[Touched],
    dropped: Mapping[int, int],
) -> dict[int, int]:
    """Record these positions under the receiver, who takes part already; gives their new numbers by the old ones.

    Takes them locked. `dropped` names, by position, the one of the receiver that says so already: none is made of it.
    What had been handed over the other way and was not touched since is restored instead of being stated a third time.
    """
    quoted = [q for t in touched for q in t.document["quotes"]]
    await find_sources(session, [q["source_id"] for q in quoted], lock=True)
    checks = await newest_checks(session, [q["id"] for q in quoted])
    came_from = await _came_from(session, touched, handing.receiver)
    numbers: dict[int, int] = {}
    for t in touched:
        if t.position.id in dropped:
            numbers[t.position.id] = dropped[t.position.id]
        elif former := came_from.get(t.position.id):
            await restore(
                session, log, position=former, status=_status(t), reason=handing.why_there
            )
            numbers[t.position.id] = former.id
        else:
            numbers[t.position.id] = (await _state_anew(session, log, handing, t, checks)).id
        await _take_review_along(session, t.position, numbers[t.position.id])
        t.position.version += 1
        document = {**t.document, "status": str(RETRACTED), "recoded_as": numbers[t.position.id]}
        await write(
            session, log, t.position, document, [], action="retracted", reason=handing.why_gone
        )
    return numbers


async def _came_from(
    session: AsyncSession, touched: Sequence[Touched], receiver: Party
) -> dict[int, Position]:
    """The retracted positions of the receiver that some were made of, and that still say the same."""
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


def _status(t: Touched) -> PositionStatus:
    return PositionStatus(t.document["status"])


async def _state_anew(
    session: AsyncSession, log: Log, handing: Handing, t: Touched, checks: Mapping[int, QuoteCheck]
) -> Position:
    """The same position under the receiver; it keeps its place in the order, so that no move is made or lost."""
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
        (await _quote(session, log, handing, q, public=public), _check(checks[q["id"]]))
        for q in t.document["quotes"]
    ]
    session.add(position)
    first = old.first_published_at
    document = {
        **{name: value for name, value in t.document.items() if name != "uid"},
        "party_id": handing.receiver.id,
        "quotes": [snapshot(q) for q, _ in new],
        "recoded_from": old.id,
        "first_published": first and instant(first),
    }
    await write(session, log, position, document, new, action="recoded", reason=handing.why_there)
    return position


async def _quote(
    session: AsyncSession, log: Log, handing: Handing, held: Mapping[str, Any], *, public: bool
) -> Quote:
    """The same words anew; whoever spoke for the giver speaks for the receiver."""
    quote = Quote(
        **{name: value for name, value in held.items() if name not in ("id", "uid")}, uid=uuid4()
    )
    number = quote.speaker_id
    if quote.party_id == handing.giver.id and number is not None:
        if number not in handing.speakers:
            speaker = await session.get_one(Speaker, number)
            handing.speakers[number] = await speaker_on_file(
                session, log, name=speaker.name, office=speaker.office, party_id=handing.receiver.id, public=public,
                aliases=speaker.aliases,
            )  # fmt: skip
        quote.speaker_id, quote.party_id = handing.speakers[number].id, handing.receiver.id
    return quote


def _check(found: QuoteCheck) -> QuoteCheck:
    return QuoteCheck(**{name: getattr(found, name) for name in RESULT})


async def _take_review_along(session: AsyncSession, old: Position, number: int) -> None:
    """A draft that waits for a second person goes on waiting, with what was said about it."""
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
