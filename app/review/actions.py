"""Submit drafts for review, publish them by another editor, or return them with a comment."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Fault, Forbidden, Invalid
from app.log.writer import Log
from app.models.negotiation import Negotiation
from app.models.position import Position
from app.models.review import ReviewComment, ReviewSubmission
from app.models.vocabulary import PositionStatus
from app.positions import actions
from app.positions.merge_patch import merge
from app.positions.schemas import PositionContent
from app.positions.views import PositionView


async def submit(
    session: AsyncSession,
    *,
    negotiation: Negotiation,
    position: Position,
    comment: str,
    by: str,
    now: datetime,
) -> None:
    """Submit a draft for review, or again after a change, with or without a comment.

    Raises Conflict if the negotiation requires no review or the position is no draft.
    """
    if not negotiation.review:
        raise Conflict("This negotiation does not require review: publish the draft directly.")
    _waiting(position)
    values = {"position_id": position.id, "version": position.version, "by": by, "at": now}
    there = insert(ReviewSubmission).values(**values)
    again = {name: there.excluded[name] for name in ("version", "by", "at")}
    newer = ReviewSubmission.version != position.version
    await session.execute(
        there.on_conflict_do_update(index_elements=["position_id"], set_=again, where=newer)
    )
    _say(session, position, comment, by, now)


async def send_back(
    session: AsyncSession, *, position: Position, comment: str, by: str, now: datetime
) -> None:
    """Return a draft to its author with a comment; its author may withdraw it without one.

    Raises Invalid without a comment, Conflict if the position is no draft.
    """
    _waiting(position)
    if not comment and position.created_by != by:
        raise Invalid(
            "A returned draft needs a comment.", Fault("/comment", "say what should be changed")
        )
    await session.execute(
        delete(ReviewSubmission).where(ReviewSubmission.position_id == position.id)
    )
    _say(session, position, comment, by, now)


async def publish(
    log: Log,
    *,
    negotiation: Negotiation,
    position: Position,
    view: PositionView,
    comment: str,
) -> None:
    """Publish a draft unchanged; raise Forbidden for one's own if review is required."""
    _waiting(position)
    if negotiation.review and position.created_by == log.by:
        raise Forbidden("This negotiation requires review: another editor must publish your draft.")
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
    _say(log.session, position, comment, log.by or "", log.now)


def _waiting(position: Position) -> None:
    if position.status != PositionStatus.DRAFT:
        raise Conflict("This is no longer a draft.")


def _say(session: AsyncSession, position: Position, comment: str, by: str, now: datetime) -> None:
    if comment:
        session.add(
            ReviewComment(
                position_id=position.id, version=position.version, text=comment, by=by, at=now
            )
        )
