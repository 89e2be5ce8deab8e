"""Show all on one issue: its options, who wants what, and each party's path along the scale."""

from fastapi import Request, Response

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import now
from app.core.input_models import SlugInPath, read_query
from app.dossier.issues import read_paths
from app.dossier.passages import first_quotes
from app.dossier.schemas import WindowQuery
from app.http.embedding import is_embedded
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.build import fill
from app.matrix.drawing import sources_of
from app.matrix.frame import Extent, read_frame
from app.matrix.schemas import MatrixQuery
from app.negotiations.navigation import nav
from app.positions.names_at_moment import called

PARTIES_A_PAGE = 40
PURPOSE = "issue"  # of its cursors

router = Router(prefix="/n/{slug}", include_in_schema=False)


@router.get("/issues/{issue}")
async def show_issue(
    request: Request,
    session: Reading,
    viewer: Anyone,
    slug: SlugInPath,
    issue: SlugInPath,
) -> Response:
    """Show one issue: each party's attitudes to its options, and the common ground."""
    seen, embedded = read_query(WindowQuery, request), is_embedded(request)
    query = MatrixQuery(**seen.times.model_dump(), issue=[issue], cursor=seen.cursor)
    extent = Extent(PARTIES_A_PAGE, by_path=True, parts=True, purpose=PURPOSE)
    frame = await read_frame(session, slug, query, now=now(), extent=extent)
    matrix = await fill(session, frame, query)
    [row] = matrix.grid.rows
    paths = [] if embedded else await read_paths(session, matrix, row.issue)
    stepped = [step.position for path in paths for step in path.steps]
    shared = await page_context.shared(request, session, matrix, query)
    return await long_page(
        request,
        "embed/issue.html" if embedded else "matrix/issue.html",
        fragment=None if embedded else "matrix/_issue_panel.html",
        **shared
        | {
            "filters": page_context.given(seen),
            "names": await called(session, matrix.at, matrix.names, stepped),
        },
        **page_context.windows(request, frame),
        place=frame.place[1],
        carried=page_context.carried_by(seen),
        issue=row.issue,
        notes=row.issue.notes,
        paths=paths,
        quoted=first_quotes(row.cells),
        sources=sources_of(row.cells),
        cells=list(zip(matrix.columns, row.cells, strict=True)),
        nav=nav(slug),
    )
