"""List all positions of a cell, each with the move from the one before."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared
from app.log.reader import Moment
from app.matrix import precedence
from app.matrix.build import MatrixView, stand_of
from app.matrix.grid import IssueView
from app.matrix.move_labels import MoveLabel, move_mark
from app.matrix.moves import moves
from app.models.log import PositionPeriod
from app.positions.current import published_then
from app.positions.presenter import VersionKey, read_versions
from app.positions.views import PositionView


@dataclass(frozen=True, slots=True)
class Passage:
    """A position of a cell, and the move by which it became current; None if it never was."""

    position: PositionView
    mark: MoveLabel | None


async def cell_history(
    session: AsyncSession, matrix: MatrixView, party: str, issue: IssueView
) -> list[Passage]:
    """List the positions of a cell that may have been stated by `as_of`, newest first."""
    party_id, issue_id = matrix.book.party_ids[party], matrix.book.issue_ids[issue.slug]
    rows = await spells_of_cell(session, matrix.at, matrix.book.negotiation.id, party_id, issue_id)
    known = {key: spell for key, spell in rows if spell.stated_from <= matrix.as_of}
    kept = await read_versions(session, matrix.at, known)
    spells = [spell for key, spell in known.items() if key in kept]
    seen = {version.view.id: version.view for version in kept.values()}
    timeline = [(day, stand_of(seen[s.position])) for day, s in precedence.timeline(spells)]
    doubtful = precedence.overlapping(spells)
    marks = {
        move.after: move_mark(
            move.kind,
            doubtful=move.after in doubtful,
            ranks=ranks_between(issue, seen[move.before], seen[move.after])
            if move.before
            else None,
        )
        for move in moves(issue.slug, timeline, after=None, to=matrix.as_of)
    }
    ordered = sorted(spells, key=precedence.order_key, reverse=True)
    return [Passage(seen[s.position], marks.get(s.position)) for s in ordered]


def ranks_between(
    issue: IssueView, before: PositionView, after: PositionView
) -> tuple[float, float] | None:
    """Return the ranks of the options preferred before and after.

    None if the options are not ordered, if one of the positions prefers none, or if the rank is the
    same.
    """
    ranks = {option.slug: option.rank for option in issue.options} if issue.ordered else {}
    was, now = (ranks.get(stand_of(p).preferred or "") for p in (before, after))
    return None if was is None or now is None or was == now else (float(was), float(now))


OF_CELL = Prepared(
    lambda: select(
        PositionPeriod.position_id,
        PositionPeriod.version,
        PositionPeriod.stated_from,
        PositionPeriod.stated_by,
        PositionPeriod.first_published,
        PositionPeriod.attributed,
    ).where(published_then())
)


async def spells_of_cell(
    session: AsyncSession, at: Moment, negotiation_id: int, party_id: int, issue_id: int
) -> list[tuple[VersionKey, precedence.OrderedPosition]]:
    """Find the published positions of a cell as known at a moment, in no order."""
    rows = await OF_CELL.all(
        session, at=at.seq, negotiation_id=negotiation_id, parties=[party_id], issues=[issue_id]
    )
    return [
        (
            (row.position_id, row.version),
            precedence.OrderedPosition(
                row.position_id,
                str(party_id),
                str(issue_id),
                "published",
                row.stated_from,
                row.stated_by,
                row.first_published,
                row.attributed,
            ),
        )
        for row in rows
    ]
