"""Show the page of a cell, and what is known about the data."""

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import now
from app.core.input_models import SlugInPath, read_query
from app.http.embedding import is_embedded
from app.http.routing import Router
from app.http.templating import drawn, is_partial, long_page, page
from app.matrix import page_context
from app.matrix.drawing import Wanted
from app.matrix.frame import EVERYTHING, Extent, Frame, read_frame
from app.matrix.kept_cells import drawn_cell
from app.matrix.schemas import MatrixQuery, Seen, Times
from app.matrix.totals import current_in, totals
from app.negotiations.navigation import nav
from app.positions.kept_pages import PLACES, is_plain, kept_page

router = Router(prefix="/n/{slug}", include_in_schema=False)


async def _named_by_path(session: AsyncSession, slug: str, query: MatrixQuery) -> Frame:
    """Return the frame of the party and issue that a path names; NotFound if there is no such."""
    extent = Extent(by_path=True)
    return await read_frame(session, slug, query, now=now(), extent=extent)


@router.get("/cells/{party}/{issue}")
async def show_cell(
    request: Request,
    session: Reading,
    viewer: Anyone,
    slug: SlugInPath,
    party: SlugInPath,
    issue: SlugInPath,
) -> Response:
    """Show one cell: its current position with its quotes, and its history."""
    seen, embedded = read_query(Seen, request), is_embedded(request)
    query = MatrixQuery(**seen.times.model_dump(), party=[party], issue=[issue])
    frame = await _named_by_path(session, slug, query)
    carried = page_context.carried_by(seen)
    wanted = Wanted(query, carried, viewer)
    partial = is_partial(request) and not embedded
    cell = await drawn_cell(session, frame, wanted, partial=partial)
    about = {
        "filters": page_context.given(seen),
        "carried": carried,
        "party": frame.columns[0],
        "issue": frame.rows[0],
        "cell": cell,
        "nav": nav(slug),
    }
    if is_plain(request, viewer) and not partial:

        async def draw() -> str:
            shared = await page_context.of_frame(request, session, frame, query, (), said=PLACES)
            return drawn(request, "matrix/cell.html", **shared | about)

        said = (cell.heading, cell.content, cell.beside, cell.acts)
        now_in = page_context.moment_in_words(frame.at)
        return await kept_page(request, session, frame.at, (frame.as_of, *said), draw, now_in)
    shared = await page_context.of_frame(request, session, frame, query, cell.shown)
    return page(
        request,
        "embed/cell.html" if embedded else "matrix/cell.html",
        fragment=None if embedded else "matrix/_panel.html",
        **shared | about,
    )


@router.get("/about")
async def show_about(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show the editors, method, code book and coverage of the data, and how to report an error."""
    times = read_query(Times, request)
    query = MatrixQuery(**times.model_dump())
    frame = await read_frame(session, slug, query, now=now(), extent=EVERYTHING)
    shown = await current_in(session, frame) if query.known_at else []
    found = await totals(session, frame)
    return await long_page(
        request,
        "negotiations/about.html",
        **await page_context.of_frame(request, session, frame, query, shown),
        counts=page_context.counts(frame, found),
        parties=frame.seated,
        issues=[(issue, issue.notes) for issue in frame.issues],
        last=found.last and found.last.isoformat(),
        nav=nav(slug, "/about"),
    )
