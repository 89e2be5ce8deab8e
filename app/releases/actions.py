"""Freeze a release."""

import hashlib
from datetime import datetime

import anyio
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, TooLarge
from app.core.input_models import Input, Name, Reason
from app.datapackage.export import export_package
from app.db.engine import one_at_a_time
from app.exports.concurrency import slots
from app.exports.download import scratch_file
from app.log.reader import Moment, moment
from app.log.writer import LOCK
from app.models.release import Release
from app.negotiations.queries import get_negotiation, newest_stated_by
from app.releases.queries import last_number

LARGEST = 64 * 1024 * 1024  # bytes of a package


class ReleaseInput(Input):
    """What an admin enters for a release."""

    title: Name
    changelog: Reason


async def freeze(
    session: AsyncSession,
    *,
    slug: str,
    number: int,
    given: ReleaseInput,
    by: str,
    now: datetime,
) -> Release:
    """Store the negotiation's package as it is now under a number.

    Raises Conflict if that is not the next number, TooLarge for a package of more than LARGEST
    bytes.
    """
    negotiation = await get_negotiation(session, slug)
    await one_at_a_time(session, f"release of {slug}")
    if number != (due := await last_number(session, negotiation.id) + 1):
        raise Conflict(
            f"Release {due - 1} was frozen in the meantime."
            " Look at it, then decide whether there is another."
        )
    at = await moment(session)
    said_by = await newest_stated_by(session, at, negotiation.id)
    package = await _package(session, at, slug)
    # Under the log's lock, so that `known_at` never shows a release that it did not show before.
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    created_at = await session.scalar(select(func.clock_timestamp()))
    release = Release(
        negotiation_id=negotiation.id,
        number=number,
        title=given.title,
        changelog=given.changelog,
        seq=at.seq,
        known_at=at.at,
        as_of=max(filter(None, (now.date(), said_by))),
        sha256=hashlib.sha256(package).hexdigest(),
        size=len(package),
        package=package,
        created_at=created_at,
        by=by,
    )
    session.add(release)
    await session.flush()
    # Pages in the caches of other processes do not list the release yet.
    await session.execute(text("SELECT pg_notify('parley', '')"))
    return release


async def _package(session: AsyncSession, at: Moment, slug: str) -> bytes:
    with slots.taken(), scratch_file("zip") as path:
        await export_package(session, at, slug, path, texts=False)
        if (await anyio.Path(path).stat()).st_size > LARGEST:
            raise TooLarge(
                f"A release can have up to {LARGEST // 1024**2} MB; this package is larger."
            )
        return await anyio.Path(path).read_bytes()
