"""Read how parties stand at present on what positions depend on."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment
from app.matrix.conditions import Condition, Depends, conditions_of
from app.matrix.stands import stands_of
from app.models.vocabulary import LinkKind
from app.negotiations.code_book import CodeBook
from app.positions.current import CellRange, current_ids
from app.positions.views import PositionView


async def conditions_at(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    depending: Collection[Depends],
    parties: Collection[str],
    *,
    as_of: date,
) -> list[Condition]:
    """Say how these parties stand on what positions depend on, with two statements."""
    needed = {book.issue_ids[one.needs_issue] for one in depending}
    if not needed:
        return []
    asked = {book.party_ids[party] for party in parties}
    asked |= {book.party_ids[one.party] for one in depending}
    cells = CellRange(book.negotiation.id, asked, needed)
    current = await current_ids(session, at, cells, as_of=as_of)
    stands = await stands_of(session, at, book, current.values())
    slugs, issues = book.party_slugs(), {number: slug for slug, number in book.issue_ids.items()}
    held = {
        (slugs[party], issues[issue]): stands[number]
        for (party, issue), number in current.items()
        if number in stands
    }
    return conditions_of(depending, held, parties)


def depends_of(position: PositionView, on: date) -> list[Depends]:
    """Return what a position depends on by its links of the kind `condition`."""
    return [
        Depends(position.party, position.issue, position.id, on, link.issue, link.option)
        for link in position.links
        if link.kind == LinkKind.CONDITION
    ]
