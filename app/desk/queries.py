"""Query what the reading desk shows: sources with their stage, and positions that rest on one."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment, held_by_id
from app.models.position import Position, PositionQuote
from app.models.source import Quote, Source, SourceReading, SourceText
from app.models.vocabulary import PositionStatus, ReadingState
from app.positions.presenter import views
from app.positions.views import PositionView


class Stage(StrEnum):
    """How far a source is on the work list of a negotiation."""

    TO_READ = "to read"
    READING = "being read"
    IN_WORK = "in progress"  # there are drafts
    CODED = "coded"
    CONSIDERED = "nothing to code"


@dataclass(frozen=True, slots=True)
class Listed:
    """A source on the work list; `published` and `drafts` count its quotes in one negotiation."""

    source: Source
    reading: SourceReading | None
    has_text: bool
    published: int
    drafts: int
    stage: str


def _staged(negotiation_id: int) -> Subquery:
    """Select the sources of a work list with their stage.

    These are the sources quoted in this negotiation or nowhere yet.
    """
    ours = and_(
        Position.negotiation_id == negotiation_id, Position.status != PositionStatus.RETRACTED
    )
    counts = (
        select(
            Quote.source_id,
            func.count(Quote.id.distinct())
            .filter(ours, Position.status == PositionStatus.PUBLISHED)
            .label("published"),
            func.count(Quote.id.distinct())
            .filter(ours, Position.status == PositionStatus.DRAFT)
            .label("drafts"),
        )
        .join(PositionQuote, PositionQuote.quote_id == Quote.id)
        .join(Position, Position.id == PositionQuote.position_id)
        .group_by(Quote.source_id)
        .subquery()
    )
    published, drafts = func.coalesce(counts.c.published, 0), func.coalesce(counts.c.drafts, 0)
    stage = case(
        (SourceReading.state == ReadingState.READING, Stage.READING),
        (drafts > 0, Stage.IN_WORK),
        (published > 0, Stage.CODED),
        (SourceReading.reason.is_not(None), Stage.CONSIDERED),
        else_=Stage.TO_READ,
    )
    return (
        select(
            Source.id,
            SourceReading.id.label("reading_id"),
            published.label("published"),
            drafts.label("drafts"),
            stage.label("stage"),
        )
        .outerjoin(counts, counts.c.source_id == Source.id)
        .outerjoin(
            SourceReading,
            and_(
                SourceReading.source_id == Source.id, SourceReading.negotiation_id == negotiation_id
            ),
        )
        .where(
            or_(counts.c.source_id.is_(None), published + drafts > 0, SourceReading.id.is_not(None))
        )
        .subquery()
    )


async def work_list(
    session: AsyncSession,
    negotiation_id: int,
    *,
    before: int | None,
    limit: int,
    stage: Stage | None = None,
) -> list[Listed]:
    """Return sources with their stage, the newest first; all, or those of one stage."""
    staged = _staged(negotiation_id)
    has_text = (
        select(SourceText.id)
        .where(SourceText.source_id == Source.id, SourceText.text != "")
        .exists()
    )
    wanted = (
        select(Source, SourceReading, has_text, staged.c.published, staged.c.drafts, staged.c.stage)
        .join(staged, staged.c.id == Source.id)
        .outerjoin(SourceReading, SourceReading.id == staged.c.reading_id)
        .order_by(Source.id.desc())
        .limit(limit)
    )
    if before:
        wanted = wanted.where(Source.id < before)
    if stage:
        wanted = wanted.where(staged.c.stage == stage)
    return [Listed(*row) for row in await session.execute(wanted)]


async def count_stages(session: AsyncSession, negotiation_id: int) -> dict[str, int]:
    """Count the sources of a work list by stage."""
    staged = _staged(negotiation_id)
    rows = await session.execute(select(staged.c.stage, func.count()).group_by(staged.c.stage))
    return {stage: n for stage, n in rows}


async def positions_from(
    session: AsyncSession, at: Moment, negotiation_id: int, source_id: int
) -> list[PositionView]:
    """Return the positions of a negotiation that rest on quotes of a source, drafts too."""
    ids = await session.scalars(
        select(Position.id)
        .join(PositionQuote, PositionQuote.position_id == Position.id)
        .join(Quote, Quote.id == PositionQuote.quote_id)
        .where(
            Quote.source_id == source_id,
            Position.negotiation_id == negotiation_id,
            Position.status != PositionStatus.RETRACTED,
        )
        .distinct()
        .order_by(Position.id)
    )
    held = await held_by_id(session, at, "position", list(ids))
    return await views(session, at, list(held.values()))
