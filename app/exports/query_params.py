"""Define the query parameters of exports; unknown ones are refused.

A filter that is silently ignored would give wrong data.
"""

from typing import Annotated, Literal

from pydantic import Field

from app.core.input_models import Instant, Query
from app.matrix.schemas import Filters


class FileQuery(Filters):
    """Filters of the matrix, and whether the file says what positions rest on."""

    evidence: Annotated[
        bool, Field(description="Add facts about the quotes of each position, at the end.")
    ] = False


class CsvQuery(FileQuery):
    """The same, and the shape and encoding of the CSV."""

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
    """Parameters of a data package, which is never filtered."""

    known_at: Instant | None = None
