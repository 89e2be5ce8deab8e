"""Gather what a second look at a proposal is worth: from texts, code book, and what was taken."""

from collections.abc import Iterable
from dataclasses import replace

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Fault
from app.db.engine import among
from app.log.reader import moment
from app.log.writer import Log
from app.models.negotiation import Speaker
from app.models.position import Position, PositionQuote
from app.models.proposal import Proposal
from app.models.source import Quote
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import code_book, party_views
from app.negotiations.queries import get_negotiation_by_id
from app.positions.actions import Examined
from app.proposals.queries import list_waiting_on, quotes_of
from app.proposals.second_look import Look, Words, hint, same_words, second_look
from app.sources.candidates import Candidate
from app.sources.people import LONG, find_candidates, people
from app.sources.queries import find_sources, newest_texts
from app.sources.speakers_in_text import Person

HEAD = 400  # characters of a text: its headline and by-line
CODES = {"/quotes": "same_words", "said_on": "date", "exact": "ambiguous"}


# What the texts say that a request has searched: by text, and the speakers who are known.
Heard = dict[tuple[int, int], list[Candidate]]


async def hints(log: Log, found: Examined, heard: Heard) -> list[Fault]:
    """Return the warnings of saving it, and what a second look is worth; each with a code."""
    said = [
        replace(
            w, extra={**w.extra, "code": CODES.get(w.where, CODES.get(_last(w.where), "other"))}
        )
        for w in found.warnings
    ]
    look = await _look(log.session, found, heard)
    far = any(len(words.text or "") > LONG for words in look.quotes)
    said += await anyio.to_thread.run_sync(second_look, look) if far else second_look(look)
    said += await _taken(log.session, found)
    return said


def _last(pointer: str) -> str:
    return pointer.rpartition("/")[2]


async def _look(session: AsyncSession, found: Examined, heard: Heard) -> Look:
    at = await moment(session, drafts=True)
    negotiation = await get_negotiation_by_id(session, found.cell.negotiation_id)
    book = await code_book(session, at, negotiation.slug)
    slugs = {i: p["slug"] for i, p in book.parties.items()}
    new = [q for q, _ in found.new]
    sources = await find_sources(session, {q.source_id for q in new})
    texts = await newest_texts(session, sources)
    speakers = await _speakers(session, new)
    known = await people(session, book) if texts else ()
    said = {}
    for i, stored in texts.items():
        key = (stored.id, hash(tuple(known)))
        if key not in heard:
            heard[key] = await find_candidates(stored.text, known)
        said[i] = heard[key]
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
                known=[p.speaker for p in known if p.speaker],
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
    found_there = []
    for n, quote in enumerate(new):
        where = f"/quotes/{n}/exact"
        for number in dict.fromkeys(i for exact, i in taken if same_words(exact, quote.exact)):
            found_there.append(hint("taken_before", where, f"position {number} has the same words"))
        found_there += [
            hint("proposed_too", where, f"proposal {other.id} has the same words")
            for other in waiting
            if any(same_words(words, quote.exact) for words in _words_of(other))
        ]
    return found_there[:20]


def _words_of(row: Proposal) -> list[str]:
    return [q["exact"] for q in quotes_of(row) if q.get("exact")]
