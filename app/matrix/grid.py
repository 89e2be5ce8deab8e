"""The matrix as frozen values: issues down, parties across; pure, so that pages, API and exports share one."""

from dataclasses import dataclass, field

from app.positions.views import PositionView


@dataclass(frozen=True, slots=True)
class OptionView:
    slug: str
    label: str
    rank: float | None
    status_quo: bool
    retired: bool = False


@dataclass(frozen=True, slots=True)
class IssueView:
    slug: str
    title: str
    question: str | None
    group: str | None
    ordered: bool
    options: list[OptionView]  # by rank, retired ones too where a position still names them


@dataclass(frozen=True, slots=True)
class PartyView:
    slug: str
    name: str
    short_name: str | None
    kind: str | None
    role: str
    consent_required: bool


@dataclass(frozen=True, slots=True)
class LookView:
    looked_on: str
    where: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Party x issue at one moment: its current position, or why there is none."""

    party: str
    issue: str
    positions_count: int  # those counted at as_of
    position: PositionView | None
    silence: str | None  # "searched", "never_searched", or None where there is a position
    look: LookView | None = None  # the newest, where searched
    possible: list[int] = field(default_factory=list)  # may have been said by as_of, not certain
    order_uncertain: list[int] = field(default_factory=list)  # their span overlaps the current one's
    changed: bool | None = None  # with since: another position is current than at the end of that day


@dataclass(frozen=True, slots=True)
class Row:
    """One issue with its cells, in the order of the columns; None where a filter hides the cell."""

    issue: IssueView
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class Grid:
    parties: list[PartyView]
    rows: list[Row]
