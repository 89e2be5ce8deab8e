"""Define the query parameters and the answers of the analyses."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.analysis.agreement import Pair
from app.core.input_models import Day, Instant, Query, Slug
from app.http.described import Answer, DayText
from app.matrix.schemas import NewestLook, Times
from app.models.vocabulary import Firmness, MoveKind
from app.positions.views import PositionView

STALE_AFTER = 90  # default for days without a position or a look


class AgreementQuery(Times):
    """Both times, the parties to compare, and where to go on."""

    party: Annotated[
        list[Slug], Field(description="Only pairs among these parties; default all.")
    ] = []
    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following pairs.")
    ] = None


class MovesQuery(Query):
    """The range of days, and the instant of `known_at`."""

    after: Annotated[
        Day | None, Field(alias="from", description="Moves later than this day; default: all.")
    ] = None
    to: Annotated[Day | None, Field(description="Moves up to and with this day; default: all.")] = (
        None
    )
    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None
    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following moves.")
    ] = None


class CoverageQuery(Times):
    """Both times, and the days after which a cell is stale."""

    stale_after: Annotated[
        int,
        Field(
            ge=0,
            le=36_500,
            description="Days without a position or a look after which a cell is stale.",
        ),
    ] = STALE_AFTER
    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following cells.")
    ] = None


class TimelineQuery(Times):
    """Both times, and where to go on."""

    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following cells.")
    ] = None


class AgreementData(TypedDict):
    pairs: list[Pair]


class Move(TypedDict):
    party: str
    issue: str
    kind: MoveKind
    on: date
    before: PositionView | None
    after: PositionView | None
    ranks: list[float | None] | None


@dataclass(frozen=True, slots=True)
class Correction:
    """A position whose record was changed, field for field as the API answers it."""

    position: int
    version: int
    party: str
    issue: str
    action: str
    reason: str | None
    recorded_at: str
    recorded_by: str | None
    url: str


class MovesAnswer(Answer[list[Move]]):
    corrections: list[Correction]


class TurnPosition(TypedDict):
    id: int
    stated_on: str
    stated_from: DayText
    stated_by: DayText
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


class TimelineData(TypedDict):
    days: list[StatementDay]
    cells: list[TimelineCell]


class Gap(TypedDict):
    party: str
    issue: str
    look: NotRequired[NewestLook]


class Stale(TypedDict):
    party: str
    issue: str
    last: DayText
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
    stated_by: DayText
    would_be: DayText | None
    problem: str | None


class CoverageData(TypedDict):
    counts: dict[str, int]
    never_searched: list[Gap]
    searched: list[Gap]
    stale: list[Stale]
    single_source: list[Thin]
    reported_only: list[Thin]
    mismatched: list[Mismatched]
    redated: list[Redated]
