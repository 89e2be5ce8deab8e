"""Keep rows of the matrix as they were shown, as markup and as JSON, until they change.

The key of a row has the last change of its positions and looks, the state of its code book (which
`recall` adds) and everything that was asked for, so that no row is ever out of date.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.http.responses import dumps
from app.http.templating import query as query_string
from app.http.templating import templates
from app.log.recall import Recall, recall
from app.matrix.build import Extent, MatrixView, fill
from app.matrix.drawn_cells import CellPage, drawn_cells, drawn_grounds, drawn_heads
from app.matrix.frame import Frame
from app.matrix.grid import GridRow
from app.matrix.move_labels import MoveLabel, legend
from app.matrix.presenter import cell_json
from app.matrix.schemas import MatrixQuery
from app.negotiations.views import IssueView

# With more cells than this, cells have no quote to peek at, and no options are drawn.
MOST_RICH_CELLS = 600
OVERHEAD = 2_000  # bytes of a kept row, beside its markup
WIDTH_ACROSS = 160  # of an issue's scale in the head of a column, in pixels


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

    @property
    def joined(self) -> Markup:
        """All cells, one after the other."""
        return Markup("").join(self.cells)


@dataclass(frozen=True, slots=True)
class JsonRow:
    """An issue's cells as JSON, without the brackets around them, and their hash."""

    cells: bytes
    digest: bytes
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one frame in the memory of the process."""

    known: Recall
    frame: Frame
    asked: tuple[object, ...]

    def find(self) -> tuple[dict[str, Any], list[IssueView]]:
        """Return the rows that are kept, by slug, and the issues of the others."""
        kept = {i.slug: self.known.get(*self._key(i.slug)) for i in self.frame.rows}
        missing = [i for i in self.frame.rows if kept[i.slug] is None]
        return kept, missing

    def keep(self, slug: str, row: DrawnRow | JsonRow, size: int) -> None:
        """Keep a row of about `size` bytes."""
        self.known.keep(*self._key(slug), value=row, size=OVERHEAD + size)

    def _key(self, slug: str) -> tuple[object, ...]:
        return (*self.asked, slug, self.frame.changed[slug])


def _asked(frame: Frame, query: MatrixQuery) -> tuple[object, ...]:
    """Return what was asked for, as far as it decides what the cells show."""
    columns = tuple(party.slug for party in frame.columns)
    firmness = tuple(sorted(query.firmness))
    return (frame.negotiation.slug, columns, frame.as_of, query.since, firmness, query.q)


async def drawn_rows(
    session: AsyncSession,
    frame: Frame,
    query: MatrixQuery,
    times: Mapping[str, Any],
    viewer: Viewer | None,
) -> list[DrawnRow]:
    """Return the rows of the page; only those that the process does not know yet are drawn.

    `times` are the times that links carry on.
    """
    rich = frame.total_cells <= MOST_RICH_CELLS
    manner = (query_string(times), query.transpose, viewer is not None and viewer.may_edit, rich)
    rows = _Rows(recall(session, frame.at), frame, ("row", *_asked(frame, query), *manner))
    found, missing = rows.find()
    if missing:
        matrix = await fill(session, replace(frame, rows=missing), query)
        draw = _Pen(session, matrix, times, viewer, transposed=query.transpose, rich=rich)
        for row in matrix.grid.rows:
            made = found[row.issue.slug] = draw.row(row)
            rows.keep(row.issue.slug, made, sum(map(len, (*made.cells, made.head, made.ground))))
    return [found[issue.slug] for issue in frame.rows]


async def json_rows(session: AsyncSession, frame: Frame, query: MatrixQuery) -> list[JsonRow]:
    """Return the rows of the API's answer; only those not known yet are put together."""
    rows = _Rows(recall(session, frame.at), frame, ("row as JSON", *_asked(frame, query)))
    found, missing = rows.find()
    if missing:
        only_cells = Extent(frame.total_cells, ground=False)
        matrix = await fill(session, replace(frame, rows=missing), query, only_cells)
        for row in matrix.grid.rows:
            cells = dumps([cell_json(c, matrix.json) for c in row.cells if c])[1:-1]
            made = JsonRow(cells, hashlib.sha256(cells).digest(), _shown(row))
            found[row.issue.slug] = made
            rows.keep(row.issue.slug, made, len(cells))
    return [found[issue.slug] for issue in frame.rows]


def _shown(row: GridRow) -> tuple[int, ...]:
    return tuple(cell.position.id for cell in row.cells if cell and cell.position)


class _Pen:
    """Draw rows by the macros of the templates."""

    def __init__(
        self,
        session: AsyncSession,
        matrix: MatrixView,
        times: Mapping[str, Any],
        viewer: Viewer | None,
        *,
        transposed: bool,
        rich: bool,
    ) -> None:
        template = templates().get_template("matrix/_cell.html")
        self.macros: Any = template.make_module({"viewer": viewer})
        self.matrix, self.transposed, self.rich = matrix, transposed, rich
        self.page: CellPage = {
            "base": f"/n/{matrix.negotiation.slug}",
            "times": times,
            "as_of": matrix.as_of.isoformat(),
            "names": matrix.names,
        }
        self.draw_cell = drawn_cells(session, matrix.at)
        self.draw_head = drawn_heads(session, matrix.at)
        self.draw_ground = drawn_grounds(session, matrix.at)
        self.current: dict[str, list[Any]] = {}
        for position in matrix.positions:
            self.current.setdefault(position.issue, []).append(position)

    def row(self, row: GridRow) -> DrawnRow:
        """Draw one row."""
        issue, matrix, macros = row.issue, self.matrix, self.macros
        cell_macro, head_macro, ground_macro = (
            (macros.cell, macros.issue_head, macros.ground)
            if self.rich
            else (macros.lean_cell, macros.lean_issue_head, macros.lean_ground)
        )
        width = [WIDTH_ACROSS] if self.transposed else []
        current = self.current.get(issue.slug, [])
        return DrawnRow(
            issue=issue,
            head=self.draw_head(
                head_macro, issue, row.cells, self.page["base"], self.page["times"], *width
            ),
            ground=self.draw_ground(ground_macro, issue, matrix.ground, matrix.names),
            cells=tuple(
                self.draw_cell(
                    cell_macro,
                    cell,
                    party,
                    issue,
                    issue.title if self.transposed else party.short_name or party.name,
                    self.page,
                )
                for party, cell in zip(matrix.columns, row.cells, strict=True)
            ),
            shown=_shown(row),
            positions=len(current),
            quotes=sum(len(position.quotes) for position in current),
            firmness=Counter(position.firmness for position in current),
            marks=tuple(legend(row.cells)),
        )
