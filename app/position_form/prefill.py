"""Fill in the form at the start: from a version, or from the position before a move."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment
from app.negotiations.code_book import code_book
from app.position_form.fields import Values, fill, numbered
from app.positions.current import CellRange, current_ids
from app.positions.merge_patch import content_of
from app.positions.views import PositionView


async def current_number(
    session: AsyncSession, at: Moment, slug: str, values: Mapping[str, str]
) -> int | None:
    """Return the id of the current position in the form's cell, or None."""
    book = await code_book(session, at, slug)
    party = book.party_ids.get(values.get("party", ""))
    issue = book.issue_ids.get(values.get("issue", ""))
    if party is None or issue is None:
        return None
    cell = CellRange(book.negotiation.id, [party], [issue])
    # Whatever has been stated, has been by the default day.
    found = await current_ids(session, at, cell, as_of=date.max)
    return next(iter(found.values())) if found else None


def filled(view: PositionView) -> Values:
    """Return the form's fields for a version, unchanged."""
    return {"party": view.party, "issue": view.issue} | fill(content_of(view))


def carried_over(view: PositionView) -> Values:
    """Return the fields to start from when a party moves.

    These are those of its position so far, without date and act, and a block for a new quote.
    """
    values = {k: v for k, v in filled(view).items() if k not in ("stated_on", "act")}
    n = max(numbered(values, "q"), default=-1) + 1
    return values | {f"q-{n}-exact": ""}
