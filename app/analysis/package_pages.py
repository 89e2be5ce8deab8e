"""Serve the page of packages: what could be agreed on several issues at once."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from app.accounts.dependencies import Anyone, Reading
from app.analysis.package_query import PackagesQuery, find_packages, read_packages_frame
from app.analysis.windows import Pages
from app.core.input_models import SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.frame import write_place
from app.matrix.schemas import MatrixQuery
from app.negotiations.navigation import nav
from app.positions.queries import count_changed_since

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
    found = await find_packages(session, frame, query, size=A_PAGE)
    filters = _given(query)
    pages = Pages(
        request.url.path,
        filters,
        lambda to: write_place(PURPOSE, frame.at, frame.as_of, (to[0], 0)),
    )
    times = MatrixQuery(as_of=query.as_of, known_at=query.known_at)
    positions = [position.id for position in found.matrix.positions]
    return await long_page(
        request,
        "analysis/packages.html",
        **await page_context.of_frame(request, session, frame, times, [])
        | {
            "filters": filters,
            "changed_since": await count_changed_since(session, frame.at, positions)
            if query.known_at
            else 0,
        },
        all_issues=frame.issues,
        issues=found.chosen,
        left_out=found.left_out,
        parties=found.parties,
        supposed=found.supposed,
        found=found.report,
        window=pages.window(frame.place, 0, A_PAGE, found.report.listed),
        names=found.matrix.names,
        labels={(i.slug, o.slug): o.label for i in frame.issues for o in i.options},
        titles={issue.slug: issue.title for issue in frame.issues},
        nav=nav(slug, "/common-ground"),
    )


def _given(query: PackagesQuery) -> Mapping[str, Any]:
    times = page_context.given(MatrixQuery(as_of=query.as_of, known_at=query.known_at))
    return {**times, "issue": list(query.issue), "suppose": list(query.suppose)}
