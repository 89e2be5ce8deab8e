"""Where a source stands on the work list of a negotiation: who reads it, and why nothing was taken from it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.errors import Fault, Invalid, Stale
from app.db.engine import one_at_a_time
from app.log.reader import Moment, held_by_id, list_held
from app.log.writer import Log
from app.models.log import Holding
from app.models.source import SourceReading
from app.models.vocabulary import ReadingState


@dataclass(frozen=True, slots=True)
class ReadingInput:
    """What an editor says of a source; `version` is that of the entry which they saw, 0 where there was none."""

    state: ReadingState
    reason: str | None
    version: int


async def find_reading(
    session: AsyncSession, negotiation_id: int, source_id: int
) -> SourceReading | None:
    return await session.scalar(
        select(SourceReading).where(
            SourceReading.negotiation_id == negotiation_id, SourceReading.source_id == source_id
        )
    )


async def set_reading(
    session: AsyncSession,
    log: Log,
    *,
    negotiation_id: int,
    source_id: int,
    sent: ReadingInput,
    coded: bool,
) -> bool:
    """Say that somebody reads it, has read it, or gives it back; False where that is what stands there already.

    What is read and has no position (`coded`) needs a reason. Editors alone see these entries of the log.
    """
    await one_at_a_time(session, f"reading {negotiation_id} {source_id}")
    row = await find_reading(session, negotiation_id, source_id)
    reason = sent.reason if sent.state == ReadingState.READ else None
    wanted = {"state": str(sent.state), "reason": reason, "by": log.by}
    if row is not None and {n: getattr(row, n) for n in wanted} == wanted:
        return False
    if sent.version != (row.version if row else 0):
        raise Stale(
            "Somebody else has said something of it in the meantime: look at it below, then decide again."
        )
    if sent.state == ReadingState.READ and reason is None and not coded:
        raise Invalid("It was not noted.", Fault("/reason", "say why nothing was taken from it"))
    if row is None:
        row = SourceReading(version=1, negotiation_id=negotiation_id, source_id=source_id, **wanted)
        session.add(row)
        await log.record("reading", row, "created", public=False, negotiation_id=negotiation_id)
        return True
    return await log.amend(
        "reading", row, wanted, reason=None, public=False, negotiation_id=negotiation_id
    )


@dataclass(frozen=True, slots=True)
class Considered:
    """A source that somebody reads, or has read for nothing, as editors are told."""

    source: int
    title: str
    state: str
    reason: str | None
    by: str | None
    at: str  # instant of the entry


async def list_considered(
    session: AsyncSession, at: Moment, negotiation_id: int
) -> list[Considered]:
    """What editors had said by then of sources that are being read, or in which there was nothing; the newest first."""
    found = await list_held(
        session, at, Holding.negotiation_id == negotiation_id, Holding.kind == "reading"
    )
    told = [s for s in found if s["state"] == ReadingState.READING or s["reason"]]
    sources = await held_by_id(session, at, "source", [s["source_id"] for s in told])
    made = [
        Considered(
            s["source_id"],
            sources[s["source_id"]]["title"],
            s["state"],
            s["reason"],
            s["by"],
            instant(s.at),
        )
        for s in told
        if s["source_id"] in sources
    ]
    return sorted(made, key=lambda c: c.at, reverse=True)
