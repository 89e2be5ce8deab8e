"""Count what is known of each negotiation, for the first page."""

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment, held
from app.models.log import Holding, QuoteUse, Spell
from app.models.vocabulary import PositionStatus


async def count_objects(session: AsyncSession, at: Moment) -> dict[tuple[int | None, str], int]:
    """Count parties (`participation`) and issues, by negotiation and kind."""
    rows = await session.execute(
        select(Holding.negotiation_id, Holding.kind, func.count())
        .where(held(Holding, at), Holding.kind.in_(("participation", "issue")))
        .group_by(Holding.negotiation_id, Holding.kind)
    )
    return {(number, kind): n for number, kind, n in rows}


async def count_positions(session: AsyncSession, at: Moment) -> dict[int, tuple[int, int]]:
    """Count published positions and their quotes, by negotiation."""
    rows = await session.execute(
        select(
            Spell.negotiation_id,
            func.count(Spell.position_id.distinct()),
            func.count(QuoteUse.quote_id.distinct()),
        )
        .outerjoin(
            QuoteUse, and_(QuoteUse.position_id == Spell.position_id, QuoteUse.seq <= at.seq)
        )
        .where(held(Spell, at), Spell.status == PositionStatus.PUBLISHED)
        .group_by(Spell.negotiation_id)
    )
    return {number: (n, quotes) for number, n, quotes in rows}
