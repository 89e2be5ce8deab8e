"""Read and write the instant that pages at permanent URLs show."""

from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.input_models import KnownAt, read_query
from app.log.reader import Moment, Snapshot, moment


async def read_moment(
    request: Request, session: AsyncSession, *, drafts: bool
) -> tuple[Moment, str | None]:
    """Return the moment that a page shows, and the instant in its URL if it names one."""
    query = read_query(KnownAt, request)
    at = await moment(session, query.known_at, drafts=drafts)
    return at, instant(at.at) if query.known_at else None


def pin(at: Moment) -> str:
    """Return the query string of a URL that will always show the same."""
    return f"?{urlencode({'known_at': instant(at.at)})}"


def version_entry(v: Snapshot) -> tuple[int, str, str, str | None, str | None]:
    """Return a version as pages list it: number, action, instant, author, reason."""
    return v.version, v.action, instant(v.at), v.by, v.reason
