"""Compute how the current positions of cells followed each other, and what was corrected since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Select, and_, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.schemas import Correction
from app.core.clock import instant
from app.db.engine import among
from app.log.reader import Moment, Snapshot, valid_at
from app.matrix import precedence
from app.matrix.build import stand_of
from app.matrix.moves import kind
from app.models.log import CORRECTED, Commit, ObjectPeriod, PositionPeriod, Revision
from app.models.vocabulary import MoveKind, PositionStatus
from app.negotiations.code_book import CodeBook
from app.positions.current import CellKey
from app.positions.presenter import views
from app.positions.queries import newest_spells
from app.positions.views import PositionView

RECORDED: Any = func.coalesce(Revision.recorded_at, Commit.at)
PARTY, ISSUE = (Revision.snapshot[name].as_integer() for name in ("party_id", "issue_id"))


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


def move_kind(turn: Turn, seen: Mapping[int, PositionView]) -> MoveKind:
    """Return the kind of the move with which a turn began (docs/rules.md#moves)."""
    before = seen.get(turn.before) if turn.before is not None else None
    return kind(stand_of(before) if before else None, stand_of(seen[turn.position]))


CorrectionPlace = tuple[int, int]  # of a correction in the log: the commit, and the number in it
NEWEST: CorrectionPlace = (2**62, 0)  # after all corrections


@dataclass(frozen=True, slots=True)
class Corrected:
    """Which corrections are wanted: those made after the end of a day, in some cells or in all."""

    since: date | None
    parties: Collection[int] = ()  # none: all
    issues: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class CorrectionWindow:
    """Some corrections, how many there are in all, and where the next ones start."""

    corrections: list[Correction]
    total: int
    next: CorrectionPlace | None


async def count_corrections(
    session: AsyncSession, at: Moment, book: CodeBook, which: Corrected
) -> int:
    """Count what was corrected, retracted or restored after the end of a day."""
    return await session.scalar(_of_corrections(at, book, which, func.count())) or 0


async def corrections(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    which: Corrected,
    *,
    start: CorrectionPlace,
    most: int,
) -> CorrectionWindow:
    """Return what was corrected, retracted or restored after the end of a day, newest first.

    At most `most` are returned, of those before `start` in the log.
    """
    wanted = (
        _of_corrections(
            at,
            book,
            which,
            Revision.seq,
            Revision.n,
            Revision.object_id,
            Revision.version,
            PARTY,
            ISSUE,
            Revision.action,
            Revision.reason,
            RECORDED,
            func.coalesce(Revision.recorded_by, Commit.by),
        )
        .where(tuple_(Revision.seq, Revision.n) < start)
        .order_by(Revision.seq.desc(), Revision.n.desc())
        .limit(most + 1)
    )
    rows = (await session.execute(wanted)).all()
    issues = {i.id: i["slug"] for i in book.issues}
    return CorrectionWindow(
        [
            Correction(
                number,
                version,
                book.parties[party]["slug"],
                issues[issue],
                action,
                reason,
                instant(on),
                by,
                f"/positions/{number}/versions/{version}",
            )
            for _, _, number, version, party, issue, action, reason, on, by in rows[:most]
        ],
        await count_corrections(session, at, book, which),
        (rows[most - 1][0], rows[most - 1][1]) if len(rows) > most else None,
    )


def _of_corrections(
    at: Moment, book: CodeBook, which: Corrected, *columns: Any
) -> Select[*tuple[Any, ...]]:
    wanted = (
        select(*columns)
        .select_from(Revision)
        .join(Commit, Commit.seq == Revision.seq)
        .join(
            ObjectPeriod, and_(ObjectPeriod.seq_from == Revision.seq, ObjectPeriod.n == Revision.n)
        )
        .where(
            text(CORRECTED),
            Revision.public,
            Revision.seq <= at.seq,
            Revision.snapshot.is_not(None),
            ObjectPeriod.negotiation_id == book.negotiation.id,
        )
    )
    if which.parties:
        wanted = wanted.where(among(PARTY, which.parties))
    if which.issues:
        wanted = wanted.where(among(ISSUE, which.issues))
    if which.since is None:
        return wanted
    return wanted.where(datetime.combine(which.since, time.max, UTC) < RECORDED)
