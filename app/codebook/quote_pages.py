"""Serve the page of an option: all quotes for and against it."""

from typing import Annotated

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from app.accounts.dependencies import Anyone
from app.codebook.queries import A_PAGE, positions_on_option
from app.core.clock import now
from app.core.errors import NotFound
from app.core.input_models import SlugInPath, read_query
from app.db.engine import Session
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.build import load
from app.matrix.frame import Extent
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.navigation import nav
from app.positions.names_at_moment import called
from app.positions.presenter import views

router = Router(prefix="/n/{slug}", include_in_schema=False)


class OptionTimes(Times):
    """Query of the page: the two times, and how many positions to skip."""

    skip: Annotated[int, Field(ge=0, le=10_000_000)] = 0


@router.get("/issues/{issue}/options/{option}")
async def show_option(
    request: Request,
    session: Session,
    viewer: Anyone,
    slug: SlugInPath,
    issue: SlugInPath,
    option: SlugInPath,
) -> Response:
    """Show who prefers, accepts or rejects an option, now and earlier, with quotes."""
    asked = read_query(OptionTimes, request)
    query = MatrixQuery(issue=[issue], as_of=asked.as_of, known_at=asked.known_at)
    matrix = await load(session, slug, query, now=now(), extent=Extent())
    row = next(i for i in matrix.book.issues if i["slug"] == issue)
    found = next((o for o in matrix.book.options[row.id] if o["slug"] == option), None)
    if found is None:
        raise NotFound(
            f"There is no option {option!r} of this issue"
            + (" at that instant." if asked.known_at else ".")
        )
    rows, more = await positions_on_option(session, matrix, row, found, asked.skip)
    positions = await views(session, matrix.at, rows)
    current = {c.position.id for r in matrix.grid.rows for c in r.cells if c and c.position}
    shared = await page_context.shared(request, session, matrix, query)
    shared["names"] = await called(session, matrix.at, matrix.names, positions)
    filters = page_context.given(MatrixQuery(as_of=asked.as_of, known_at=asked.known_at))
    return await long_page(
        request,
        "codebook/option_quotes.html",
        **shared | {"filters": filters},
        issue=matrix.grid.rows[0].issue,
        option=next(o for o in matrix.grid.rows[0].issue.options if o.slug == option),
        positions=positions,
        current=current,
        next_skip=asked.skip + A_PAGE if more else None,
        nav=nav(slug),
    )
