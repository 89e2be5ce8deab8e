"""Keep rows of the matrix as they were shown, as markup and as JSON, until they change.

The key of a row has the last change of its positions and looks, the state of its code book (which
`recall` adds) and everything that was asked for, so that no row is ever out of date.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.gently import gently
from app.http.responses import dumps
from app.log.recall import Recall, recall
from app.matrix.build import fill
from app.matrix.drawing import DrawnRow, RowPen, Through, Wanted, by_issue, shown_in
from app.matrix.drawn_cells import CellPage, drawn_cells, drawn_grounds, drawn_heads
from app.matrix.frame import Extent, Frame
from app.matrix.presenter import cell_json
from app.matrix.schemas import MatrixQuery
from app.negotiations.views import IssueView

MOST_RICH_CELLS = 600
OVERHEAD = 2_000  # bytes of a kept row, beside its markup


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
    marked: tuple[str, str] | None = None

    def find(self) -> tuple[dict[str, Any], list[IssueView]]:
        """Return the rows that are kept, by slug, and the issues of the others."""
        kept = {i.slug: self.known.get(*self._key(i.slug)) for i in self.frame.rows}
        missing = [i for i in self.frame.rows if kept[i.slug] is None]
        return kept, missing

    def keep(self, slug: str, row: DrawnRow | JsonRow, size: int) -> None:
        """Keep a row of about `size` bytes."""
        self.known.keep(*self._key(slug), value=row, size=OVERHEAD + size)

    def _key(self, slug: str) -> tuple[object, ...]:
        marked = self.marked if self.marked and self.marked[0] == slug else None
        return (*self.asked, slug, self.frame.changed[slug], marked)


def is_large(frame: Frame) -> bool:
    """Tell whether a matrix has too many cells for strips and quotes."""
    return frame.total_cells > MOST_RICH_CELLS


def _asked(frame: Frame, query: MatrixQuery) -> tuple[object, ...]:
    """Return what was asked for, as far as it decides what the cells show."""
    columns = tuple(party.slug for party in frame.columns)
    firmness = tuple(sorted(query.firmness))
    return (frame.negotiation.slug, columns, frame.as_of, query.since, firmness, query.q)


async def drawn_rows(
    session: AsyncSession,
    frame: Frame,
    wanted: Wanted,
) -> list[DrawnRow]:
    """Return the rows of the page; only those that the process does not know yet are drawn."""
    query = wanted.query
    manner = (*wanted.manner, query.transpose, wanted.style)
    asked = ("row", *_asked(frame, query), *manner)
    rows = _Rows(recall(session, frame.at), frame, asked, wanted.marked)
    found, missing = rows.find()
    if missing:
        matrix = await fill(session, replace(frame, rows=missing), query)
        page: CellPage = {
            "base": f"/n/{matrix.negotiation.slug}",
            "times": wanted.times,
            "as_of": matrix.as_of.isoformat(),
            "names": matrix.names,
        }
        pen = RowPen(
            matrix.columns,
            matrix.ground,
            page,
            wanted.viewer,
            transposed=query.transpose,
            style=wanted.style,
            marked=wanted.marked,
            through=Through(
                drawn_cells(session, matrix.at),
                drawn_heads(session, matrix.at),
                drawn_grounds(session, matrix.at),
            ),
        )
        current = by_issue(matrix.positions)
        for row in matrix.grid.rows:
            made = found[row.issue.slug] = await pen.draw(row, current[row.issue.slug])
            rows.keep(row.issue.slug, made, sum(map(len, (*made.cells, made.head, made.ground))))
    return [found[issue.slug] for issue in frame.rows]


async def json_rows(session: AsyncSession, frame: Frame, query: MatrixQuery) -> list[JsonRow]:
    """Return the rows of the API's answer; only those not known yet are put together."""
    rows = _Rows(recall(session, frame.at), frame, ("row as JSON", *_asked(frame, query)))
    found, missing = rows.find()
    if missing:
        only_cells = Extent(frame.total_cells, ground=False)
        matrix = await fill(session, replace(frame, rows=missing), query, only_cells)
        async for row in gently(matrix.grid.rows):
            cells = dumps([cell_json(c, matrix.json) for c in row.cells if c])[1:-1]
            made = JsonRow(cells, hashlib.sha256(cells).digest(), shown_in(row))
            found[row.issue.slug] = made
            rows.keep(row.issue.slug, made, len(cells))
    return [found[issue.slug] for issue in frame.rows]
