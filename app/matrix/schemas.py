"""Define the query parameters and the answers of the matrix."""

from enum import StrEnum
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.core.input_models import Day, Instant, Query, Slug
from app.http.described import DayText
from app.matrix.common_ground import OptionGround
from app.models.vocabulary import Firmness, MoveKind, PartyRole, Silence
from app.negotiations.views import OptionView
from app.positions.views import PositionView


class Times(Query):
    """The two time axes: what was said by a day, and what the database held at an instant."""

    as_of: Annotated[Day | None, Field(description="Positions up to the end of this day.")] = None
    known_at: Annotated[
        Instant | None, Field(description="As the database knew it at this instant.")
    ] = None


class GroundQuery(Times):
    """The two times, and where to go on."""

    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the next issues.")
    ] = None


class Marked(Times):
    """The two times, and the day after which moves are marked."""

    since: Annotated[
        Day | None, Field(description="Add the kind of each cell's last move after this day.")
    ] = None


class View(StrEnum):
    """How the page of the matrix shows its cells."""

    TEXT = "text"
    ATLAS = "atlas"
    AGE = "age"


class PartyOrder(StrEnum):
    """The order of the parties on the page of the matrix."""

    LISTED = "listed"
    NAME = "name"
    LIKENESS = "likeness"


class IssueOrder(StrEnum):
    """The order of the issues on the page of the matrix, within their groups."""

    LISTED = "listed"
    NAME = "name"
    DISPUTED = "disputed"


class Seen(Marked):
    """Times as above, and how the matrix looks that links of the page lead back to."""

    view: View | None = None
    order: PartyOrder = PartyOrder.LISTED
    issue_order: IssueOrder = IssueOrder.LISTED

    @property
    def times(self) -> Marked:
        """Return the times alone."""
        return Marked(**self.model_dump(include=set(Marked.model_fields)))


class Filters(Marked):
    """The filters that pages, the API and exports share."""

    party: Annotated[list[Slug], Field(description="Columns to show; default all.")] = []
    issue: Annotated[list[Slug], Field(description="Rows to show; default all.")] = []
    firmness: Annotated[
        list[Firmness], Field(description="Show only current positions as firm as this.")
    ] = []
    q: Annotated[
        str | None,
        Field(max_length=1000, description="Show only current positions with these words."),
    ] = None


class MatrixQuery(Filters):
    """All parameters of the matrix."""

    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the next cells.")
    ] = None
    transpose: Annotated[bool, Field(description="On the page: parties down, issues across.")] = (
        False
    )


class WindowQuery(MatrixQuery):
    """All parameters of the matrix, and how much of it is answered at once."""

    limit: Annotated[
        int | None,
        Field(ge=1, le=10_000, description="At most this many cells, in whole rows if they fit."),
    ] = None


class NewestLook(TypedDict):
    looked_on: DayText
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


class MatrixData(TypedDict):
    negotiation: str
    parties: list[MatrixParty]
    issues: list[MatrixIssue]
    cells: list[MatrixCell]


class IssueGround(TypedDict):
    issue: str
    options: list[OptionGround]


class CommonGroundData(TypedDict):
    issues: list[IssueGround]
