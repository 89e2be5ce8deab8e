"""Find the contexts of other quotes that hold words to be redacted, and what may stay of them.

A context is the prefix and the suffix of a quote.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.source import Quote, QuoteCheck
from app.redaction.search_conditions import mentions
from app.redaction.subject import Context
from app.redaction.word_match import Span, Wording

Pair = tuple[str | None, str | None]


async def find_contexts(
    session: AsyncSession,
    wording: Wording | None,
    *,
    source_id: int,
    but: Iterable[int],
    spans: Mapping[int | None, Sequence[Span]],
) -> list[Context]:
    """Find contexts of all quotes except those in `but` that have to lose words.

    Searched are quotes of the same source, and quotes that share words with the text to be
    redacted. `spans` says where that text is in each stored text, by its id (None: in a text that
    was never stored here). Without `wording`, all texts of the source go, and with them every
    context that was filled from them.
    """
    others = and_(Quote.id.not_in(list(but)), Quote.redacted.is_(None))
    checks = await session.execute(
        select(QuoteCheck, Quote.source_id)
        .join(Quote, Quote.id == QuoteCheck.quote_id)
        .where(others, _near(QuoteCheck, wording, source_id))
        .order_by(QuoteCheck.quote_id, QuoteCheck.seq)
    )
    found = []
    for check, of in checks:
        there = spans.get(check.text_id, ()) if of == source_id else ()
        left = _within(_left(check, wording), check, there)
        if left != _beside(check):
            found.append(Context(check.quote_id, of, check.seq, *left))
    given = await session.scalars(
        select(Quote).where(others, _near(Quote, wording, source_id)).order_by(Quote.id)
    )
    for quote in given:
        left = _left(quote, wording)
        if left != _beside(quote):
            found.append(Context(quote.id, quote.source_id, None, *left))
    return found


def _near(
    row: type[Quote] | type[QuoteCheck], wording: Wording | None, source_id: int
) -> ColumnElement[bool]:
    """Select rows with a context that are of the source or share words with what has to go."""
    there = or_(func.coalesce(row.prefix, "") != "", func.coalesce(row.suffix, "") != "")
    here = Quote.source_id == source_id
    if wording is None:
        return and_(there, here)
    return and_(there, or_(here, mentions(row.prefix, wording), mentions(row.suffix, wording)))


def _beside(row: Quote | QuoteCheck) -> Pair:
    return row.prefix, row.suffix


def _left(row: Quote | QuoteCheck, wording: Wording | None) -> Pair:
    """Return what may stay of prefix and suffix, judged by the words themselves."""
    prefix = row.prefix and wording and wording.left_before(row.prefix)
    suffix = row.suffix and wording and wording.left_after(row.suffix)
    return prefix or (row.prefix and None), suffix or (row.suffix and None)


def _within(left: Pair, check: QuoteCheck, spans: Sequence[Span]) -> Pair:
    """Keep of prefix and suffix what is nearer to the quote than the spans that have to go."""
    prefix, suffix = left
    if check.start is None or check.end is None:
        return left
    for first, last in spans:
        if first < check.start and prefix:
            prefix = prefix[max(len(prefix) - max(check.start - last, 0), 0) :] or None
        if last > check.end and suffix:
            suffix = suffix[: max(first - check.end, 0)] or None
    return prefix, suffix
