"""Count what is known of each negotiation, for the first page."""

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment, valid_at
from app.models.log import ObjectPeriod, PositionPeriod, QuoteUse
from app.models.vocabulary import PositionStatus


async def count_objects(session: AsyncSession, at: Moment) -> dict[tuple[int | None, str], int]:
    """Count parties (`participation`) and issues, by negotiation and kind."""
    rows = await session.execute(
        select(ObjectPeriod.negotiation_id, ObjectPeriod.kind, func.count())
        .where(valid_at(ObjectPeriod, at), ObjectPeriod.kind.in_(("participation", "issue")))
        .group_by(ObjectPeriod.negotiation_id, ObjectPeriod.kind)
    )
    return {(number, kind): n for number, kind, n in rows}


async def count_positions(session: AsyncSession, at: Moment) -> dict[int, tuple[int, int]]:
    """Count published positions and their quotes, by negotiation."""
    rows = await session.execute(
        select(
            PositionPeriod.negotiation_id,
            func.count(PositionPeriod.position_id.distinct()),
            func.count(QuoteUse.quote_id.distinct()),
        )
        .outerjoin(
            QuoteUse,
            and_(QuoteUse.position_id == PositionPeriod.position_id, QuoteUse.seq <= at.seq),
        )
        .where(valid_at(PositionPeriod, at), PositionPeriod.status == PositionStatus.PUBLISHED)
        .group_by(PositionPeriod.negotiation_id)
    )
    return {number: (n, quotes) for number, n, quotes in rows}
