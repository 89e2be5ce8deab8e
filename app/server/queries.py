"""Ask the database about itself."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def has_epoch(session: AsyncSession) -> bool:
    """Tell whether the log has an epoch; a restore that was cut short leaves it without."""
    return bool(await session.scalar(text("SELECT count(*) FROM log_epoch")))


async def is_standby(session: AsyncSession) -> bool:
    """Tell whether the server takes no writes."""
    return bool(await session.scalar(text("SELECT pg_is_in_recovery()")))


async def settings_of(session: AsyncSession, names: Sequence[str]) -> dict[str, str]:
    """Return the values of settings of the server, by name."""
    rows = await session.execute(
        text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"),
        {"names": list(names)},
    )
    return {row.name: row.setting for row in rows}


async def newest_seq(session: AsyncSession) -> int | None:
    """Return the number of the newest commit in the log."""
    seq: int | None = await session.scalar(text("SELECT max(seq) FROM log_commit"))
    return seq
