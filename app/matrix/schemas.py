"""Define the query parameters of the matrix."""

from typing import Annotated

from pydantic import Field

from app.core.input_models import Day, Instant, Query, Slug
from app.models.vocabulary import Firmness


class Times(Query):
    """The two time axes: what was said by a day, and what the database held at an instant."""

    as_of: Annotated[
        Day | None, Field(description="What had been said by the end of this day.")
    ] = None
    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None


class Marked(Times):
    """The two times, and the day after which moves are marked."""

    since: Annotated[
        Day | None, Field(description="Add the kind of each cell's last move after this day.")
    ] = None


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
        str | None, Field(max_length=200, description="From `meta.next`: the next rows.")
    ] = None
    transpose: Annotated[bool, Field(description="On the page: parties down, issues across.")] = (
        False
    )
