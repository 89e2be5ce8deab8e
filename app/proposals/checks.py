"""Check what is proposed by the code that checks an editor's work, and undo what that writes."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.errors import DomainError, Fault, Invalid, NotFound, invalid
from app.db.engine import among
from app.log.reader import moment
from app.log.writer import Log
from app.models.negotiation import Negotiation, Speaker
from app.models.position import Position, PositionQuote
from app.models.proposal import Proposal
from app.models.source import Quote, Source
from app.models.vocabulary import PositionStatus, ProposalKind
from app.negotiations.code_book import code_book, party_views
from app.negotiations.queries import get_negotiation, get_negotiation_by_id
from app.positions.actions import Examined, examine
from app.positions.merge_patch import merge
from app.positions.presenter import views
from app.positions.queries import get_position, get_version
from app.positions.schemas import NewQuote, PositionContent
from app.positions.views import PositionView
from app.proposals.queries import list_waiting_on
from app.proposals.schemas import ProposalInput, ProposedCorrection, ProposedPosition
from app.proposals.second_look import Look, Words, folded, hint, same_words, second_look
from app.sources.actions import add_source
from app.sources.candidates import candidates
from app.sources.people import people
from app.sources.queries import find_sources, newest_texts
from app.sources.speakers_in_text import Person
from app.sources.urls import same_document_key

HEAD = 400  # characters of a text: its headline and by-line


@dataclass(frozen=True, slots=True)
class Checked:
    """What a proposal is about, as far as it could be saved, and what a second look is worth."""

    negotiation_id: int | None
    party_id: int | None
    issue_id: int | None
    source_ids: list[int]
    fingerprint: str
    warnings: list[Fault]
    position: Position | None = None  # the one that is to be corrected


@asynccontextmanager
async def undone(session: AsyncSession) -> AsyncIterator[None]:
    """Undo at its end whatever the block has written."""
    savepoint = await session.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()


async def check(
    session: AsyncSession, viewer: Viewer, sent: ProposalInput, *, now: datetime
) -> Checked:
    """Check a proposal as if its proposer saved it now; raise what an editor would be told."""
    async with undone(session):
        log = Log(session, viewer.name, now)
        fixed = await _with_source(log, sent)
        if sent.kind == ProposalKind.SOURCE:
            return await _source(session, sent)
        if sent.correction is not None:
            return await _correction(log, viewer, sent.correction, fixed)
        if sent.position is None:
            raise RuntimeError("the model lets nothing else pass")
        return await _position(log, viewer, sent.position, fixed)


def content(position: ProposedPosition, source_id: int | None) -> PositionContent:
    """Return the content of a proposed position, its quotes taken from `source_id` by default."""
    given = {
        n: getattr(position, n)
        for n in PositionContent.model_fields
        if n in position.model_fields_set and n != "quotes"
    }
    quotes = [
        NewQuote.model_validate(
            {n: getattr(q, n) for n in q.model_fields_set} | _from(q.source_id, source_id)
        )
        for q in position.quotes
    ]
    return PositionContent(**given, quotes=quotes)


def _from(named: int | None, brought: int | None) -> dict[str, int | None]:
    return {"source_id": brought if named is None else named}


def patch_with(changes: Mapping[str, Any], source_id: int | None) -> dict[str, Any]:
    """Return the changes of a correction, with new quotes taken from `source_id` by default."""
    quotes = changes.get("quotes")
    if source_id is None or not isinstance(quotes, list):
        return dict(changes)
    return {
        **changes,
        "quotes": [
            {"source_id": source_id, **q} if isinstance(q, dict) and "id" not in q else q
            for q in quotes
        ],
    }


def only_content(patch: PositionContent) -> PositionContent:
    """Return the fields of a version that were sent, and no others."""
    return PositionContent(
        **{
            n: getattr(patch, n)
            for n in PositionContent.model_fields
            if n in patch.model_fields_set
        }
    )


async def _with_source(log: Log, sent: ProposalInput) -> Source | None:
    """Save the source that is proposed, for as long as the check lasts."""
    if sent.source is None:
        return None
    with below("/source"):
        return await add_source(log, **sent.source.model_dump())


async def _source(session: AsyncSession, sent: ProposalInput) -> Checked:
    source = sent.source
    if source is None:
        raise RuntimeError("the model lets nothing else pass")
    negotiation = None
    if sent.negotiation is not None:
        negotiation = await _negotiation(session, sent.negotiation, "/negotiation")
    key = same_document_key(source.url) if source.url else folded(source.reference or "")
    return Checked(
        negotiation_id=negotiation.id if negotiation else None,
        party_id=None,
        issue_id=None,
        source_ids=[],
        fingerprint=_fingerprint(["source", key]),
        warnings=[],
    )


async def _negotiation(session: AsyncSession, slug: str, pointer: str) -> Negotiation:
    try:
        return await get_negotiation(session, slug)
    except NotFound:
        raise invalid(pointer, f"there is no negotiation {slug!r}") from None


async def _position(
    log: Log, viewer: Viewer, wanted: ProposedPosition, source: Source | None
) -> Checked:
    with below("/position"):
        negotiation = await _negotiation(log.session, wanted.negotiation, "/negotiation")
        _require_sources(wanted, source)
        found = await examine(
            log,
            negotiation=negotiation,
            cell=(wanted.party, wanted.issue),
            wanted=content(wanted, source.id if source else None),
        )
        await _hide_speakers(log, viewer, found)
    return await _checked(log, found, source, ["position"])


def _require_sources(wanted: ProposedPosition, source: Source | None) -> None:
    faults = [
        Fault(f"/quotes/{n}/source_id", "is required, unless a source is proposed along")
        for n, quote in enumerate(wanted.quotes)
        if quote.source_id is None and source is None
    ]
    if faults:
        raise Invalid("The position was not saved.", *faults)


async def _correction(
    log: Log, viewer: Viewer, wanted: ProposedCorrection, source: Source | None
) -> Checked:
    session = log.session
    with below("/correction"):
        position = await _correctable(session, viewer, wanted)
        view = await newest_view(session, position)
    with below("/correction/changes"):
        patch = merge(view, patch_with(wanted.changes, source.id if source else None))
        if patch.status or patch.reason:
            name = "status" if patch.status else "reason"
            raise invalid(f"/{name}", "is no part of the changes")
        negotiation = await get_negotiation_by_id(session, position.negotiation_id)
        found = await examine(
            log,
            negotiation=negotiation,
            cell=(position.party_id, position.issue_id),
            wanted=only_content(patch),
            position=position,
        )
        await _hide_speakers(log, viewer, found)
    checked = await _checked(log, found, source, ["correction", position.id])
    return replace(checked, position=position)


async def _correctable(
    session: AsyncSession, viewer: Viewer, wanted: ProposedCorrection
) -> Position:
    """Return the position to be corrected; for whoever is no editor drafts do not exist."""
    try:
        position = await get_position(session, wanted.position)
        if position.first_published_at is None and not viewer.may_edit:
            raise NotFound("")
    except NotFound:
        raise invalid("/position", f"there is no position {wanted.position}") from None
    if position.status != PositionStatus.PUBLISHED:
        raise invalid("/position", "is not published: only that can be corrected")
    if position.version != wanted.version:
        raise invalid("/version", f"is not the newest one, which is {position.version}")
    return position


async def newest_view(session: AsyncSession, position: Position) -> PositionView:
    """Return the newest version of a position as readers see it."""
    at = await moment(session, drafts=True)
    version = await get_version(session, at, position.id, drafts=True)
    [view] = await views(session, at, [version])
    return view


@contextmanager
def below(pointer: str) -> Iterator[None]:
    """Put a pointer before those of the faults that a block raises."""
    try:
        yield
    except DomainError as error:
        error.faults = tuple(replace(f, where=f"{pointer}{f.where}") for f in error.faults)
        raise


async def _hide_speakers(log: Log, viewer: Viewer, found: Examined) -> None:
    """Refuse speakers whom only drafts name so far, where the proposer may not know of drafts."""
    if viewer.may_edit:
        return
    named = {q.speaker_id: n for n, (q, _) in enumerate(found.new) if q.speaker_id}
    added = {change.object_id for change in log.changes if change.kind == "speaker"}
    hidden = await log.session.scalars(
        select(Speaker).where(among(Speaker.id, named), Speaker.public.is_(False))
    )
    faults = [
        Fault(f"/quotes/{named[s.id]}/speaker", f"there is no speaker {s.name or s.office!r}")
        for s in hidden
        if s.id not in added
    ]
    if faults:
        raise Invalid("The position was not saved.", *faults)


async def _checked(log: Log, found: Examined, source: Source | None, beside: list[Any]) -> Checked:
    document = found.document
    own = source.id if source else None
    return Checked(
        negotiation_id=document["negotiation_id"],
        party_id=document["party_id"],
        issue_id=document["issue_id"],
        source_ids=sorted({q["source_id"] for q in document["quotes"]} - {own}),
        fingerprint=_fingerprint([*beside, *_said(document, source)]),
        warnings=await _warnings(log, found),
    )


def _said(document: Mapping[str, Any], source: Source | None) -> list[Any]:
    """Return what makes two proposals the same: the claim and its words, not how it is told."""
    here = source and (source.url_key or source.reference)
    quotes = [
        [
            here if source and q["source_id"] == source.id else q["source_id"],
            folded(q["exact"]),
            q["said_on"],
        ]
        for q in document["quotes"]
    ]
    quotes.sort(key=repr)
    names = ("negotiation_id", "party_id", "issue_id", "act", "firmness", "stated_on")
    return [*(document[n] for n in names), document["attitudes"], document["links"], quotes]


def _fingerprint(said: list[Any]) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


CODES = {"/quotes": "same_words", "said_on": "date", "exact": "ambiguous"}


async def _warnings(log: Log, found: Examined) -> list[Fault]:
    """Return the warnings of saving it, and what a second look is worth; each with a code."""
    said = [
        replace(
            w, extra={**w.extra, "code": CODES.get(w.where, CODES.get(_last(w.where), "other"))}
        )
        for w in found.warnings
    ]
    look = await _look(log.session, found)
    said += second_look(look)
    said += await _taken(log.session, found)
    return said


def _last(pointer: str) -> str:
    return pointer.rpartition("/")[2]


async def _look(session: AsyncSession, found: Examined) -> Look:
    at = await moment(session, drafts=True)
    negotiation = await get_negotiation_by_id(session, found.cell.negotiation_id)
    book = await code_book(session, at, negotiation.slug)
    slugs = {i: p["slug"] for i, p in book.parties.items()}
    new = [q for q, _ in found.new]
    sources = await find_sources(session, {q.source_id for q in new})
    texts = await newest_texts(session, sources)
    speakers = await _speakers(session, new)
    known = await people(session, book) if texts else ()
    said = {i: candidates(text.text, known) for i, text in texts.items()}
    voices = {i: _voices(text.text, known) for i, text in texts.items()}
    places = {q["uid"]: n for n, q in enumerate(found.document["quotes"])}
    words = []
    for quote, checked in found.new:
        source, text = sources[quote.source_id], texts.get(quote.source_id)
        speaker = speakers.get(quote.speaker_id or 0)
        words.append(
            Words(
                n=places[str(quote.uid)],
                exact=quote.exact,
                kind=quote.kind,
                said_on=quote.said_on,
                language=quote.language,
                translated_from=quote.translated_from,
                verification=checked.verification,
                segments=checked.segments or [],
                named=speaker is not None,
                speaker=(speaker.name, *speaker.aliases) if speaker and speaker.name else (),
                speaker_party=slugs.get(quote.party_id or 0),
                title=source.title,
                source_language=source.language,
                published_on=source.published_on,
                text=text.text if text else None,
                said=said.get(quote.source_id, ()),
                voices=voices.get(quote.source_id, ()),
            )
        )
    names = {
        p.slug: tuple(filter(None, (p.name, p.short_name, *p.aliases))) for p in party_views(book)
    }
    return Look(
        party=slugs[found.cell.party_id],
        stated_on=found.document["stated_on"],
        quotes=words,
        names=names,
    )


def _voices(text: str, known: Iterable[Person]) -> list[str]:
    """Return the speakers who are named at the head of a text: its author, or its guest."""
    head = text[:HEAD]
    return [p.speaker for p in known if p.speaker and any(name in head for name in p.names)][:3]


async def _speakers(session: AsyncSession, quotes: Iterable[Quote]) -> dict[int, Speaker]:
    rows = await session.scalars(
        select(Speaker).where(among(Speaker.id, (q.speaker_id for q in quotes)))
    )
    return {s.id: s for s in rows}


async def _taken(session: AsyncSession, found: Examined) -> list[Fault]:
    """Find the same words where this party, or another proposal, has them already."""
    new = [q for q, _ in found.new]
    if not new:
        return []
    there = (
        select(Quote.exact, Position.id)
        .join(PositionQuote, PositionQuote.quote_id == Quote.id)
        .join(Position, Position.id == PositionQuote.position_id)
        .where(
            among(Quote.source_id, (q.source_id for q in new)),
            Position.party_id == found.cell.party_id,
            Position.negotiation_id == found.cell.negotiation_id,
            Position.status != PositionStatus.RETRACTED,
        )
        .order_by(Position.id)
        .limit(1_000)
    )
    taken = [(exact, number) for exact, number in await session.execute(there)]
    waiting = await list_waiting_on(session, (q.source_id for q in new))
    hints = []
    for n, quote in enumerate(new):
        where = f"/quotes/{n}/exact"
        for number in dict.fromkeys(i for exact, i in taken if same_words(exact, quote.exact)):
            hints.append(hint("taken_before", where, f"position {number} has the same words"))
        hints += [
            hint("proposed_too", where, f"proposal {other.id} has the same words")
            for other in waiting
            if any(same_words(words, quote.exact) for words in words_of(other))
        ]
    return hints[:20]


def words_of(row: Proposal) -> list[str]:
    """Return the words that a proposal quotes anew."""
    request = row.request or {}
    said = request.get("position") or request.get("correction", {}).get("changes") or {}
    quotes = said.get("quotes") or []
    return [q["exact"] for q in quotes if isinstance(q, dict) and q.get("exact")]
