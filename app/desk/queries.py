"""What the reading desk asks for: sources with what was taken from them, and whom a text may be quoting."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.history.read import Moment, held_by_id
from app.models.negotiation import Party, Speaker
from app.models.position import Position, PositionQuote
from app.models.source import Quote, Source, SourceText
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import CodeBook, party_views
from app.positions.queries import views
from app.positions.views import PositionView
from app.sources.saying import Person


@dataclass(frozen=True, slots=True)
class Listed:
    """A source on the work list; `published`, `drafts` count its quotes in one negotiation."""

    source: Source
    has_text: bool
    published: int
    drafts: int

    @property
    def state(self) -> str:
        return (
            "coded" if self.published and not self.drafts else "in work" if self.published or self.drafts else "to read"
        )


async def work_list(session: AsyncSession, negotiation_id: int, *, before: int | None, limit: int) -> list[Listed]:
    """Sources, the newest on file first: those quoted in a negotiation, and those quoted nowhere yet."""
    ours = and_(Position.negotiation_id == negotiation_id, Position.status != PositionStatus.RETRACTED)
    counts = (
        select(
            Quote.source_id,
            func.count(Quote.id.distinct())
            .filter(ours, Position.status == PositionStatus.PUBLISHED)
            .label("published"),
            func.count(Quote.id.distinct()).filter(ours, Position.status == PositionStatus.DRAFT).label("drafts"),
        )
        .join(PositionQuote, PositionQuote.quote_id == Quote.id)
        .join(Position, Position.id == PositionQuote.position_id)
        .group_by(Quote.source_id)
        .subquery()
    )
    has_text = select(SourceText.id).where(SourceText.source_id == Source.id).exists()
    wanted = (
        select(Source, has_text, func.coalesce(counts.c.published, 0), func.coalesce(counts.c.drafts, 0))
        .outerjoin(counts, counts.c.source_id == Source.id)
        .where(or_(counts.c.source_id.is_(None), counts.c.published + counts.c.drafts > 0))
        .order_by(Source.id.desc())
        .limit(limit)
    )
    rows = await session.execute(wanted.where(Source.id < before) if before else wanted)
    return [Listed(*row) for row in rows]


async def positions_from(session: AsyncSession, at: Moment, negotiation_id: int, source_id: int) -> list[PositionView]:
    """The positions of a negotiation, drafts too, that rest on quotes of a source."""
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


async def people(session: AsyncSession, book: CodeBook) -> Sequence[Person]:
    """The parties of a negotiation and who speaks for anybody, with all their names."""
    rows = await session.execute(
        select(Speaker, Party.slug).outerjoin(Party, Party.id == Speaker.party_id).where(Speaker.name.is_not(None))
    )
    here = party_views(book)
    gone = {p.slug for p in here if p.merged_into}  # their names and speakers are the other's, too
    speakers = [Person((s.name, *s.aliases), s.name, slug) for s, slug in rows if s.name and slug not in gone]
    parties = [
        Person(tuple(filter(None, [p.name, p.short_name, *p.aliases])), None, p.slug)
        for p in here
        if p.slug not in gone
    ]
    return speakers + parties
