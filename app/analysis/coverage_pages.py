"""Serve the coverage page: what is missing or weak, each line with a link to the form for it."""

from fastapi import Request, Response

from app.accounts.dependencies import Anyone
from app.analysis.coverage import coverage
from app.analysis.coverage_counts import count_all
from app.analysis.schemas import CoverageQuery
from app.core.clock import now
from app.core.input_models import SlugInPath, read_query
from app.db.engine import Session
from app.http.routing import Router
from app.http.templating import long_page
from app.log.reader import moment
from app.matrix import page_context
from app.matrix.build import load
from app.matrix.frame import Extent
from app.matrix.schemas import MatrixQuery
from app.negotiations.navigation import nav
from app.positions.names_at_moment import called
from app.sources.worklist import Considered, list_considered

router = Router(prefix="/n/{slug}", include_in_schema=False)

MOST_CELLS = 160  # that the lists of one page are about
AGES = (30, 90, 180, 365)


@router.get("/coverage")
async def show_coverage(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show cells never searched, silent and stale ones, and positions with little evidence."""
    asked = read_query(CoverageQuery, request)
    query = MatrixQuery(as_of=asked.as_of, known_at=asked.known_at, cursor=asked.cursor)
    extent = Extent(MOST_CELLS, ground=False, parts=True, purpose="coverage")
    matrix = await load(session, slug, query, now=now(), extent=extent)
    found = await coverage(session, matrix, stale_after=asked.stale_after)
    may_edit = viewer is not None and viewer.may_edit
    considered: list[Considered] = []
    if may_edit:
        at = await moment(session, asked.known_at, drafts=True)
        considered = await list_considered(session, at, matrix.book.negotiation.id)
    shared = await page_context.shared(request, session, matrix, query)
    shared["names"] = await called(
        session, matrix.at, matrix.names, [one.position for one in found.unmatched]
    )
    return await long_page(
        request,
        "analysis/coverage.html",
        **shared,
        found=found,
        counts=await count_all(session, matrix, stale_after=asked.stale_after),
        **page_context.windows(request, matrix),
        considered=considered,
        parties=matrix.columns,
        issues=matrix.rows,
        stale_after=asked.stale_after,
        ages=sorted({*AGES, asked.stale_after}),
        nav=nav(slug, "/coverage"),
    )
