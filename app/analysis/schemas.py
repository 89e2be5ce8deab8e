"""Define the query parameters of the analyses."""

from typing import Annotated

from pydantic import Field

from app.analysis.coverage import STALE_AFTER
from app.core.input_models import Day, Instant, Query
from app.matrix.schemas import Times


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


class TimelineQuery(Times):
    """Both times, and where to go on."""

    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following cells.")
    ] = None
