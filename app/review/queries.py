"""Query the drafts that wait for a second person, and their comments."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import held_by_id, moment
from app.models.position import Position
from app.models.review import ReviewComment, ReviewSubmission
from app.models.vocabulary import PositionStatus
from app.positions.presenter import views
from app.positions.review_submissions import writers
from app.positions.views import PositionView


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submitted draft."""

    position: PositionView
    author: str | None
    submission: ReviewSubmission
    comments: int
    writers: Set[str | None]

    @property
    def changed_since(self) -> bool:
        """Tell whether it was changed after it was submitted."""
        return self.submission.version != self.position.version


async def list_waiting(session: AsyncSession, negotiation_id: int) -> list[Waiting]:
    """Return the submitted drafts of a negotiation, the longest waiting first."""
    counted = (
        select(ReviewComment.position_id, func.count().label("n"))
        .group_by(ReviewComment.position_id)
        .subquery()
    )
    rows = (
        await session.execute(
            select(Position, ReviewSubmission, func.coalesce(counted.c.n, 0))
            .join(ReviewSubmission, ReviewSubmission.position_id == Position.id)
            .outerjoin(counted, counted.c.position_id == Position.id)
            .where(
                Position.negotiation_id == negotiation_id, Position.status == PositionStatus.DRAFT
            )
            .order_by(ReviewSubmission.at, Position.id)
        )
    ).all()
    at = await moment(session, drafts=True)
    held = await held_by_id(session, at, "position", [p.id for p, _, _ in rows])
    seen = {v.id: v for v in await views(session, at, list(held.values()))}
    wrote = await writers(session, [p for p, _, _ in rows])
    return [
        Waiting(seen[p.id], p.created_by, s, n, wrote[p.id]) for p, s, n in rows if p.id in seen
    ]


async def find_submission(session: AsyncSession, position_id: int) -> ReviewSubmission | None:
    """Return the submission of a draft, or None."""
    return await session.get(ReviewSubmission, position_id)


async def list_comments(session: AsyncSession, position_id: int) -> Sequence[ReviewComment]:
    """Return the comments on a position, oldest first."""
    wanted = select(ReviewComment).where(ReviewComment.position_id == position_id)
    return (await session.scalars(wanted.order_by(ReviewComment.id))).all()
