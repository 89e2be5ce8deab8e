"""Define the types of the matrix and the analyses, for the OpenAPI description alone.

A docstring of a class here would be published in the description.
"""

from datetime import date
from typing import NotRequired

from typing_extensions import TypedDict

from app.analysis.agreement import Pair
from app.matrix.common_ground import OptionGround
from app.models.vocabulary import Firmness, MoveKind, PartyRole, Silence
from app.negotiations.views import OptionView
from app.positions.views import PositionView


class NewestLook(TypedDict):
    looked_on: date
    where: str | None
    by: NotRequired[str | None]


class MatrixParty(TypedDict):
    slug: str
    name: str
    role: PartyRole
    consent_required: bool
    order: int


class MatrixIssue(TypedDict):
    slug: str
    title: str
    group: str | None
    ordered: bool
    options: list[OptionView]


class MatrixCell(TypedDict):
    party: str
    issue: str
    positions_count: int
    position: PositionView | None
    silence: Silence | None
    look: NotRequired[NewestLook]
    possible: NotRequired[list[int]]
    possible_stated_on: NotRequired[list[str]]
    order_uncertain: NotRequired[list[int]]
    changed: NotRequired[bool]
    move: NotRequired[MoveKind | None]


class Matrix(TypedDict):
    negotiation: str
    parties: list[MatrixParty]
    issues: list[MatrixIssue]
    cells: list[MatrixCell]


class IssueGround(TypedDict):
    issue: str
    options: list[OptionGround]


class CommonGround(TypedDict):
    issues: list[IssueGround]


class Agreement(TypedDict):
    pairs: list[Pair]


class Move(TypedDict):
    party: str
    issue: str
    kind: MoveKind
    on: date
    before: PositionView | None
    after: PositionView | None
    ranks: list[float | None] | None


class TurnPosition(TypedDict):
    id: int
    stated_on: str
    stated_from: date
    stated_by: date
    act: str
    summary: str | None
    firmness: Firmness
    attitudes: dict[str, str]
    conditions: dict[str, str]
    inferred: list[str]
    attributed_by: list[str]
    url: str


Turn = TypedDict(
    "Turn", {"from": date, "until": date | None, "kind": MoveKind, "position": TurnPosition}
)


class TimelineCell(TypedDict):
    party: str
    issue: str
    positions: list[Turn]


class StatementDay(TypedDict):
    day: date
    positions: int


class Timeline(TypedDict):
    days: list[StatementDay]
    cells: list[TimelineCell]


class Gap(TypedDict):
    party: str
    issue: str
    look: NotRequired[NewestLook]


class Stale(TypedDict):
    party: str
    issue: str
    last: date
    days: int
    position: int | None
    look: NewestLook | None


class Thin(TypedDict):
    party: str
    issue: str
    position: int
    sources: list[int]


class Mismatched(TypedDict):
    party: str
    issue: str
    position: int
    quote: int
    exact: str
    source: int


class Redated(TypedDict):
    party: str
    issue: str
    position: int
    stated_by: date
    would_be: date | None
    problem: str | None


class Coverage(TypedDict):
    counts: dict[str, int]
    never_searched: list[Gap]
    searched: list[Gap]
    stale: list[Stale]
    single_source: list[Thin]
    reported_only: list[Thin]
    mismatched: list[Mismatched]
    redated: list[Redated]
