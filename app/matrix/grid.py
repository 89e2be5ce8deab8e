"""Arrange cells in rows of issues and columns of parties, for pages, API and exports alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.models.vocabulary import MoveKind, Silence
from app.negotiations.views import IssueView, OptionView, PartyView
from app.positions.views import PositionView

__all__ = [
    "CellContents",
    "Grid",
    "GridCell",
    "GridRow",
    "IssueView",
    "LookView",
    "Occupied",
    "OptionView",
    "PartyView",
    "rows_of",
]


@dataclass(frozen=True, slots=True)
class LookView:
    """A note that a cell was searched and nothing was found."""

    looked_on: str
    where: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class GridCell:
    """A party's cell on an issue at one moment: its current position, or why there is none."""

    party: str
    issue: str
    positions_count: int  # those counted at as_of
    position: PositionView | None
    silence: Silence | None  # "searched", "never_searched", or None if there is a position
    look: LookView | None = None  # the newest one, if the cell was searched
    # Ids of positions that may have been stated by as_of, and their imprecise dates as written.
    possible: list[int] = field(default_factory=list)
    possible_stated_on: list[str] = field(default_factory=list)
    # Ids of positions whose period overlaps that of the current one.
    order_uncertain: list[int] = field(default_factory=list)
    # With since: whether another position is current than at the end of that day.
    changed: bool | None = None
    move: MoveKind | None = None  # with since: the last move after that day


@dataclass(frozen=True, slots=True)
class GridRow:
    """An issue with its cells in the order of the columns; None if a filter hides the cell."""

    issue: IssueView
    cells: list[GridCell | None]


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns and rows of the matrix."""

    parties: list[PartyView]
    rows: list[GridRow]


@dataclass(frozen=True, slots=True)
class Occupied:
    """What is known of a cell that has published positions."""

    positions_count: int
    position: PositionView | None
    possible: list[int]
    order_uncertain: list[int]
    matches: bool = True  # the position has the words searched for
    possible_stated_on: list[str] = field(default_factory=list)


CellSlugs = tuple[str, str]  # of a cell: party and issue


@dataclass(frozen=True, slots=True)
class CellContents:
    """What is known of the cells."""

    occupied: Mapping[CellSlugs, Occupied]
    looks: Mapping[CellSlugs, LookView]
    before: Mapping[CellSlugs, int] | None  # with since: ids of the current positions on that day
    moves: Mapping[CellSlugs, MoveKind]  # with since: the last moves after that day


def rows_of(
    parties: Sequence[PartyView],
    issues: Sequence[IssueView],
    contents: CellContents,
    *,
    firmness: Sequence[str] = (),
    words: bool = False,
) -> Iterator[GridRow]:
    """Arrange what is known of the cells in rows, one after the other.

    A filter by firmness or by words hides cells after their current position is chosen, and never
    makes them look silent (docs/rules.md, rule 7).
    """
    before = contents.before

    def cell(party: str, issue: str) -> GridCell | None:
        here = contents.occupied.get((party, issue))
        position = here.position if here else None
        if (firmness or words) and (position is None or here is None or not here.matches):
            return None
        if firmness and position is not None and position.firmness not in firmness:
            return None
        look = contents.looks.get((party, issue)) if position is None else None
        silence = None if position else Silence.SEARCHED if look else Silence.NEVER_SEARCHED
        changed = (
            None if before is None else before.get((party, issue)) != (position and position.id)
        )
        return GridCell(
            party=party,
            issue=issue,
            positions_count=here.positions_count if here else 0,
            position=position,
            silence=silence,
            look=look,
            possible=here.possible if here else [],
            possible_stated_on=here.possible_stated_on if here else [],
            order_uncertain=here.order_uncertain if here else [],
            changed=changed,
            move=contents.moves.get((party, issue)),
        )

    for issue in issues:
        yield GridRow(issue, [cell(p.slug, issue.slug) for p in parties])
