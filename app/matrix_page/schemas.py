"""Define the query parameters of the page of the matrix."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.core.input_models import SLUG, Slug
from app.matrix.schemas import MatrixQuery, Seen
from app.models.vocabulary import PartyRole

_SLUG = SLUG.strip("^$")
OPTION_OF_ISSUE = rf"^{_SLUG}/{_SLUG}$"
CELL_OR_ISSUE = rf"^{_SLUG}(/{_SLUG})?$"


class Only(StrEnum):
    """What a row needs so that it is not left out."""

    DIFFERING = "differing"
    RED_LINES = "red-lines"


class MatrixPageQuery(MatrixQuery, Seen):
    """The parameters of the matrix, and how the page shows it."""

    only: Annotated[
        list[Only], Field(description="Only issues on which parties differ; only red lines.")
    ] = []
    empty: Annotated[
        bool, Field(description="Also rows and columns in which a filter leaves no cell.")
    ] = False
    hide_party: Annotated[list[Slug], Field(description="Leave these columns out.")] = []
    hide_issue: Annotated[list[Slug], Field(description="Leave these rows out.")] = []
    fold: Annotated[
        list[Annotated[str, Field(max_length=1_000)]], Field(description="Fold groups of issues.")
    ] = []
    fold_role: Annotated[
        list[PartyRole], Field(description="Fold the parties with these roles.")
    ] = []
    mark: Annotated[
        str | None,
        Field(pattern=OPTION_OF_ISSUE, max_length=161, description="issue/option: mark its cells."),
    ] = None
    open: Annotated[
        str | None,
        Field(pattern=CELL_OR_ISSUE, max_length=161, description="party/issue, or an issue."),
    ] = None

    @property
    def marked(self) -> tuple[str, str] | None:
        """Return the issue and the option whose cells are marked."""
        if self.mark is None:
            return None
        issue, option = self.mark.split("/")
        return issue, option

    @property
    def opened(self) -> tuple[str | None, str] | None:
        """Return the party and the issue of the cell that is open; no party for an issue."""
        if self.open is None:
            return None
        *party, issue = self.open.split("/")
        return (party[0] if party else None, issue)

    @property
    def leaves_out_empty(self) -> bool:
        """Tell whether rows and columns are left out in which a filter leaves no cell."""
        asked = self.of_cells
        return bool(asked.firmness or asked.q) and not self.empty

    @property
    def of_cells(self) -> MatrixQuery:
        """Return what decides which cells are shown, and what is hidden of them."""
        asked = self.model_dump(include=set(MatrixQuery.model_fields))
        if Only.RED_LINES in self.only:
            asked["firmness"] = ["red_line"]
        return MatrixQuery(**asked)
