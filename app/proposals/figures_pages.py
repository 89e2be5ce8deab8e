"""Serve the figures of proposals, as a page and as CSV, for editors."""

from fastapi import Request, Response

from app.accounts.dependencies import Editor
from app.db.engine import Session
from app.exports.columns import guarded
from app.exports.csv_export import write_rows
from app.exports.download import attachment
from app.http.routing import Router
from app.http.templating import page
from app.proposals import words
from app.proposals.figures import COLUMNS, as_row, figures, listed, rounded

router = Router(prefix="/proposals", include_in_schema=False)


@router.get("/figures")
async def show_figures(request: Request, session: Session, viewer: Editor) -> Response:
    """Show what became of the proposals of each proposer, model and run."""
    return page(
        request,
        "proposals/figures.html",
        rows=await figures(session),
        words=words,
        listed=listed,
        rounded=rounded,
    )


@router.get("/figures.csv")
async def download_figures(session: Session, viewer: Editor) -> Response:
    """Download the same, a row for each proposer, model and run."""
    rows = [as_row(row) for row in await figures(session)]
    body = write_rows([list(COLUMNS), *rows], guarded)
    return Response(body, headers=attachment("proposals-figures", "csv"))
