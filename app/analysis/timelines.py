"""Compute how the current positions of cells followed each other, and what was corrected since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.schemas import Correction
from app.core.clock import instant
from app.db.engine import among
from app.log.reader import REVISION, Moment, Snapshot, valid_at
from app.matrix import precedence
from app.matrix.build import stand_of
from app.matrix.moves import kind
from app.models.log import Commit, ObjectPeriod, PositionPeriod, Revision
from app.models.vocabulary import MoveKind, PositionStatus
from app.negotiations.code_book import CodeBook
from app.positions.current import CellKey
from app.positions.presenter import views
from app.positions.queries import newest_spells
from app.positions.views import PositionView

CORRECTIONS = ("corrected", "retracted", "restored")
MOST_CORRECTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A position's time as the current one of its cell.

    It lasts from the position's `stated_by` until another one takes its place.
    """

    party: str
    issue: str
    on: date
    until: date | None  # the day on which the next one becomes current
    before: int | None
    position: int
    doubtful: bool  # another position of the cell may have been stated after it


async def turns(
    session: AsyncSession, at: Moment, book: CodeBook, cells: Collection[CellKey] | None = None
) -> list[list[Turn]]:
    """Return the turns of each cell that ever had a position, oldest first.

    Cells come by issue and party, in the negotiation's order; `cells` restricts them.
    """
    narrowed = []
    if cells is not None:
        parties, issues = ({cell[part] for cell in cells} for part in (0, 1))
        narrowed = [among(PositionPeriod.party_id, parties), among(PositionPeriod.issue_id, issues)]
    rows = await session.execute(
        select(
            PositionPeriod.position_id,
            PositionPeriod.party_id,
            PositionPeriod.issue_id,
            PositionPeriod.status,
            PositionPeriod.stated_from,
            PositionPeriod.stated_by,
            PositionPeriod.first_published,
            PositionPeriod.attributed,
        ).where(
            PositionPeriod.negotiation_id == book.negotiation.id,
            PositionPeriod.status == PositionStatus.PUBLISHED,
            valid_at(PositionPeriod, at),
            *narrowed,
        )
    )
    by_cell: dict[tuple[int, int], list[precedence.OrderedPosition]] = defaultdict(list)
    for row in rows:
        number, party, issue, status, *dates_and_hearsay = row
        if cells is not None and (party, issue) not in cells:
            continue
        spell: Any = (number, str(party), str(issue), status, *dates_and_hearsay)
        by_cell[issue, party].append(precedence.OrderedPosition(*spell))
    seats = [book.parties[s["party_id"]] for s in book.participations]
    filled = [(i, p) for i in book.issues for p in seats if (i.id, p.id) in by_cell]
    return [_turns(p["slug"], i["slug"], by_cell[i.id, p.id]) for i, p in filled]


def _turns(party: str, issue: str, spells: Sequence[precedence.OrderedPosition]) -> list[Turn]:
    timeline = precedence.timeline(spells)
    befores = [None, *(spell.position for _, spell in timeline)]
    untils = [*(day for day, _ in timeline[1:]), None]
    doubtful = precedence.overlapping(spells)
    return [
        Turn(party, issue, on, until, before, spell.position, spell.position in doubtful)
        for (on, spell), before, until in zip(timeline, befores, untils, strict=False)
    ]


async def positions_at(
    session: AsyncSession, at: Moment, numbers: Iterable[int | None]
) -> dict[int, PositionView]:
    """Return these positions by id, each in its version at the moment."""
    rows = await session.execute(
        newest_spells(at).where(among(PositionPeriod.position_id, numbers))
    )
    return {
        v.id: v
        for v in await views(session, at, [Snapshot(*row) for row in rows if row[-1] is not None])
    }


def move_kind(turn: Turn, seen: dict[int, PositionView]) -> MoveKind:
    """Return the kind of the move with which a turn began (docs/rules.md#moves)."""
    before = seen.get(turn.before) if turn.before is not None else None
    return kind(stand_of(before) if before else None, stand_of(seen[turn.position]))


async def corrections(
    session: AsyncSession, at: Moment, book: CodeBook, since: date | None
) -> list[Correction]:
    """Return what was corrected, retracted or restored after the end of a day, newest first.

    At most MOST_CORRECTIONS are returned.
    """
    recorded: Any = func.coalesce(Revision.recorded_at, Commit.at)
    wanted = (
        select(*REVISION)
        .join(Commit, Commit.seq == Revision.seq)
        .join(
            ObjectPeriod, and_(ObjectPeriod.seq_from == Revision.seq, ObjectPeriod.n == Revision.n)
        )
        .where(
            ObjectPeriod.negotiation_id == book.negotiation.id,
            ObjectPeriod.kind == "position",
            Revision.public,
            Revision.seq <= at.seq,
            Revision.action.in_(CORRECTIONS),
        )
        .order_by(Revision.seq.desc(), Revision.n.desc())
        .limit(MOST_CORRECTIONS)
    )
    if since is not None:
        wanted = wanted.where(recorded > datetime.combine(since, time.max, UTC))
    found = [Snapshot(*row) for row in await session.execute(wanted) if row[-1] is not None]
    issues = {i.id: i["slug"] for i in book.issues}
    return [
        Correction(
            v.id,
            v.version,
            book.parties[v["party_id"]]["slug"],
            issues[v["issue_id"]],
            v.action,
            v.reason,
            instant(v.at),
            v.by,
            f"/positions/{v.id}/versions/{v.version}",
        )
        for v in found
    ]
