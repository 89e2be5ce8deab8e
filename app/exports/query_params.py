"""What may be asked of an export in its address; what is unknown is refused, for a passed-over filter would lie."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.input_models import Instant, Query
from app.matrix.schemas import Filters


class CsvQuery(Filters):
    shape: Annotated[
        Literal["quotes", "matrix"],
        Field(description="A row per quote, or a row per issue with a column per party."),
    ] = "quotes"
    exact: Annotated[
        bool,
        Field(description="Leave texts as they are that a spreadsheet would take for formulas."),
    ] = False
    bom: Annotated[
        bool, Field(description="Begin with a byte order mark, so that Excel reads UTF-8.")
    ] = False


class PackageQuery(Query):
    """A data package is never filtered."""

    known_at: Instant | None = None
