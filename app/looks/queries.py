"""Find looks that are saved already."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.looks.schemas import LookInput
from app.models.issue import Issue
from app.models.negotiation import Negotiation, Party
from app.models.position import Look


async def is_noted(
    session: AsyncSession, negotiation: Negotiation, sent: LookInput, by: str
) -> bool:
    """Tell whether the same look is saved already, as when a form is sent twice."""
    found = await session.scalar(
        select(Look.id)
        .join(Party, Party.id == Look.party_id)
        .join(Issue, Issue.id == Look.issue_id)
        .where(
            Look.negotiation_id == negotiation.id,
            Party.slug == sent.party,
            Issue.slug == sent.issue,
            Look.looked_on == sent.looked_on,
            Look.where.is_not_distinct_from(sent.where),
            Look.by == by,
        )
        .limit(1)
    )
    return found is not None
