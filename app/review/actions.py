"""Publish drafts by another editor than who wrote them, or return them with a comment."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Fault, Invalid
from app.log.writer import Log
from app.models.negotiation import Negotiation
from app.models.position import Position
from app.models.review import ReviewSubmission
from app.models.vocabulary import PositionStatus
from app.positions import actions
from app.positions.merge_patch import merge
from app.positions.review_submissions import comment_on, must_wait
from app.positions.schemas import PositionContent
from app.positions.views import PositionView


async def send_back(
    session: AsyncSession, *, position: Position, comment: str, by: str, now: datetime
) -> None:
    """Return a draft to its author with a comment; its author may withdraw it without one.

    Raises Invalid without a comment, Conflict if the position is no draft.
    """
    must_wait(position)
    if not comment and position.created_by != by:
        raise Invalid(
            "A returned draft needs a comment.", Fault("/comment", "say what should be changed")
        )
    await session.execute(
        delete(ReviewSubmission).where(ReviewSubmission.position_id == position.id)
    )
    comment_on(session, position, comment, by, now)


async def publish(
    log: Log,
    *,
    negotiation: Negotiation,
    position: Position,
    view: PositionView,
    comment: str,
) -> None:
    """Publish a draft unchanged; raise Forbidden for who wrote any of it if review is required."""
    must_wait(position)
    patch = merge(view, {"status": PositionStatus.PUBLISHED})
    await actions.correct(
        log,
        negotiation=negotiation,
        position=position,
        wanted=PositionContent(**{n: getattr(patch, n) for n in PositionContent.model_fields}),
        status=PositionStatus.PUBLISHED,
        reason=None,
    )
    await log.session.execute(
        delete(ReviewSubmission).where(ReviewSubmission.position_id == position.id)
    )
    comment_on(log.session, position, comment, log.by or "", log.now)
