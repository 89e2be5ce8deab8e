"""Define the query parameters of dossiers."""

from typing import Annotated

from pydantic import Field

from app.matrix.schemas import Seen, Times

Cursor = Annotated[str | None, Field(max_length=200, description="From `Link`: the next part.")]


class WindowQuery(Seen):
    """Times, how the matrix looks that links lead back to, and which part is shown."""

    cursor: Cursor = None


class SeatsQuery(Times):
    """The two times, and where to go on."""

    cursor: Cursor = None


class DocumentQuery(Times):
    """The two times, and which part is written."""

    cursor: Cursor = None
