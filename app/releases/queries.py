"""Query releases."""

from collections.abc import AsyncGenerator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.models.release import Release

PIECE = 1024 * 1024  # bytes read in one query


async def list_releases(
    session: AsyncSession, negotiation_id: int, known_at: datetime | None
) -> list[Release]:
    """Return the releases frozen by an instant, newest first."""
    wanted = (
        select(Release)
        .where(Release.negotiation_id == negotiation_id)
        .order_by(Release.number.desc())
    )
    if known_at is not None:
        wanted = wanted.where(Release.created_at <= known_at)
    return list(await session.scalars(wanted))


async def get_release(
    session: AsyncSession, negotiation_id: int, number: int, known_at: datetime | None = None
) -> Release:
    """Return a release; raise NotFound if it does not exist or did not at that instant."""
    found = await session.get(Release, (negotiation_id, number))
    if found is None or (known_at is not None and found.created_at > known_at):
        raise NotFound(f"There is no release {number}{' at that instant' if known_at else ''}.")
    return found


async def last_number(session: AsyncSession, negotiation_id: int) -> int:
    """Return the number of the newest release; 0 if there is none."""
    wanted = select(func.max(Release.number)).where(Release.negotiation_id == negotiation_id)
    return await session.scalar(wanted) or 0


async def read_package(session: AsyncSession, release: Release) -> AsyncGenerator[bytes]:
    """Yield the frozen bytes, piece by piece."""
    here = (Release.negotiation_id == release.negotiation_id, Release.number == release.number)
    for start in range(1, release.size + 1, PIECE):
        piece = await session.scalar(
            select(func.substring(Release.package, start, PIECE)).where(*here)
        )
        if piece is None:  # removed meanwhile; the client sees a response cut short
            raise NotFound("It has just been removed.")
        yield bytes(piece)
