"""List past redactions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.writer import REDACTION
from app.models.log import Commit, Revision


@dataclass(frozen=True, slots=True)
class Redaction:
    """One redaction that was done; `data` says what it was about."""

    at: datetime
    by: str | None
    reason: str | None
    data: dict[str, Any]


async def list_redactions(session: AsyncSession) -> list[Redaction]:
    """Return all redactions, newest first."""
    rows = await session.execute(
        select(Commit.at, Commit.by, Revision.reason, Revision.snapshot)
        .join(Commit, Commit.seq == Revision.seq)
        .where(Revision.kind == REDACTION)
        .order_by(Revision.seq.desc(), Revision.n.desc())
    )
    return [Redaction(*row) for row in rows]
