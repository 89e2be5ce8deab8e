"""Draw rows of the matrix and contents of its cells by the macros of the templates."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from markupsafe import Markup

from app.accounts.queries import Viewer
from app.core.gently import gently
from app.http.templating import query, templates
from app.matrix.cell_history import Passage
from app.matrix.common_ground import IssueCommonGround
from app.matrix.conditions import Condition
from app.matrix.contradictions import said_otherwise
from app.matrix.drawn_cells import CellPage
from app.matrix.formatting import ground
from app.matrix.grid import GridCell, GridRow
from app.matrix.move_labels import MoveLabel, legend
from app.matrix.schemas import MatrixQuery
from app.matrix.signs import Sign, age, all_kinds, marked, shares, sign
from app.negotiations.views import IssueView, PartyView
from app.positions.shared_words import SharedWords
from app.positions.views import PositionView, SourceView

# How cells are drawn: with strips and quotes, in words only, as one sign, or as one age.
Style = Literal["rich", "lean", "atlas", "age"]
MACROS: Mapping[Style, tuple[str, str, str, str]] = {
    "rich": ("matrix/_cell.html", "cell", "issue_head", "ground"),
    "lean": ("matrix/_cell.html", "lean_cell", "lean_issue_head", "lean_ground"),
    "atlas": ("matrix/_atlas_cell.html", "atlas_cell", "atlas_issue_head", "atlas_ground"),
    "age": ("matrix/_atlas_cell.html", "age_cell", "atlas_issue_head", "atlas_ground"),
}
WIDTH_ACROSS = 160  # of an issue's scale in the head of a column, in pixels


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a viewer asked for, and the parameters that links carry on."""

    query: MatrixQuery
    times: Mapping[str, Any]
    viewer: Viewer | None
    style: Style = "rich"
    marked: tuple[str, str] | None = None  # an issue and the option whose cells are marked

    @property
    def manner(self) -> tuple[object, ...]:
        """What decides how the same content is drawn: links, and buttons for editors."""
        return query(self.times), self.viewer is not None and self.viewer.may_edit


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """An issue's row as drawn, and what the page sums up of it."""

    issue: IssueView
    head: Markup
    ground: Markup
    cells: tuple[Markup, ...]
    shown: tuple[int, ...]  # ids of the positions in cells that no filter hides
    positions: int  # current ones, also in hidden cells
    quotes: int
    firmness: Mapping[str, int]
    marks: tuple[MoveLabel, ...]
    signs: frozenset[str]  # what a legend of the atlas has to explain
    sources: tuple[SourceView, ...]  # of the quotes in cells that no filter hides

    @property
    def joined(self) -> Markup:
        """All cells, one after the other."""
        return Markup().join(self.cells)


def shown_in(row: GridRow) -> tuple[int, ...]:
    """Return the ids of the positions that no filter hides."""
    return tuple(cell.position.id for cell in row.cells if cell and cell.position)


def sources_of(cells: Iterable[GridCell | None]) -> tuple[SourceView, ...]:
    """Return the sources of the quotes in cells, each once, in the order of their numbers."""
    quotes = (q for cell in cells if cell and cell.position for q in cell.position.quotes)
    found = {quote.source.id: quote.source for quote in quotes}
    return tuple(found[number] for number in sorted(found))


def by_issue(positions: Iterable[PositionView]) -> Mapping[str, list[PositionView]]:
    """Sort positions by the slugs of their issues; an issue without any has an empty list."""
    found: dict[str, list[PositionView]] = defaultdict(list)
    for position in positions:
        found[position.issue].append(position)
    return found


def _at_once(macro: Callable[..., Markup], *arguments: Any) -> Markup:
    return macro(*arguments)


class Through(NamedTuple):
    """The functions through which parts are drawn, so that they can find what was drawn before."""

    cell: Callable[..., Markup] = _at_once
    head: Callable[..., Markup] = _at_once
    ground: Callable[..., Markup] = _at_once


AT_ONCE = Through()


@dataclass(frozen=True, slots=True)
class RowPen:
    """Draws the rows of one page.

    Rich cells have a strip of their options and a quote to peek at; lean ones only words, in a
    quarter of the markup; those of the atlas one sign.
    """

    columns: Sequence[PartyView]
    common: Mapping[str, IssueCommonGround]
    page: CellPage
    viewer: Viewer | None
    transposed: bool = False
    style: Style = "rich"
    marked: tuple[str, str] | None = None
    through: Through = AT_ONCE

    async def draw(self, row: GridRow, current: Sequence[PositionView]) -> DrawnRow:
        """Draw one row; `current` are all current positions in it, also hidden ones."""
        issue, page = row.issue, self.page
        if self.marked and self.marked[0] == issue.slug:
            page = page | {"marked": self.marked[1]}
        signs = self._signs(row)
        if signs:
            page = page | {"signs": signs}
        if self.transposed:
            page = page | {"across": True}
        name, *macros = MACROS[self.style]
        module: Any = templates().get_template(name).make_module({"viewer": self.viewer})
        cell_macro, head_macro, ground_macro = (getattr(module, macro) for macro in macros)
        width = [WIDTH_ACROSS] if self.transposed else []
        cells = []
        async for party, cell in gently(zip(self.columns, row.cells, strict=True)):
            label = issue.title if self.transposed else party.short_name or party.name
            cells.append(self.through.cell(cell_macro, cell, party, issue, label, page))
        return DrawnRow(
            issue=issue,
            head=self.through.head(
                head_macro, issue, row.cells, page["base"], page["times"], *width
            ),
            ground=self.through.ground(ground_macro, issue, self.common, page["names"]),
            cells=tuple(cells),
            shown=shown_in(row),
            positions=len(current),
            quotes=sum(len(position.quotes) for position in current),
            firmness=Counter(position.firmness for position in current),
            marks=tuple(legend(row.cells)),
            signs=self._explained(issue, signs),
            sources=sources_of(row.cells),
        )

    def _signs(self, row: GridRow) -> Mapping[str, Sign]:
        """Choose the signs of a row, by party, where cells are drawn as signs."""
        cells = zip(self.columns, row.cells, strict=True)
        if self.style not in ("atlas", "age"):
            return {}
        as_of = self.page["as_of"] if self.style == "age" else None
        signs = {p.slug: age(cell, as_of) if as_of else sign(row.issue, cell) for p, cell in cells}
        if self.marked and self.marked[0] == row.issue.slug:
            for cell in row.cells:
                if cell and shares(cell, self.marked[1]):
                    signs[cell.party] = marked(signs[cell.party])
        return signs

    def _explained(self, issue: IssueView, signs: Mapping[str, Sign]) -> frozenset[str]:
        """Return what a legend has to explain of a row."""
        common = self.common.get(issue.slug)
        if not signs:
            return frozenset()
        state = {f"ground {ground(issue, common, self.page['names']).state}"} if common else set()
        return all_kinds([frozenset(state), *(one.kinds for one in signs.values())])


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """The parts of a cell's page or panel, and the position shown."""

    heading: Markup
    content: Markup
    beside: Markup  # how sure it is, and its history
    acts: Markup  # links to what may be done with it
    shown: tuple[int, ...]
    # The issues that its position depends on, each with the last change of a position on it.
    needs: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellContent:
    """What is known of a cell: what it shows now, and its history, newest first."""

    cell: GridCell | None
    party: PartyView
    issue: IssueView
    history: Sequence[Passage]
    titles: Mapping[str, str]  # by slug of issues, and by "issue/option" of their options
    shared: Sequence[SharedWords] = ()  # quotes that another party's position on the issue has too
    conditions: Sequence[Condition] = ()  # what its position depends on, and how that stands


def draw_cell(
    content: CellContent, page: CellPage, viewer: Viewer | None, *, partial: bool
) -> DrawnCell:
    """Draw a cell for its own page or, if `partial`, for the panel beside the matrix."""
    template = templates().get_template("matrix/_cell_body.html")
    given = {"viewer": viewer, "filters": page["times"], **page}
    macros: Any = template.make_module(given)
    cell, party, issue = content.cell, content.party, content.issue
    body = macros.content(
        cell, party, issue, page["names"], content.titles, page["as_of"], page["base"],
        big=not partial, conditions=content.conditions,
    )  # fmt: skip
    beside = macros.beside(
        cell,
        issue,
        content.history,
        page["names"],
        "h3" if partial else "h2",
        otherwise=said_otherwise(cell.position, (p.position for p in content.history))
        if cell and cell.position
        else [],
        shared=content.shared,
    )
    shown = (cell.position.id,) if cell and cell.position else ()
    acts = macros.acts(cell, party, issue, page["base"])
    return DrawnCell(macros.heading(cell, party, issue), body, beside, acts, shown)
