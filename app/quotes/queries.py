"""Query quotes on their own: a quote stays available after its removal from a position."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.engine import among
from app.db.prepared import Prepared
from app.log.entry import snapshot as row_snapshot
from app.log.reader import AT, NUMBERS, Moment, held_by_id, moment_about, newest_about
from app.models.log import PositionPeriod, QuoteUse
from app.models.position import Position
from app.models.source import Quote, QuoteCheck, SourceText
from app.models.vocabulary import Verification
from app.negotiations.code_book import is_invented
from app.positions.names_at_moment import NamesAtMoment, checks_at, learn
from app.positions.presenter import quote_view
from app.positions.views import QuoteView
from app.sources.page_numbers import page_at

USES = Prepared(
    lambda: (
        select(QuoteUse.quote_id, QuoteUse.position_id)
        .where(QuoteUse.quote_id == any_(bindparam("quotes", type_=NUMBERS)), QuoteUse.seq <= AT)
        .order_by(QuoteUse.seq, QuoteUse.position_id)
    )
)


async def uses_of_quotes(
    session: AsyncSession, at: Moment, quotes: Collection[int]
) -> dict[int, list[int]]:
    """Return the positions that each of these quotes had been public with by then, by number."""
    rows = await USES.all(session, quotes=list(quotes), at=at.seq)
    found: dict[int, list[int]] = {number: [] for number in quotes}
    for quote, position in rows:
        found[quote].append(position)
    return found


def _changes_of_uses(seq: Any, quote: Any) -> Any:
    """Select the positions that a quote has been public with, each with its last change."""
    last = (
        select(func.max(PositionPeriod.seq_from))
        .where(PositionPeriod.position_id == QuoteUse.position_id, PositionPeriod.seq_from <= seq)
        .scalar_subquery()
    )
    in_order = aggregate_order_by(
        array([QuoteUse.position_id, last]), QuoteUse.seq, QuoteUse.position_id
    )
    return (
        select(func.array_agg(in_order, type_=ARRAY(BigInteger, dimensions=2)))
        .where(QuoteUse.quote_id == quote, QuoteUse.seq <= seq)
        .scalar_subquery()
    )


QUOTE = bindparam("quote", type_=BigInteger)
CHANGES_OF_USES = Prepared(lambda: select(_changes_of_uses(AT, QUOTE)))
NEWEST_AND_USES = newest_about(_changes_of_uses)
Changes = tuple[tuple[int, int], ...]  # positions, each with its last change


async def changes_of_uses(session: AsyncSession, at: Moment, quote_id: int) -> Changes:
    """Return the positions that a quote has been public with, each with its last change."""
    return _changes(await CHANGES_OF_USES.one(session, quote=quote_id, at=at.seq))


async def newest_and_uses(session: AsyncSession, quote_id: int) -> tuple[Moment, Changes]:
    """Return the newest public moment, and what has changed of a quote by then."""
    at, found = await moment_about(session, NEWEST_AND_USES, quote_id)
    return at, _changes(found)


def _changes(found: Sequence[Any]) -> Changes:
    return tuple((position, last) for position, last in found[0] or ())


async def quotes_as_held(
    session: AsyncSession, at: Moment, quotes: Sequence[Quote]
) -> list[QuoteView]:
    """Return quotes with the names and check results of a moment."""
    rows = [{"id": q.id, **row_snapshot(q)} for q in quotes]
    names = NamesAtMoment()
    await learn(session, at, names, [], rows)
    return [quote_view(r, names) for r in rows]


async def get_quote(
    session: AsyncSession, at: Moment, quote_id: int, *, drafts: bool = False
) -> tuple[QuoteView, list[int]]:
    """Return a quote, and the ids of the positions with which it had been public by then.

    Raises NotFound for a quote that had not been public, or, with `drafts`, not recorded.
    """
    quote = await session.get(Quote, quote_id)
    uses = (await uses_of_quotes(session, at, [quote_id]))[quote_id]
    # Every quote is checked when it is recorded, so a check shows that it existed.
    known = uses or (drafts and await checks_at(session, at, [quote_id]))
    if quote is None or not known:
        raise NotFound(
            f"There is no quote {quote_id}" + (" at that instant." if at.pinned else ".")
        )
    [view] = await quotes_as_held(session, at, [quote])
    return view, uses


async def is_of_invented(session: AsyncSession, at: Moment, positions: Collection[int]) -> bool:
    """Tell whether any of these positions is one of a negotiation made up for practice."""
    numbers = await session.scalars(
        select(Position.negotiation_id).where(among(Position.id, positions)).distinct()
    )
    held = await held_by_id(session, at, "negotiation", set(numbers))
    return any(is_invented(n) for n in held.values())


async def is_source_of_invented(session: AsyncSession, at: Moment, source_id: int) -> bool:
    """Tell whether the first quote of a source is used in a negotiation made up for practice."""
    first = await public_quotes_of(session, at, source_id, after=0, limit=1)
    uses = await uses_of_quotes(session, at, [q.id for q in first])
    return await is_of_invented(session, at, [p for found in uses.values() for p in found])


PAGES = Prepared(
    lambda: (
        select(SourceText.pages, QuoteCheck.start)
        .select_from(QuoteCheck)
        .join(SourceText, SourceText.id == QuoteCheck.text_id)
        .where(QuoteCheck.quote_id == bindparam("quote", type_=BigInteger), QuoteCheck.seq <= AT)
        .order_by(QuoteCheck.seq.desc())
        .limit(1)
    )
)


async def page_of(session: AsyncSession, at: Moment, quote_id: int) -> int | None:
    """Return the page of its source on which a quote begins.

    None if the text that it was checked against has no known pages.
    """
    rows = await PAGES.all(session, quote=quote_id, at=at.seq)
    return page_at(rows[0].pages, rows[0].start) if rows else None


async def words_in_text(session: AsyncSession, at: Moment, quote: QuoteView) -> list[str]:
    """Return the words of each segment as in the text in which the quote was found.

    Empty if that text is not available.
    """
    if quote.verification != Verification.VERIFIED or quote.redacted or not quote.segments:
        return []
    newest = (
        select(QuoteCheck.text_id)
        .where(QuoteCheck.quote_id == quote.id, QuoteCheck.seq <= at.seq)
        .order_by(QuoteCheck.seq.desc())
        .limit(1)
    )
    segments = [
        func.substr(SourceText.text, start + 1, end - start) for start, end in quote.segments
    ]
    whole = SourceText.redacted_at.is_(None)
    found = await session.execute(
        select(*segments).where(SourceText.id == newest.scalar_subquery(), whole)
    )
    row = found.one_or_none()
    return list(row) if row else []


async def public_quotes_of(
    session: AsyncSession, at: Moment, source_id: int, *, after: int, limit: int
) -> list[Quote]:
    """Return quotes of a source that had been public by then, with ids above `after`."""
    used = select(QuoteUse.quote_id).where(QuoteUse.seq <= at.seq)
    wanted = select(Quote).where(Quote.source_id == source_id, Quote.id > after, Quote.id.in_(used))
    return list(await session.scalars(wanted.order_by(Quote.id).limit(limit)))
