"""Find the words of saved quotes in other sources, and propose to quote these as well.

So near-duplicates of an article, and reports of the same statement, become second sources.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio.to_thread
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.accounts.queries import Viewer
from app.models.negotiation import Party, Speaker
from app.models.position import Position, PositionQuote
from app.models.proposal import Proposal
from app.models.source import Quote, SourceText
from app.models.vocabulary import PositionStatus, ProposalKind
from app.proposals.actions import Refused, propose
from app.proposals.schemas import (
    MOST_AT_ONCE,
    ProposalInput,
    ProposedBy,
    ProposedCorrection,
)
from app.proposals.second_look import folded
from app.sources.queries import newest_texts

MOST_QUOTES = 2_000  # that are looked for: those of the newest positions
MOST_SOURCES = 500  # that are searched: the newest ones
AT_ONCE = 10  # texts in memory
LEAST_WORDS = 5  # of a quote; fewer may be the same by chance
MOST_NEW = 5  # quotes that are added to one position
BY = ProposedBy(tool="Parley", run="same words elsewhere")
REASON = "The same words are in another source, too."


@dataclass(frozen=True, slots=True)
class Saved:
    """A quote of a published position, and how it would be quoted from another source."""

    position: int
    version: int
    quote: int
    source: int
    words: str  # folded
    again: Mapping[str, Any]


async def propose_repeats(
    session: AsyncSession,
    sessions: async_sessionmaker[AsyncSession],
    *,
    viewer: Viewer,
    negotiation_id: int,
    now: datetime,
) -> int:
    """Search the texts for quotes of a negotiation; return how many corrections are proposed.

    What was proposed before is not proposed again, whatever became of it.
    """
    last = await session.scalar(select(func.max(Proposal.id))) or 0
    saved = await _saved(session, negotiation_id)
    sent = _corrections(saved, await _found(session, {one.words for one in saved}))
    while sent:
        try:
            rows = await propose(session, sessions, viewer=viewer, sent=sent, now=now)
        except Refused as error:
            sent = [one for n, one in enumerate(sent) if n not in error.errors]
        else:
            return sum(row.id > last for row in rows)
    return 0


async def _saved(session: AsyncSession, negotiation_id: int) -> list[Saved]:
    """Return the quotes of a negotiation's published positions, in their order."""
    wanted = (
        select(Position.id, Position.version, Quote, Speaker, Party.slug)
        .join(PositionQuote, PositionQuote.position_id == Position.id)
        .join(Quote, Quote.id == PositionQuote.quote_id)
        .outerjoin(Speaker, Speaker.id == Quote.speaker_id)
        .outerjoin(Party, Party.id == Speaker.party_id)
        .where(
            Position.negotiation_id == negotiation_id,
            Position.status == PositionStatus.PUBLISHED,
            Quote.redacted.is_(None),
        )
        .order_by(Position.id.desc(), PositionQuote.ordinal)
        .limit(MOST_QUOTES)
    )
    return [
        Saved(number, version, quote.id, quote.source_id, folded(quote.exact), _again(quote, who))
        for number, version, quote, speaker, party in await session.execute(wanted)
        if speaker is None or party  # left out, it would be that of the position
        for who in [_named(speaker, party)]
    ]


def _named(speaker: Speaker | None, party: str | None) -> dict[str, str]:
    """Name a speaker so that the same one is found again."""
    if speaker is None:
        return {}
    given = {"name": speaker.name, "office": speaker.office, "party": party}
    return {name: value for name, value in given.items() if value}


def _again(quote: Quote, who: Mapping[str, str]) -> dict[str, Any]:
    names = ("exact", "kind", "language", "translated_from", "translation", "said_on")
    made = {name: value for name in names if (value := getattr(quote, name)) is not None}
    return made | ({"speaker": dict(who)} if who else {})


async def _found(session: AsyncSession, words: Iterable[str]) -> dict[str, list[int]]:
    """Return the sources that have these words, the newest first, by the words."""
    long = sorted(one for one in words if len(one.split()) >= LEAST_WORDS)
    newest = select(SourceText.source_id).distinct().order_by(SourceText.source_id.desc())
    numbers = (await session.scalars(newest.limit(MOST_SOURCES))).all() if long else []
    found: dict[str, list[int]] = defaultdict(list)
    for at in range(0, len(numbers), AT_ONCE):
        texts = await newest_texts(session, numbers[at : at + AT_ONCE])
        for number in sorted(texts, reverse=True):
            there = await anyio.to_thread.run_sync(_words_in, texts[number].text, long)
            session.expunge(texts[number])
            for one in there:
                found[one].append(number)
    return found


def _words_in(text: str, words: Sequence[str]) -> list[str]:
    within = folded(text)
    return [one for one in words if one in within]


def _corrections(saved: Sequence[Saved], found: Mapping[str, Sequence[int]]) -> list[ProposalInput]:
    """Make a correction for each position that could quote the same words from other sources."""
    own: dict[int, list[Saved]] = defaultdict(list)
    for one in saved:
        own[one.position].append(one)
    made = []
    for position, quotes in own.items():
        has = {(one.words, one.source) for one in quotes}
        new = [
            {**one.again, "source_id": source}
            for one in {one.words: one for one in quotes}.values()
            for source in found.get(one.words, ())
            if (one.words, source) not in has
        ]
        if new:
            kept = [{"id": one.quote} for one in quotes]
            made.append(
                ProposalInput(
                    kind=ProposalKind.CORRECTION,
                    correction=ProposedCorrection(
                        position=position,
                        version=quotes[0].version,
                        changes={"quotes": [*kept, *new[:MOST_NEW]]},
                        reason=REASON,
                    ),
                    proposed_by=BY,
                )
            )
    return made[:MOST_AT_ONCE]
