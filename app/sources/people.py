"""Query everybody whom a text may quote, and list what it has them say."""

from collections.abc import Sequence

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.negotiation import Party, Speaker
from app.negotiations.code_book import CodeBook, party_views
from app.sources.candidates import Candidate, candidates
from app.sources.speakers_in_text import Person

LONG = 20_000  # characters from which on a text is searched in a thread


async def people(session: AsyncSession, book: CodeBook) -> Sequence[Person]:
    """Return all names of the negotiation's parties and of all speakers."""
    rows = await session.execute(
        select(Speaker, Party.slug)
        .outerjoin(Party, Party.id == Speaker.party_id)
        .where(Speaker.name.is_not(None))
    )
    here = party_views(book)
    # Names and speakers of a merged party also belong to the party it was merged into.
    gone = {p.slug for p in here if p.merged_into}
    speakers = [
        Person((s.name, *s.aliases), s.name, slug)
        for s, slug in rows
        if s.name and slug not in gone
    ]
    parties = [
        Person(tuple(filter(None, [p.name, p.short_name, *p.aliases])), None, p.slug)
        for p in here
        if p.slug not in gone
    ]
    return speakers + parties


async def find_candidates(text: str, known: Sequence[Person]) -> list[Candidate]:
    """List the candidates of a text; those of a long one in a thread."""
    if len(text) > LONG:
        return await anyio.to_thread.run_sync(candidates, text, known)
    return candidates(text, known)
