"""Write sources and their texts, and check quotes against these texts."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import dates
from app.core.errors import Conflict, Fault, Invalid
from app.db.engine import one_at_a_time
from app.log.writer import Log
from app.models.source import Quote, QuoteCheck, Source, SourceText
from app.models.vocabulary import Verification
from app.sources import queries
from app.sources.matching.anchor import QuoteMatch, check
from app.sources.page_numbers import page_at
from app.sources.text_fragments import find_words
from app.sources.urls import same_document_key

T = TypeVar("T")
LONG = 20_000  # characters; a check of more runs in a thread, so that the event loop stays free
RESULT = (
    "verification", "text_id", "start", "end", "segments", "prefix", "suffix", "fragment", "page",
)  # fmt: skip


async def add_source(
    log: Log,
    *,
    text: str | None = None,
    pages: list[int] | None = None,
    seams: list[int] | None = None,
    action: str = "published",
    **fields: Any,
) -> Source:
    """Save a new source, with its text if there is one.

    Raises Conflict if another source has the same address or if the text was redacted, and Invalid
    if a date lies in the future.
    """
    session = log.session
    _refuse_days_to_come(fields, log)
    fields["url_key"] = await _free_key(session, fields.get("url"))
    row = Source(**fields)
    session.add(row)
    await session.flush()
    if text is not None:
        await _add_text(log, row, text, pages, seams)
    await log.record(row, action)
    return row


async def amend_source(
    log: Log,
    row: Source,
    fields: dict[str, Any],
    *,
    text: str | None = None,
    reason: str | None,
) -> bool:
    """Change the stored fields of a source, and check its quotes again if it gets a new text.

    The checks are recorded in a log entry of their own. Returns whether anything changed.
    """
    _refuse_days_to_come(fields, log)
    if fields.get("url", row.url) != row.url:
        fields["url_key"] = await _free_key(log.session, fields["url"], of=row)
    changed = await log.amend(row, fields, reason=reason)
    if text is not None:
        changed |= await put_text(log, row, text, reason=reason)
    return changed


async def put_text(
    log: Log,
    row: Source,
    text: str,
    *,
    pages: list[int] | None = None,
    seams: list[int] | None = None,
    reason: str | None = None,
) -> bool:
    """Store a new text of a source and check every quote of the source against it.

    Returns False, and stores nothing, if it equals the newest stored text. Raises Conflict if the
    text was redacted.
    """
    if tombstone := (row.redacted or {}).get("text"):
        raise Conflict(
            f"The text of this source was redacted and cannot be saved again: {tombstone['reason']}"
        )
    there = (await queries.newest_texts(log.session, [row.id])).get(row.id)
    if there is not None and there.text == text:
        return False
    n = there.n + 1 if there else 1
    saved_text = await _add_text(log, row, text, pages, seams, n=n)
    await recheck(log, row, saved_text, reason=reason)
    return True


async def recheck(
    log: Log,
    row: Source,
    saved_text: SourceText,
    *,
    reason: str | None = None,
    only_news: bool = False,
) -> list[QuoteCheck]:
    """Check every quote of a source against a text and record the results.

    The record is one log entry of the source. Redacted quotes are left out. `only_news`: record
    nothing if all results equal the last recorded ones.
    """
    quotes = [q for q in await queries.list_quotes(log.session, row.id) if q.redacted is None]
    before = await queries.newest_checks(log.session, [q.id for q in quotes])
    found = [await check_quote(q, saved_text) for q in quotes]
    news = [c for c in found if c.quote_id not in before or not _same(before[c.quote_id], c)]
    if only_news and not news:
        return found
    row.version += 1
    log.checks += news
    results = [{"quote": c.quote_id, "verification": c.verification} for c in news]
    await log.record(row, "checked", reason=reason, extra={"checks": results})
    return found


async def check_quote(quote: Quote, saved_text: SourceText | None) -> QuoteCheck:
    """Check one quote against a text, or record that no text is stored."""
    text = saved_text.text if saved_text else None
    work = partial(_check_and_point, saved_text.seams if saved_text else None)
    found, fragment = await _unless_quick(work, text, quote.exact, quote.prefix, quote.suffix)
    return QuoteCheck(
        quote_id=quote.id,
        verification=found.verification,
        text_id=saved_text.id if saved_text else None,
        start=found.start,
        end=found.end,
        segments=[list(s) for s in found.segments] if found.segments else None,
        prefix=found.prefix if found.verification == Verification.VERIFIED else quote.prefix,
        suffix=found.suffix if found.verification == Verification.VERIFIED else quote.suffix,
        fragment=fragment or "",
        page=page_at(saved_text.pages, found.start) if saved_text else None,
    )


async def check_text(
    text: str | None, exact: str, prefix: str | None, suffix: str | None
) -> QuoteMatch:
    """Check words against a text, in a thread if they are long, so that no other request waits."""
    return await _unless_quick(check, text, exact, prefix, suffix)


async def _unless_quick(
    work: Callable[..., T], text: str | None, exact: str, prefix: str | None, suffix: str | None
) -> T:
    if text is not None and sum(map(len, filter(None, (text, exact, prefix, suffix)))) > LONG:
        return await anyio.to_thread.run_sync(work, text, exact, prefix, suffix)
    return work(text, exact, prefix, suffix)


def _check_and_point(
    seams: list[int] | None, text: str | None, exact: str, prefix: str | None, suffix: str | None
) -> tuple[QuoteMatch, str | None]:
    found = check(text, exact, prefix, suffix)
    return found, find_words(found, text, exact, seams)


def _same(one: QuoteCheck, other: QuoteCheck) -> bool:
    return all(getattr(one, n) == getattr(other, n) for n in RESULT)


def _refuse_days_to_come(fields: Mapping[str, Any], log: Log) -> None:
    faults = [
        Fault(f"/{name}", "has not yet begun anywhere on earth")
        for name in ("published_on", "accessed_on")
        if fields.get(name) and dates.not_begun(dates.parse(fields[name]), log.now)
    ]
    if faults:
        raise Invalid("The source was not saved.", *faults)


async def _free_key(session: AsyncSession, url: str | None, of: Source | None = None) -> str | None:
    if url is None:
        return None
    key = same_document_key(url)
    await one_at_a_time(session, f"source {key}")
    there = await queries.find_source_at(session, key)
    if there is not None and there is not of:
        raise Conflict(
            f"This web address is already in Parley, as source {there.id}: {there.title}",
            extra={"source": {"id": there.id, "url": there.url, "title": there.title}},
        )
    return key


async def _add_text(
    log: Log,
    row: Source,
    text: str,
    pages: list[int] | None,
    seams: list[int] | None,
    n: int = 1,
) -> SourceText:
    session = log.session
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if await queries.was_redacted(session, row.id, digest):
        raise Conflict("Part of this text was redacted. It cannot be saved again as it was.")
    saved_text = SourceText(
        source_id=row.id, n=n, sha256=digest, text=text, pages=pages, seams=seams, added_at=log.now
    )
    session.add(saved_text)
    row.text_sha256 = digest
    await session.flush()
    return saved_text
