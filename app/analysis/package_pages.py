"""Serve the page of packages: what could be agreed on several issues at once."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.kept_parts import Found, kept_part, key_of
from app.analysis.package_query import PackagesQuery, find_packages, read_packages_frame
from app.analysis.windows import Pages
from app.core.input_models import SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.frame import Frame, write_place
from app.matrix.schemas import MatrixQuery
from app.negotiations.navigation import nav

PURPOSE = "packages page"  # of its cursors
A_PAGE = 15

router = Router(prefix="/n/{slug}", include_in_schema=False)


@router.get("/packages")
async def show_packages(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show the packages that nobody rejects, and who would have to move for others."""
    query = read_query(PackagesQuery, request)
    frame = await read_packages_frame(session, slug, query, purpose=PURPOSE)
    filters = _given(query)
    pages = Pages(
        request.url.path,
        filters,
        lambda to: write_place(PURPOSE, frame.at, frame.as_of, (to[0], 0)),
    )
    part = await kept_part(
        session,
        frame.at,
        key_of(frame, query),
        "analysis/_packages.html",
        partial(_find, session, frame, query, pages),
    )
    times = MatrixQuery(as_of=query.as_of, known_at=query.known_at)
    return await long_page(
        request,
        "analysis/packages.html",
        **await page_context.of_frame(request, session, frame, times, part.positions)
        | {"filters": filters},
        **part.head,
        all_issues=frame.issues,
        body=part.body,
        nav=nav(slug, "/common-ground"),
    )


async def _find(session: AsyncSession, frame: Frame, query: PackagesQuery, pages: Pages) -> Found:
    """Return what the lists are drawn of."""
    found = await find_packages(session, frame, query, size=A_PAGE)
    head = {"issues": found.chosen, "parties": found.parties, "supposed": found.supposed}
    values = {
        **head,
        "negotiation": frame.negotiation,
        "filters": pages.filters,
        "found": found.report,
        "window": pages.window(frame.place, 0, A_PAGE, found.report.listed),
        "names": found.matrix.names,
        "labels": {(i.slug, o.slug): o.label for i in frame.issues for o in i.options},
        "titles": {issue.slug: issue.title for issue in frame.issues},
    }
    return Found(values, [position.id for position in found.matrix.positions], head)


def _given(query: PackagesQuery) -> Mapping[str, Any]:
    times = page_context.given(MatrixQuery(as_of=query.as_of, known_at=query.known_at))
    return {**times, "issue": list(query.issue), "suppose": list(query.suppose)}
