"""Submit drafts for review, and find who wrote them: nobody publishes what they wrote."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.db.engine import among
from app.models.log import Commit, Revision
from app.models.negotiation import Negotiation
from app.models.position import Position
from app.models.proposal import Proposal
from app.models.review import ReviewComment, ReviewSubmission
from app.models.vocabulary import PositionStatus, ProposalState
from app.negotiations.pending import WRITES


async def submit(
    session: AsyncSession,
    *,
    negotiation: Negotiation,
    position: Position,
    comment: str = "",
    by: str,
    now: datetime,
) -> None:
    """Submit a draft for review, or again after a change, with or without a comment.

    Raises Conflict if the negotiation requires no review or the position is no draft.
    """
    if not negotiation.review:
        raise Conflict("This negotiation does not require review: publish the draft directly.")
    must_wait(position)
    values = {"position_id": position.id, "version": position.version, "by": by, "at": now}
    there = insert(ReviewSubmission).values(**values)
    again = {name: there.excluded[name] for name in ("version", "by", "at")}
    newer = ReviewSubmission.version != position.version
    await session.execute(
        there.on_conflict_do_update(index_elements=["position_id"], set_=again, where=newer)
    )
    comment_on(session, position, comment, by, now)


def must_wait(position: Position) -> None:
    """Raise Conflict if the position is no draft any more."""
    if position.status != PositionStatus.DRAFT:
        raise Conflict("This is no longer a draft.")


def comment_on(
    session: AsyncSession, position: Position, comment: str, by: str, now: datetime
) -> None:
    """Store a comment on the draft's present version; an empty one is none."""
    if comment:
        session.add(
            ReviewComment(
                position_id=position.id, version=position.version, text=comment, by=by, at=now
            )
        )


async def writers(session: AsyncSession, drafts: Iterable[Position]) -> dict[int, set[str | None]]:
    """Return, by draft, the names of all who wrote or proposed a version of it, or a part."""
    found: dict[int, set[str | None]] = {p.id: {p.created_by} for p in drafts}
    wrote = (
        select(Revision.object_id, Commit.by)
        .join(Commit, Commit.seq == Revision.seq)
        .where(
            Revision.kind == "position",
            among(Revision.object_id, found),
            Revision.action.in_(WRITES),
        )
        .distinct()
    )
    for number, name in await session.execute(wrote):
        found[number].add(name)
    proposed = select(Proposal.position_id, Proposal.by).where(
        among(Proposal.position_id, found), Proposal.state == ProposalState.ACCEPTED
    )
    for of, name in await session.execute(proposed):
        if of is not None:
            found[of].add(name)
    return found
