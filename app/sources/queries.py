"""Read the live rows of sources and their texts, for code that writes them."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.core.errors import NotFound
from app.db.engine import among
from app.db.prepared import Prepared
from app.models.source import Quote, QuoteCheck, Source, SourceText
from app.sources.urls import site_of

MOST_PUBLISHERS = 500  # of the newest sources


async def get_source(session: AsyncSession, source_id: int, *, lock: bool = False) -> Source:
    """Return a source; raise NotFound if there is none. `lock`: for update."""
    wanted = select(Source).where(Source.id == source_id)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound(f"There is no source {source_id}.")
    return found


async def find_sources(session: AsyncSession, ids: Iterable[int]) -> dict[int, Source]:
    """Return sources by number."""
    numbers = set(ids)
    if not numbers:
        return {}
    return {s.id: s for s in await session.scalars(select(Source).where(among(Source.id, numbers)))}


class LockedSource(Protocol):
    """What a save needs to know of a source that it quotes."""

    id: int
    published_on: str | None
    text_sha256: str | None


LOCK_SOURCES = Prepared(
    lambda: (
        select(Source.id, Source.published_on, Source.text_sha256)
        .where(Source.id == any_(bindparam("numbers", type_=ARRAY(BigInteger))))
        .with_for_update(read=True, key_share=True)
    )
)


async def lock_sources(session: AsyncSession, ids: Iterable[int]) -> dict[int, LockedSource]:
    """Return sources by number; nobody can add a text to them until this transaction ends."""
    numbers = sorted(set(ids))
    return {s.id: s for s in await LOCK_SOURCES.all(session, numbers=numbers)} if numbers else {}


async def find_source_at(session: AsyncSession, url_key: str) -> Source | None:
    """Return the source with a normalised address, if any."""
    return await session.scalar(select(Source).where(Source.url_key == url_key))


async def sources_with_text(session: AsyncSession, sha256: str) -> list[Source]:
    """Return the sources whose newest text has this SHA-256, in order of id.

    The text may be stored here, or only where its quotes were checked.
    """
    return list(
        await session.scalars(
            select(Source).where(Source.text_sha256 == sha256).order_by(Source.id)
        )
    )


async def newest_texts(session: AsyncSession, source_ids: Iterable[int]) -> dict[int, SourceText]:
    """Return the newest stored text of each source that has one, with its content."""
    numbers = set(source_ids)
    if not numbers:
        return {}
    wanted = (
        select(SourceText)
        .ext(distinct_on(SourceText.source_id))
        .where(among(SourceText.source_id, numbers), SourceText.text != "")  # empty: redacted
        .order_by(SourceText.source_id, SourceText.n.desc())
        .options(undefer(SourceText.text))
    )
    return {t.source_id: t for t in await session.scalars(wanted)}


async def was_redacted(session: AsyncSession, source_id: int, sha256: str) -> bool:
    """Tell whether a text of the source with this SHA-256 was stored and then redacted."""
    wanted = select(SourceText.id).where(
        SourceText.source_id == source_id,
        SourceText.sha256 == sha256,
        SourceText.redacted_at.is_not(None),
    )
    return await session.scalar(select(wanted.exists())) or False


async def newest_checks(session: AsyncSession, quote_ids: Iterable[int]) -> dict[int, QuoteCheck]:
    """Return the last check of each quote."""
    numbers = set(quote_ids)
    if not numbers:
        return {}
    wanted = (
        select(QuoteCheck)
        .ext(distinct_on(QuoteCheck.quote_id))
        .where(among(QuoteCheck.quote_id, numbers))
        .order_by(QuoteCheck.quote_id, QuoteCheck.seq.desc())
    )
    return {c.quote_id: c for c in await session.scalars(wanted)}


async def list_quotes(session: AsyncSession, source_id: int) -> list[Quote]:
    """List the quotes of a source in order of id."""
    return list(
        await session.scalars(select(Quote).where(Quote.source_id == source_id).order_by(Quote.id))
    )


async def known_publishers(session: AsyncSession, url: str) -> tuple[list[str], bool]:
    """Return publishers of stored sources, the newest first, and whether one is of this site.

    If all sources of the site that `url` leads to have the same publisher, it comes first.
    """
    newest = select(Source.publisher, Source.url).where(Source.publisher.is_not(None))
    site = site_of(url)
    found = await session.execute(newest.order_by(Source.id.desc()).limit(MOST_PUBLISHERS))
    rows = [(publisher, address or "") for publisher, address in found if publisher]
    here = {publisher for publisher, address in rows if site and site_of(address) == site}
    own = list(here) if len(here) == 1 else []
    return list(dict.fromkeys([*own, *(publisher for publisher, _ in rows)])), bool(own)
