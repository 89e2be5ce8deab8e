"""Read what a dossier needs beside the matrix: all cells of a party, and what was held before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.analysis.turn_windows import TURNS
from app.db.prepared import Prepared
from app.matrix.frame import Frame
from app.matrix.queries import predecessors
from app.models.log import PositionPeriod, Revision
from app.models.vocabulary import Act, Firmness
from app.positions.current import CellRange, chosen_at, published_then
from app.positions.presenter import VersionKey, read_versions
from app.positions.views import PositionView


def _of_party() -> Select[*tuple[Any, ...]]:
    as_of = bindparam("as_of", type_=Date)
    current = chosen_at(published_then(), as_of).cte("chosen").prefix_with("MATERIALIZED")
    chosen = aliased(PositionPeriod, current)
    return (
        select(
            chosen.issue_id,
            chosen.position_id,
            chosen.version,
            chosen.firmness,
            Revision.snapshot["act"].astext.label("act"),
        )
        .join(Revision, and_(Revision.seq == chosen.seq_from, Revision.n == chosen.n))
        .where(Revision.snapshot.is_not(None))
    )


OF_PARTY = Prepared(_of_party)


@dataclass(frozen=True, slots=True)
class PartyTotals:
    """What a party has on all issues of a negotiation, whatever part of them a page shows."""

    positions: int
    red_lines: list[VersionKey]  # in the order of the issues
    searched: int  # issues on which nothing was found
    never_searched: int


async def party_totals(session: AsyncSession, frame: Frame, party: str) -> PartyTotals:
    """Find the red lines of a party, and count its positions and its silence."""
    issues = [frame.book.issue_ids[issue.slug] for issue in frame.down]
    number = frame.book.party_ids[party]
    cells = CellRange(frame.book.negotiation.id, [number], issues)
    rows = await OF_PARTY.all(session, at=frame.at.seq, as_of=frame.as_of, **cells.values)
    current = {row.issue_id: row for row in rows}
    silent = [issue for issue in issues if issue not in current]
    searched = sum((number, issue) in frame.looks.by_cell for issue in silent)
    return PartyTotals(
        positions=len(current),
        red_lines=[
            (current[issue].position_id, current[issue].version)
            for issue in issues
            if issue in current
            and current[issue].firmness == Firmness.RED_LINE
            and current[issue].act != Act.WITHDRAWS
        ],
        searched=searched,
        never_searched=len(silent) - searched,
    )


async def held_before(
    session: AsyncSession, frame: Frame, party: str
) -> Mapping[str, PositionView]:
    """Return what a party held before its current position, by issue of the rows shown."""
    number = frame.book.party_ids[party]
    issues = {frame.book.issue_ids[issue.slug]: issue.slug for issue in frame.rows}
    cells = CellRange(frame.book.negotiation.id, [number], issues)
    found = await predecessors(session, frame.at, cells, as_of=frame.as_of, since=date.min)
    kept = await read_versions(session, frame.at, found.values())
    return {issues[issue]: kept[key].view for (_, issue), key in found.items() if key in kept}


@dataclass(frozen=True, slots=True)
class Held:
    """A position that was the current one of its cell for a time."""

    position: int
    version: int
    on: date  # from this day on
    doubtful: bool  # another position of the cell may have been stated after it


async def held_by_party(
    session: AsyncSession, frame: Frame, issue: str
) -> Mapping[str, list[Held]]:
    """Return what each party shown has held on an issue up to `as_of`, oldest first."""
    slugs = {frame.book.party_ids[party.slug]: party.slug for party in frame.columns}
    rows = await TURNS.all(
        session,
        at=frame.at.seq,
        negotiation_id=frame.book.negotiation.id,
        parties=list(slugs),
        issues=[frame.book.issue_ids[issue]] * len(slugs),
    )
    found: dict[str, list[Held]] = {}
    for row in sorted(rows, key=lambda row: row.stated_by):
        if row.stated_by <= frame.as_of:
            held = Held(row.position_id, row.version, row.stated_by, row.doubtful)
            found.setdefault(slugs[row.party_id], []).append(held)
    return found
