"""Find where the program has stored what a redaction is about."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import anyio.to_thread
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.core.errors import NotFound
from app.db.engine import among
from app.models.log import Commit, QuoteUse, Revision
from app.models.position import Position, PositionQuote
from app.models.proposal import Proposal
from app.models.source import Quote, QuoteCheck, Source, SourceText
from app.redaction.contexts import find_contexts
from app.redaction.kept_answers import count_answers
from app.redaction.proposals import find_proposals
from app.redaction.release_packages import find_releases
from app.redaction.subject import AffectedRecords, Context, Subject
from app.redaction.word_match import Span, Wording


async def touched(session: AsyncSession, subject: Subject) -> AffectedRecords:
    """Find every place where the subject is stored; raise NotFound if it does not exist."""
    found = await _FIND[subject.what](session, subject)
    if found.redacted:
        return found
    proposals = await find_proposals(session, subject, found.wording, found.source_id)
    rows = await session.scalars(select(Proposal.uid).where(among(Proposal.id, proposals)))
    uids = [*found.uids, *map(str, rows)]
    return replace(found, proposals=proposals, uids=uids)


async def _quote(session: AsyncSession, subject: Subject) -> AffectedRecords:
    quote = await session.get(Quote, subject.number)
    if quote is None:
        raise NotFound(f"There is no quote {subject.number}.")
    words = [w for w in (quote.exact, quote.translation) if w]
    if quote.redacted is not None:
        return AffectedRecords(words, True, [str(quote.uid)], source_id=quote.source_id)
    copies = await _copies(session, quote)
    quotes = [quote.id, *(q.id for q in copies)]
    holders = await _revisions(session, or_(*(_quotes(number) for number in quotes)))
    said = Wording((quote.exact,))
    texts = await _places(session, quote, quotes, said)
    spans: dict[int | None, Sequence[Span]] = {None: await _spans_elsewhere(session, quotes)}
    spans.update(texts.items())
    contexts = await find_contexts(
        session, said, source_id=quote.source_id, but=quotes, spans=spans
    )
    users = await _users(session, contexts)
    own, beside = [str(q.uid) for q in (quote, *copies)], await _uids(session, users)
    return AffectedRecords(
        words,
        False,
        [*own, *beside],
        holders=holders,
        quotes=quotes,
        source_id=quote.source_id,
        texts=texts,
        contexts=contexts,
        users=users,
        releases=await find_releases(session, subject.what, own, said),
        answers=await count_answers(session, [*own, *beside], words),
    )


async def _source(session: AsyncSession, subject: Subject) -> AffectedRecords:
    source = await _get_source(session, subject)
    data = (source.title, source.url, source.reference, source.author, source.archive_url)
    words, uids = [w for w in data if w], [str(source.uid)]
    if "data" in (source.redacted or {}):
        return AffectedRecords(words, True, uids, source_id=source.id)
    return AffectedRecords(
        words,
        False,
        uids,
        holders=await _revisions(
            session, Revision.kind == "source", Revision.object_id == source.id
        ),
        source_id=source.id,
        releases=await find_releases(session, subject.what, uids, Wording(tuple(words))),
        answers=await count_answers(session, uids, words),
    )


async def _text(session: AsyncSession, subject: Subject) -> AffectedRecords:
    source = await _get_source(session, subject)
    uids = [str(source.uid)]
    if "text" in (source.redacted or {}):
        return AffectedRecords([], True, uids, source_id=source.id)
    texts = select(func.count()).where(SourceText.source_id == source.id, SourceText.text != "")
    contexts = await find_contexts(session, None, source_id=source.id, but=(), spans={})
    users = await _users(session, contexts)
    quotes = await session.scalars(
        select(Quote.uid).where(among(Quote.id, {c.quote_id for c in contexts}))
    )
    beside = [str(uid) for uid in quotes]
    uids = await _uids(session, users)
    return AffectedRecords(
        [],
        False,
        uids,
        source_id=source.id,
        whole_texts=await session.scalar(texts) or 0,
        contexts=contexts,
        users=users,
        releases=await find_releases(session, subject.what, beside, Wording(())),
        answers=await count_answers(session, uids, ()),
    )


async def _summary(session: AsyncSession, subject: Subject) -> AffectedRecords:
    named = await _version(session, subject)
    said = (named.snapshot or {})["summary"]
    if not said:
        return AffectedRecords([], True, [])
    # Corrections of other fields copy the summary into new versions, and so does recording the
    # position anew under another party.
    chain = await _chain(session, {subject.number})
    versions = await _revisions(
        session, Revision.kind == "position", among(Revision.object_id, chain)
    )
    holders = [r for r in versions if r.snapshot and r.snapshot["summary"] == said]
    return await _of_positions(session, subject, said, holders)


async def _reason(session: AsyncSession, subject: Subject) -> AffectedRecords:
    named = await _version(session, subject)
    if not named.reason:
        return AffectedRecords([], True, [])
    # One commit has one reason, recorded with every object that it changed. An import is one commit
    # of many acts with a reason each.
    batch = await session.scalar(select(Commit.batch).where(Commit.seq == named.seq))
    same = await _revisions(session, Revision.seq == named.seq, Revision.reason.is_not(None))
    holders = [r for r in same if batch != "import" or r.reason == named.reason]
    return await _of_positions(session, subject, named.reason, holders)


async def _of_positions(
    session: AsyncSession, subject: Subject, said: str, holders: Sequence[Revision]
) -> AffectedRecords:
    uids = list(
        dict.fromkeys(r.snapshot["uid"] for r in holders if r.kind == "position" and r.snapshot)
    )
    words = list(
        dict.fromkeys([said, *(r.reason or "" for r in holders if subject.what == "reason")])
    )
    return AffectedRecords(
        words,
        False,
        uids,
        holders=holders,
        releases=await find_releases(session, subject.what, uids, Wording(tuple(words))),
        answers=await count_answers(session, uids, words),
    )


async def _get_source(session: AsyncSession, subject: Subject) -> Source:
    source = await session.get(Source, subject.number)
    if source is None:
        raise NotFound(f"There is no source {subject.number}.")
    return source


async def _version(session: AsyncSession, subject: Subject) -> Revision:
    here = (
        Revision.kind == "position",
        Revision.object_id == subject.number,
        Revision.version == subject.version,
    )
    [*found] = await _revisions(session, *here)
    if not found or found[0].snapshot is None:
        raise NotFound(f"There is no version {subject.version} of position {subject.number}.")
    return found[0]


async def revisions_of(session: AsyncSession, positions: Iterable[int]) -> list[Revision]:
    """List every version of these positions, drafts included, oldest first."""
    return await _revisions(
        session, Revision.kind == "position", among(Revision.object_id, positions)
    )


async def _revisions(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Revision]:
    wanted = select(Revision).where(*conditions).order_by(Revision.seq, Revision.n)
    return list(await session.scalars(wanted.execution_options(populate_existing=True)))


def _quotes(number: int) -> Any:
    """Build a condition on Revision: the position has this quote."""
    return (Revision.kind == "position") & Revision.snapshot.contains({"quotes": [{"id": number}]})


async def _chain(session: AsyncSession, positions: set[int]) -> set[int]:
    """Add the positions that the program copied from or to these under other parties."""
    made_of = Revision.snapshot["recoded_from"].as_integer()
    rows = await session.execute(
        select(Revision.object_id, made_of).where(
            Revision.kind == "position", Revision.snapshot.has_key("recoded_from")
        )
    )
    pairs = [(of, number) for number, of in rows]
    found, before = set(positions), set[int]()
    while found != before:
        before = set(found)
        found |= {n for pair in pairs if found & set(pair) for n in pair}
    return found


async def _copies(session: AsyncSession, quote: Quote) -> list[Quote]:
    """Return copies of the quote that the program recorded anew under another party.

    A copy has the same words and the same source.
    """
    same = select(Quote).where(
        Quote.source_id == quote.source_id, Quote.exact == quote.exact, Quote.id != quote.id
    )
    others = list(await session.scalars(same.order_by(Quote.id)))
    if not others:
        return []
    own = {r.object_id for r in await _revisions(session, _quotes(quote.id))}
    there = await revisions_of(session, await _chain(session, own) - own)
    copied = {q["id"] for r in there for q in (r.snapshot or {}).get("quotes", ())}
    return [q for q in others if q.id in copied]


async def _places(
    session: AsyncSession, quote: Quote, quotes: Sequence[int], said: Wording
) -> dict[int, list[Span]]:
    """Return where the words are in each stored text of their source, by the text's id.

    These are the places where they were verified, and all others where they occur.
    """
    checks = await session.execute(
        select(QuoteCheck.text_id, QuoteCheck.segments).where(
            QuoteCheck.quote_id.in_(quotes),
            QuoteCheck.segments.is_not(None),
            QuoteCheck.text_id.is_not(None),
        )
    )
    checked: dict[int, set[Span]] = {}
    for text_id, segments in checks:
        checked.setdefault(text_id or 0, set()).update((a, b) for a, b in segments or ())
    stored = await session.stream_scalars(
        select(SourceText)
        .where(SourceText.source_id == quote.source_id, SourceText.text != "")
        .order_by(SourceText.n)
        .options(undefer(SourceText.text))
        .execution_options(yield_per=1)
    )
    found: dict[int, list[Span]] = {}
    async for text in stored:
        spans = checked.get(text.id, set()) | set(
            await anyio.to_thread.run_sync(said.places, text.text)
        )
        if spans:
            found[text.id] = sorted(spans)
        session.expunge(text)
    return found


async def _spans_elsewhere(session: AsyncSession, quotes: Sequence[int]) -> list[Span]:
    """Return where the words are in a text that was never stored here, as an import has stated."""
    rows = await session.scalars(
        select(QuoteCheck.segments).where(
            QuoteCheck.quote_id.in_(quotes),
            QuoteCheck.segments.is_not(None),
            QuoteCheck.text_id.is_(None),
        )
    )
    return sorted({(a, b) for segments in rows for a, b in segments or ()})


async def _users(session: AsyncSession, contexts: Sequence[Context]) -> frozenset[int]:
    """Return the positions that have, or had in public, a quote whose context is trimmed.

    For contexts that were given with the quote, these are all positions that ever had it.
    """
    quotes = {c.quote_id for c in contexts}
    if not quotes:
        return frozenset()
    now = select(PositionQuote.position_id).where(among(PositionQuote.quote_id, quotes))
    before = select(QuoteUse.position_id).where(among(QuoteUse.quote_id, quotes))
    given = {c.quote_id for c in contexts if c.seq is None}
    ever = await _revisions(session, or_(*map(_quotes, given))) if given else []
    return frozenset(
        {*await session.scalars(now), *await session.scalars(before), *(r.object_id for r in ever)}
    )


async def _uids(session: AsyncSession, positions: Iterable[int]) -> list[str]:
    rows = await session.scalars(
        select(Position.uid).where(among(Position.id, positions)).order_by(Position.id)
    )
    return [str(uid) for uid in rows]


_FIND: Mapping[str, Callable[[AsyncSession, Subject], Awaitable[AffectedRecords]]] = {
    "quote": _quote,
    "source": _source,
    "text": _text,
    "summary": _summary,
    "reason": _reason,
}
