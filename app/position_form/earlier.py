"""Look up what a party has said before on an issue, to show it beside a new position."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment, Snapshot, valid_at
from app.models.log import PositionPeriod
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import CodeBook
from app.positions import presenter
from app.positions.current import CellRange, current_ids
from app.positions.queries import newest_spells
from app.positions.views import PositionView

MOST = 5  # positions shown


@dataclass(frozen=True, slots=True)
class Earlier:
    """The positions of a cell, published ones and drafts, the newest first."""

    positions: Sequence[PositionView]  # at most MOST
    current: PositionView | None
    published: int  # how many there are in all
    drafts: int

    @property
    def newest(self) -> PositionView | None:
        """Return the current position, or the newest draft of a cell without one."""
        return self.current or next(iter(self.positions), None)


async def earlier_positions(
    session: AsyncSession, at: Moment, book: CodeBook, party: str, issue: str
) -> Earlier | None:
    """Return the positions of a cell; None if the cell does not exist."""
    party_id, issue_id = book.party_ids.get(party), book.issue_ids.get(issue)
    if party_id is None or issue_id is None:
        return None
    here = (
        PositionPeriod.negotiation_id == book.negotiation.id,
        PositionPeriod.party_id == party_id,
        PositionPeriod.issue_id == issue_id,
        PositionPeriod.status != PositionStatus.RETRACTED,
    )
    counted = select(PositionPeriod.status, func.count()).where(valid_at(PositionPeriod, at), *here)
    rows = await session.execute(counted.group_by(PositionPeriod.status))
    numbers = {status: count for status, count in rows}
    if not numbers:
        return Earlier([], None, 0, 0)
    cell = CellRange(book.negotiation.id, [party_id], [issue_id])
    # Whatever has been stated has been stated by the last day there is.
    now = next(iter((await current_ids(session, at, cell, as_of=date.max)).values()), None)
    order = (
        (PositionPeriod.position_id == now).desc(),
        PositionPeriod.stated_from.desc().nulls_first(),
        PositionPeriod.stated_by.desc().nulls_first(),
        PositionPeriod.position_id.desc(),
    )
    found = await session.execute(newest_spells(at).where(*here).order_by(*order).limit(MOST))
    held = [Snapshot(*row) for row in found if row[-1] is not None]
    seen = await presenter.views(session, at, held)
    current = next((p for p in seen if p.id == now), None)
    return Earlier(
        seen,
        current,
        numbers.get(PositionStatus.PUBLISHED, 0),
        numbers.get(PositionStatus.DRAFT, 0),
    )
