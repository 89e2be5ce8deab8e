"""List a negotiation's drafts with author, state of review, and what each still needs."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.log.reader import Moment, held_by_id
from app.models.position import Position
from app.models.review import ReviewComment, ReviewSubmission
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import CodeBook
from app.positions.presenter import views
from app.positions.review_submissions import writers
from app.positions.views import PositionView
from app.review.publish_checks import lacking

MOST = 200  # drafts shown in each list


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft and its state of review; `returned` is the comment with which it was returned."""

    position: PositionView
    author: str | None
    submission: ReviewSubmission | None
    returned: ReviewComment | None
    lacks: Sequence[str]
    writers: Set[str | None]

    @property
    def changed_since(self) -> bool:
        """Tell whether it was changed after it was submitted or returned."""
        seen = self.submission or self.returned
        return seen is not None and seen.version != self.position.version


async def list_drafts(
    session: AsyncSession, at: Moment, book: CodeBook, now: datetime
) -> list[Draft]:
    """Return the newest MOST drafts, newest first."""
    rows = (
        await session.execute(
            select(Position, ReviewSubmission)
            .outerjoin(ReviewSubmission, ReviewSubmission.position_id == Position.id)
            .where(
                Position.negotiation_id == book.negotiation.id,
                Position.status == PositionStatus.DRAFT,
            )
            .order_by(Position.id.desc())
            .limit(MOST)
        )
    ).all()
    ids = [p.id for p, _ in rows]
    said = (
        select(ReviewComment)
        .ext(distinct_on(ReviewComment.position_id))
        .where(among(ReviewComment.position_id, ids))
        .order_by(ReviewComment.position_id, ReviewComment.id.desc())
    )
    last = {c.position_id: c for c in await session.scalars(said)}
    seen, documents = await _as_held(session, at, ids)
    wrote = await writers(session, [p for p, _ in rows])
    made = []
    for position, submission in rows:
        if position.id not in seen:
            continue  # redacted
        comment = last.get(position.id)
        returned = (
            comment if comment and not submission and comment.by != position.created_by else None
        )
        lacks = lacking(seen[position.id], documents[position.id], book, now)
        view, who = seen[position.id], wrote[position.id]
        made.append(Draft(view, position.created_by, submission, returned, lacks, who))
    return made


async def list_discarded(
    session: AsyncSession, at: Moment, negotiation_id: int
) -> list[PositionView]:
    """Return the newest MOST discarded drafts, newest first; each says by whom and why."""
    ids = await session.scalars(
        select(Position.id)
        .where(
            Position.negotiation_id == negotiation_id,
            Position.status == PositionStatus.RETRACTED,
            Position.first_published_at.is_(None),
        )
        .order_by(Position.id.desc())
        .limit(MOST)
    )
    seen, _ = await _as_held(session, at, list(ids))
    return sorted(seen.values(), key=lambda p: p.recorded_at, reverse=True)


async def _as_held(
    session: AsyncSession, at: Moment, ids: Sequence[int]
) -> tuple[dict[int, PositionView], dict[int, dict[str, Any]]]:
    held = await held_by_id(session, at, "position", ids)
    seen = {v.id: v for v in await views(session, at, list(held.values()))}
    return seen, {i: s.data for i, s in held.items()}
