"""Keep what the page of a cell says, by the same key as rows of the matrix (`kept_rows`)."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.recall import recall
from app.matrix.build import fill
from app.matrix.cell_history import cell_history
from app.matrix.conditions import Condition
from app.matrix.conditions_now import conditions_at, depends_of
from app.matrix.drawing import CellContent, DrawnCell, Wanted, draw_cell
from app.matrix.drawn_cells import CellPage
from app.matrix.frame import Extent, Frame
from app.matrix.grid import GridCell
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
    if kept is None or kept.needs != _last_changes(frame, kept.needs):
        kept = await _draw(session, frame, wanted, partial=partial)
        size = OVERHEAD + 2 * sum(map(len, (kept.heading, kept.content, kept.beside, kept.acts)))
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
    conditions = await _conditions(session, frame, cell)
    content = CellContent(cell, party, issue, history, titles_of(frame.issues), shared, conditions)
    drawn = draw_cell(content, page, wanted.viewer, partial=partial)
    return replace(drawn, needs=_last_changes(frame, (c.depends.needs_issue for c in conditions)))


async def _conditions(
    session: AsyncSession, frame: Frame, cell: GridCell | None
) -> list[Condition]:
    """Say how what the current position of a cell depends on stands now."""
    if cell is None or cell.position is None:
        return []
    parties = [party.slug for party in frame.seated]
    depending = depends_of(cell.position, frame.as_of)
    return await conditions_at(session, frame.at, frame.book, depending, parties, as_of=frame.as_of)


def _last_changes(frame: Frame, issues: Iterable[str]) -> dict[str, int | None]:
    """Return the last change of a position on each issue."""
    numbers = frame.book.issue_ids
    return {issue: frame.changes.of_issue.get(numbers[issue]) for issue in issues}
