"""Keep what the page of a cell says, by the same key as rows of the matrix (`kept_rows`)."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.recall import recall
from app.matrix.build import fill
from app.matrix.cell_history import cell_history
from app.matrix.drawing import CellContent, DrawnCell, Wanted, draw_cell
from app.matrix.drawn_cells import CellPage
from app.matrix.frame import Extent, Frame
from app.negotiations.code_book import titles_of
from app.positions.names_at_moment import called
from app.positions.shared_words import SharedWords, words_of_others

OVERHEAD = 1_000  # bytes of what is kept, beside its markup


async def drawn_cell(
    session: AsyncSession, frame: Frame, wanted: Wanted, *, partial: bool
) -> DrawnCell:
    """Return what a page or, if `partial`, a panel shows of the only cell of a frame."""
    known = recall(session, frame.at)
    [party], [issue] = frame.columns, frame.rows
    cell = (frame.negotiation.slug, party.slug, issue.slug, frame.changed[issue.slug])
    key = ("drawn cell", *cell, frame.as_of, wanted.query.since, *wanted.manner, partial)
    kept: DrawnCell | None = known.get(*key)
    if kept is None:
        kept = await _draw(session, frame, wanted, partial=partial)
        size = OVERHEAD + 2 * (len(kept.heading) + len(kept.content) + len(kept.acts))
        known.keep(*key, value=kept, size=size)
    return kept


async def _draw(session: AsyncSession, frame: Frame, wanted: Wanted, *, partial: bool) -> DrawnCell:
    matrix = await fill(session, frame, wanted.query, Extent(1, ground=False))
    [party], [issue] = frame.columns, frame.rows
    [[cell]] = [row.cells for row in matrix.grid.rows]
    history = await cell_history(session, matrix, party.slug, issue)
    passages = [passage.position for passage in history]
    page: CellPage = {
        "base": f"/n/{frame.negotiation.slug}",
        "times": wanted.times,
        "as_of": frame.as_of.isoformat(),
        "names": await called(session, matrix.at, matrix.names, passages),
    }
    shared: list[SharedWords] = []
    if cell and cell.position:
        shared = await words_of_others(session, matrix.at, cell.position, matrix.book.party_slugs())
    content = CellContent(cell, party, issue, history, titles_of(frame.issues), shared)
    return draw_cell(content, page, wanted.viewer, partial=partial)
