"""Store a text by command, and check quotes against the newest text of their source."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Invalid, NotFound
from app.log.writer import writing
from app.models.position import Position, PositionQuote
from app.models.source import Quote, QuoteCheck, Source, SourceText
from app.models.vocabulary import PositionStatus, Verification
from app.sources import actions, queries
from app.sources.extraction.process import UnreadableFile, extract, reading
from app.sources.page_numbers import read_pages, write_pages
from app.sources.schemas import Text
from app.sources.urls import check_url, same_document_key

TEXT: TypeAdapter[str] = TypeAdapter(Text)
SHOWN = 80  # characters of a quote in a line of output


@dataclass(slots=True)
class Verified:
    """Result of checking quotes again: counts by result, and a line for each failure."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return counted(self.counts)


def counted(counts: Counter[str]) -> str:
    """Summarise the results of checks, as in "12 quotes: 10 verified, 2 mismatch"."""
    total = sum(counts.values())
    results = ", ".join(f"{counts[v]:,} {v}" for v in Verification if counts[v])
    return f"{total:,} quote{'s' if total != 1 else ''}{f': {results}' if results else ''}"


async def source_named(session: AsyncSession, name: str) -> Source:
    """Return the source with this number or address, locked for update.

    Raises NotFound if there is none, and Invalid if the name is neither.
    """
    if name.isascii() and name.isdecimal() and len(name) < 19:
        return await queries.get_source(session, int(name), lock=True)
    try:
        found = await queries.find_source_at(session, same_document_key(check_url(name)))
    except ValueError as error:
        raise Invalid(
            f"{name!r} is neither the number of a source nor an address: it {error}"
        ) from None
    if found is None:
        raise NotFound(f"There is no source at {name}.")
    return await queries.get_source(session, found.id, lock=True)


async def put_file(
    session: AsyncSession, name: str, data: bytes, now: datetime, *, filename: str = ""
) -> tuple[str, list[str]]:
    """Store the text of a file for a source, read as the upload form reads it.

    Returns a summary line, and a line for each quote that does not match. Raises Invalid if the
    file cannot be read.
    """
    try:
        found = await extract(data, filename)
        text = TEXT.validate_python(found.text)
    except UnreadableFile as error:
        raise Invalid(error.detail) from None
    except ValidationError as error:
        raise Invalid(
            f"The text {error.errors()[0]['msg'].removeprefix('Value error, ')}."
        ) from None
    pages, seams = (read_pages(write_pages(n, text), text) for n in (found.pages, found.seams))
    row = await source_named(session, name)
    async with writing(session, by=None, now=now) as log:
        changed = await actions.put_text(log, row, text, pages=pages, seams=seams)
    quotes = await queries.list_quotes(session, row.id)
    checks = await queries.newest_checks(session, [q.id for q in quotes])
    results = Counter(checks[q.id].verification for q in quotes)
    wrong = [
        _line(q, checks[q.id].verification) for q in quotes if checks[q.id].verification in _WRONG
    ]
    what = f"{len(text):,} characters saved" if changed else "this text was already saved"
    return f"Source {row.id}, {row.title}: {reading(found)}; {what}. {counted(results)}.", wrong


_WRONG = (Verification.MISMATCH, Verification.AMBIGUOUS)


async def verify_quotes(
    session: AsyncSession,
    negotiation_id: int | None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Verified:
    """Check all quotes of positions that are not retracted again; nothing is written.

    Limited to one negotiation if given. Failures are: a published quote that does not occur in its
    text; a quote that was verified and now is not, or is found elsewhere; a text whose checksum
    differs from the stored one.
    """
    wanted = (
        select(Quote, Position.status)
        .join(PositionQuote, PositionQuote.quote_id == Quote.id)
        .join(Position, Position.id == PositionQuote.position_id)
        .where(Position.status != PositionStatus.RETRACTED, Quote.redacted.is_(None))
        .order_by(Quote.source_id, Quote.id)
    )
    if negotiation_id is not None:
        wanted = wanted.where(Position.negotiation_id == negotiation_id)
    uses: dict[int, tuple[Quote, set[str]]] = {}
    for quote, status in await session.execute(wanted):
        uses.setdefault(quote.id, (quote, set()))[1].add(status)
    recorded = await queries.newest_checks(session, uses)
    verified, saved_text, source_id = Verified(), None, 0
    for n, (quote, statuses) in enumerate(uses.values(), 1):
        if quote.source_id != source_id:  # one text at a time: all of them may not fit into memory
            source_id = quote.source_id
            saved_text = (await queries.newest_texts(session, [source_id])).get(source_id)
            verified.failed += _tampered(saved_text)
        check = await actions.check_quote(quote, saved_text)
        before = recorded.get(quote.id)
        attested = (
            before is not None
            and before.verification == Verification.ATTESTED
            and saved_text is None
        )
        verified.counts[Verification.ATTESTED if attested else check.verification] += 1
        published = PositionStatus.PUBLISHED in statuses
        if _failed(before, check, published):
            verified.failed.append(_line(quote, check.verification))
        progress(n, len(uses))
    return verified


async def record_results(session: AsyncSession, negotiation_id: int | None, now: datetime) -> int:
    """Check every source's quotes again and record the results that changed, including links.

    Returns the number of sources with changes.
    """
    wanted = select(Quote.source_id).join(SourceText, SourceText.source_id == Quote.source_id)
    if negotiation_id is not None:
        wanted = (
            wanted.join(PositionQuote, PositionQuote.quote_id == Quote.id)
            .join(Position, Position.id == PositionQuote.position_id)
            .where(Position.negotiation_id == negotiation_id)
        )
    recorded = 0
    async with writing(session, by=None, now=now) as log:
        for number in sorted(set(await session.scalars(wanted.distinct()))):
            row = await queries.get_source(session, number, lock=True)
            texts = await queries.newest_texts(session, [number])
            if saved_text := texts.get(number):
                before = row.version
                await actions.recheck(log, row, saved_text, only_news=True)
                recorded += row.version > before
                session.expunge(saved_text)  # all texts may not fit into memory
    return recorded


def _failed(before: QuoteCheck | None, now: QuoteCheck, published: bool) -> bool:
    if now.verification == Verification.MISMATCH and published:
        return True
    if before is None or before.verification != Verification.VERIFIED:
        return False
    return now.verification != Verification.VERIFIED or (before.start, before.end) != (
        now.start,
        now.end,
    )


def _tampered(saved_text: SourceText | None) -> list[str]:
    if saved_text is None or saved_text.redacted_at is not None:
        return []
    if hashlib.sha256(saved_text.text.encode("utf-8")).hexdigest() == saved_text.sha256:
        return []
    return [
        f"source {saved_text.source_id}: its text is not the one that was saved: "
        "the checksum differs"
    ]


def _line(quote: Quote, verification: str) -> str:
    words = " ".join(quote.exact.split())
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    return f"quote {quote.id}, source {quote.source_id}: {verification}: “{shown}”"
