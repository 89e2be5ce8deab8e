"""Find proposals with words that have to go; each is blanked as a whole."""

from collections.abc import Iterator
from typing import Any

import anyio.to_thread
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.proposal import Proposal, ProposedText
from app.redaction.search_conditions import mentions, mentions_within
from app.redaction.subject import Subject
from app.redaction.word_match import Wording

AT_ONCE = 20  # texts in memory


async def find_proposals(
    session: AsyncSession, subject: Subject, words: Wording, source_id: int | None
) -> list[int]:
    """Return the numbers of proposals that hold the words, or quote a source whose text goes."""
    found: set[int] = set()
    if subject.what in ("text", "source"):
        concerns = Proposal.source_id == source_id
        if subject.what == "text":
            concerns = or_(concerns, Proposal.source_ids.contains([source_id]))
        found |= set(
            await session.scalars(select(Proposal.id).where(concerns, Proposal.redacted.is_(None)))
        )
    if words.parts:
        found |= await _with_words(session, words, whole=subject.what != "quote")
    return sorted(found)


async def _with_words(session: AsyncSession, words: Wording, *, whole: bool) -> set[int]:
    """Find the words in what was sent, in notes, in reasons and in proposed texts.

    `whole`: all of them in a row; else a run of some words is enough.
    """
    found: set[int] = set()
    written = (
        select(Proposal.id, Proposal.request, Proposal.note, Proposal.reason)
        .outerjoin(ProposedText, ProposedText.proposal_id == Proposal.id)
        .add_columns(ProposedText.text)
        .where(
            Proposal.redacted.is_(None),
            or_(
                mentions_within(Proposal.request, words),
                mentions(Proposal.note, words),
                mentions(Proposal.reason, words),
                mentions(ProposedText.text, words),
            ),
        )
        .order_by(Proposal.id)
        .execution_options(yield_per=AT_ONCE)
    )
    async for number, *held in await session.stream(written):
        texts = [text for value in held for text in _texts(value)]
        if await anyio.to_thread.run_sync(_have, texts, words, whole):
            found.add(number)
    return found


def _have(texts: list[str], words: Wording, whole: bool) -> bool:
    return any(words.places(text) if whole else words.shared(text) for text in texts)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text within a JSON value."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
