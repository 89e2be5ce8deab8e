"""What was redacted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.writer import REDACTION
from app.models.log import Commit, Revision


@dataclass(frozen=True, slots=True)
class Redaction:
    """One that was done."""

    at: datetime
    by: str | None
    reason: str | None
    data: dict[str, Any]


async def list_redactions(session: AsyncSession) -> list[Redaction]:
    """Every one, the newest first."""
    rows = await session.execute(
        select(Commit.at, Commit.by, Revision.reason, Revision.snapshot)
        .join(Commit, Commit.seq == Revision.seq)
        .where(Revision.kind == REDACTION)
        .order_by(Revision.seq.desc(), Revision.n.desc())
    )
    return [Redaction(*row) for row in rows]
