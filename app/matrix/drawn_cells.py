"""Keep the parts of the matrix as they were drawn: the same versions look the same again."""

from collections.abc import Callable, Mapping
from typing import Any, NotRequired, Protocol, TypedDict

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from app.http.templating import query
from app.log.reader import Moment
from app.log.recall import recall
from app.matrix.common_ground import IssueCommonGround
from app.matrix.grid import GridCell
from app.matrix.signs import Sign
from app.negotiations.views import IssueView, PartyView


class CellPage(TypedDict):
    """What the cells of a page share: its address, days and filters, and the names of parties."""

    base: str
    times: Mapping[str, Any]
    as_of: str
    names: dict[str, str]
    marked: NotRequired[str]  # the option whose cells are marked in the row
    signs: NotRequired[Mapping[str, Sign]]  # of the row in the atlas, by party
    across: NotRequired[bool]  # issues are the columns


class Draw(Protocol):
    """A macro of a template, or what stands for one."""

    name: str

    def __call__(self, *arguments: Any) -> Markup:
        """Draw something."""
        ...


BYTES_OF_KEY = 100  # for each version in a key
OVERHEAD = 500  # bytes of a key and of the entry, beside the markup


def drawn_cells(session: AsyncSession, at: Moment) -> Callable[..., Markup]:
    """Return a function that draws a cell by a macro, or returns what it once drew.

    It takes the macro and its arguments; `page` is the same for all cells of a page. Only cells
    with a position are kept: others are quickly drawn, and show editors more than readers.
    """
    known = recall(session, at)

    def draw(
        macro: Draw,
        cell: GridCell | None,
        party: PartyView,
        issue: IssueView,
        label: str,
        page: CellPage,
    ) -> Markup:
        if cell is None or cell.position is None:
            return macro(cell, party, issue, label, page)
        key = (
            "cell",
            macro.name,
            cell.position.id,
            cell.position.version,
            bool(cell.order_uncertain),
            bool(cell.possible),
            cell.move,
            label,
            page["base"],
            query(page["times"]),
            # Dates leave out the year of the day shown; ages need the day.
            page["as_of"] if macro.name == "age_cell" else page["as_of"][:4],
            page.get("marked"),
            page.get("across"),
        )
        kept: Markup | None = known.get(*key)
        if kept is None:
            kept = macro(cell, party, issue, label, page)
            known.keep(*key, value=kept, size=2 * len(kept) + OVERHEAD)
        return kept

    return draw


def drawn_grounds(session: AsyncSession, at: Moment) -> Callable[..., Markup]:
    """Return a function that draws the common ground on an issue, or finds it drawn.

    The same common ground is the same object as long as the process keeps it.
    """
    known = recall(session, at)

    def draw(
        macro: Draw, issue: IssueView, common: dict[str, IssueCommonGround], names: dict[str, str]
    ) -> Markup:
        ground = common.get(issue.slug)
        if ground is None:
            return macro(issue, common, names)
        key = ("ground drawn", macro.name, id(ground))
        kept: tuple[IssueCommonGround, Markup] | None = known.get(*key)
        if kept is None or kept[0] is not ground:
            kept = (ground, macro(issue, common, names))
            known.keep(*key, value=kept, size=2 * len(kept[1]) + OVERHEAD)
        return kept[1]

    return draw


def drawn_heads(session: AsyncSession, at: Moment) -> Callable[..., Markup]:
    """Return a function that draws the head of an issue with what its cells say."""
    known = recall(session, at)

    def draw(
        macro: Draw,
        issue: IssueView,
        cells: list[GridCell | None],
        base: str,
        times: Mapping[str, Any],
        *width: int,
    ) -> Markup:
        versions = tuple(
            (cell.party, cell.position.id, cell.position.version)
            for cell in cells
            if cell and cell.position
        )
        key = ("head", macro.name, issue.slug, len(cells), versions, base, query(times), width)
        kept: Markup | None = known.get(*key)
        if kept is None:
            kept = macro(issue, cells, base, times, *width)
            size = 2 * len(kept) + OVERHEAD + BYTES_OF_KEY * len(versions)
            known.keep(*key, value=kept, size=size)
        return kept

    return draw
