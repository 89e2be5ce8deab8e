"""What may be asked of the analyses in their addresses."""

from typing import Annotated

from pydantic import Field

from app.analysis.coverage import STALE_AFTER
from app.core.input_models import Day, Instant, Query
from app.matrix.schemas import Times


class MovesQuery(Query):
    """Over which days, as held at which instant."""

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
    stale_after: Annotated[
        int,
        Field(
            ge=0,
            le=36_500,
            description="Days without a position or a look after which a cell is stale.",
        ),
    ] = STALE_AFTER


class TimelineQuery(Times):
    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the following cells.")
    ] = None
