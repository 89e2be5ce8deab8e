"""Show the matrix: which party wants what on each issue."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import now
from app.core.input_models import SlugInPath, read_query
from app.http.embedding import is_embedded
from app.http.origin import origin
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.citation import cite_matrix
from app.matrix.drawing import DrawnRow, Style, Wanted
from app.matrix.frame import Extent, Frame, read_frame
from app.matrix.kept_cells import drawn_cell
from app.matrix.kept_rows import drawn_rows, is_large
from app.matrix.move_labels import in_order
from app.matrix.schemas import Filters, MatrixQuery, View
from app.matrix.signs import all_kinds
from app.matrix.totals import Totals, totals
from app.matrix_page.arrangement import Arranged, arrange
from app.matrix_page.schemas import MatrixPageQuery
from app.negotiations.navigation import nav

MOST_CELLS = 2_500

router = Router(prefix="/n/{slug}", include_in_schema=False)


@router.get("")
async def show_matrix(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show the matrix in one of its views."""
    query, embedded = read_query(MatrixPageQuery, request), is_embedded(request)
    extent = Extent(days=True, whole=True)
    whole = await read_frame(session, slug, query, now=now(), extent=extent)
    arranged = await arrange(session, whole, query, MOST_CELLS)
    frame, of_cells = arranged.frame, query.of_cells
    view = query.view or (View.ATLAS if is_large(frame) else View.TEXT)
    carried = page_context.carried_by(query)
    wanted = Wanted(of_cells, carried, viewer, _style(view, frame), query.marked)
    rows = await drawn_rows(session, frame, wanted)
    shown = [number for row in rows for number in row.shown]
    shared = await page_context.of_frame(request, session, frame, query, shown)
    filters = {name: value for name, value in shared["filters"].items() if name != "open"}
    return await long_page(
        request,
        "embed/matrix.html" if embedded else "matrix/show.html",
        fragment=None if embedded else "matrix/_grid.html",
        **shared | {"filters": filters},
        exported={name: filters[name] for name in Filters.model_fields if name in filters},
        cite=cite_matrix(frame, base=origin(request), permalink=shared["permalink"]),
        moved=in_order({mark for row in rows for mark in row.marks}) if query.since else None,
        carried=carried,
        view=view,
        style=wanted.style,
        columns=frame.columns,
        rows=rows,
        groups=_drawn_groups(arranged, rows),
        sources=list({s.id: s for row in rows for s in row.sources}.values()),
        arranged=arranged,
        kinds=all_kinds(row.signs for row in rows),
        days=frame.days,
        counts=page_context.counts(whole, await _count(session, whole, frame, rows)),
        all_parties=frame.seated,
        all_issues=frame.issues,
        opened=await _open(session, whole, wanted, query),
        **page_context.windows(request, frame),
        nav=nav(slug, ""),
    )


def _style(view: View, frame: Frame) -> Style:
    if view == View.TEXT:
        return "lean" if is_large(frame) else "rich"
    return "age" if view == View.AGE else "atlas"


async def _count(
    session: AsyncSession, whole: Frame, shown: Frame, rows: Sequence[DrawnRow]
) -> Totals:
    """Count what the whole matrix has, also where it is folded, hidden or on another page."""
    if (len(whole.columns), len(whole.rows)) != (len(shown.columns), len(shown.rows)):
        return await totals(session, whole)
    return Totals.of(Totals(row.positions, row.quotes, Counter(row.firmness)) for row in rows)


def _drawn_groups(
    arranged: Arranged, rows: Sequence[DrawnRow]
) -> list[tuple[str | None, int, list[DrawnRow]]]:
    """Return each group with its number of issues, and its rows, none where it is folded."""
    drawn = {row.issue.slug: row for row in rows}
    return [
        (g.name, len(g.issues), [] if g.folded else [drawn[i.slug] for i in g.issues])
        for g in arranged.groups
    ]


async def _open(
    session: AsyncSession, whole: Frame, wanted: Wanted, query: MatrixPageQuery
) -> dict[str, Any] | None:
    """Return what is open beside the matrix: a cell, or an issue."""
    if query.opened is None:
        return None
    party, topic = query.opened
    if party is None:
        issue = next(i for i in whole.issues if i.slug == topic)
        return {"party": None, "issue": issue, "cell": None}
    asked = MatrixQuery(**query.times.model_dump(), party=[party], issue=[topic])
    frame = await read_frame(session, whole.negotiation.slug, asked, now=now(), extent=Extent())
    cell = await drawn_cell(session, frame, replace(wanted, query=asked), partial=True)
    return {"party": frame.columns[0], "issue": frame.rows[0], "cell": cell}
