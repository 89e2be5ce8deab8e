"""Put a party's dossier together: its red lines, then every issue with what was held before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from app.dossier.passages import Passages, Quoted
from app.dossier.queries import PartyTotals, held_before, party_totals
from app.matrix.build import MatrixView, fill, stand_of
from app.matrix.cell_history import ranks_between
from app.matrix.frame import Extent, Frame
from app.matrix.grid import GridCell
from app.matrix.move_labels import MoveLabel, move_mark
from app.matrix.moves import kind
from app.matrix.schemas import MatrixQuery
from app.negotiations.views import IssueView, PartyView
from app.positions.names_at_moment import called
from app.positions.presenter import read_versions
from app.positions.views import PositionView

MOST_RED_LINES = 60  # that are listed; more are counted


@dataclass(frozen=True, slots=True)
class RedLine:
    """A current position that is a red line, with one of its quotes."""

    issue: IssueView
    position: PositionView
    quoted: Quoted


@dataclass(frozen=True, slots=True)
class Entry:
    """What a party wants on one issue, and what it held before."""

    issue: IssueView
    cell: GridCell
    quoted: Quoted
    before: PositionView | None
    mark: MoveLabel | None  # of the last move, where there was something before


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of a party, or a part of it: the red lines stand in the first part."""

    matrix: MatrixView
    party: PartyView
    totals: PartyTotals
    red_lines: Sequence[RedLine]  # as many as are listed
    entries: Sequence[Entry]
    names: dict[str, str]  # of parties, by slug

    @property
    def is_first(self) -> bool:
        """Whether it is the first part."""
        return self.matrix.place == (0, 0)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the party was merged into another one, which has all its positions."""
        return self.party.merged_into is not None and not self.totals.positions

    @property
    def groups(self) -> list[tuple[str | None, list[Entry]]]:
        """The issues in the editors' order, together with those next to them in a group."""
        return [
            (group, list(entries))
            for group, entries in groupby(self.entries, lambda entry: entry.issue.group)
        ]

    @property
    def shown(self) -> list[int]:
        """The ids of the current positions in it."""
        return sorted(
            {line.position.id for line in self.red_lines}
            | {e.cell.position.id for e in self.entries if e.cell.position}
        )


async def read_dossier(
    session: AsyncSession, frame: Frame, query: MatrixQuery, *, red_lines: bool | None = None
) -> Dossier:
    """Read the dossier of the only party of a frame, on the issues of its window.

    The red lines are listed in the first window; `red_lines` decides otherwise.
    """
    matrix = await fill(session, frame, query, Extent(ground=False))
    [party] = matrix.columns
    totals = await party_totals(session, frame, party.slug)
    listed = frame.place == (0, 0) if red_lines is None else red_lines
    lines = await _red_lines(session, matrix, totals) if listed else []
    before = await held_before(session, frame, party.slug)
    passages = Passages()
    shown = [RedLine(issue, position, passages.first_of(position)) for issue, position in lines]
    entries = [
        _entry(row.issue, cell, before.get(row.issue.slug), passages)
        for row in matrix.grid.rows
        for cell in row.cells
        if cell
    ]
    spoken = [*before.values(), *(position for _, position in lines)]
    names = await called(session, matrix.at, matrix.names, spoken)
    return Dossier(matrix, party, totals, shown, entries, names)


async def _red_lines(
    session: AsyncSession, matrix: MatrixView, totals: PartyTotals
) -> list[tuple[IssueView, PositionView]]:
    keys = totals.red_lines[:MOST_RED_LINES]
    kept = await read_versions(session, matrix.at, keys)
    issues = {issue.slug: issue for issue in matrix.issues}
    views = [kept[key].view for key in keys if key in kept]
    return [(issues[view.issue], view) for view in views]


def _entry(
    issue: IssueView, cell: GridCell, before: PositionView | None, passages: Passages
) -> Entry:
    position = cell.position
    if position is None:
        return Entry(issue, cell, Quoted(), None, None)
    quoted = passages.all_of(position)
    return Entry(issue, cell, quoted, before, last_move(issue, cell, before))


def last_move(issue: IssueView, cell: GridCell, before: PositionView | None) -> MoveLabel | None:
    """Name the move by which the current position of a cell became so; None for the first one."""
    now = cell.position
    if now is None or before is None:
        return None
    return move_mark(
        kind(stand_of(before), stand_of(now)),
        doubtful=bool(cell.order_uncertain),
        ranks=ranks_between(issue, before, now),
    )
