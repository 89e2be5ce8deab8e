"""Track who reads the sources of a negotiation, and why nothing was coded from some."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.errors import Fault, Invalid, StaleVersion
from app.db.engine import one_at_a_time
from app.log.reader import Moment, held_by_id, list_held
from app.log.writer import Log
from app.models.log import ObjectPeriod
from app.models.source import SourceReading
from app.models.vocabulary import ReadingState


@dataclass(frozen=True, slots=True)
class ReadingInput:
    """What an editor sends about a source; `version` is the entry they saw, 0 if none."""

    state: ReadingState
    reason: str | None
    version: int


async def find_reading(
    session: AsyncSession, negotiation_id: int, source_id: int
) -> SourceReading | None:
    """Return the entry of a source on the work list of a negotiation, if any."""
    return await session.scalar(
        select(SourceReading).where(
            SourceReading.negotiation_id == negotiation_id, SourceReading.source_id == source_id
        )
    )


async def set_reading(
    log: Log,
    *,
    negotiation_id: int,
    source_id: int,
    sent: ReadingInput,
    coded: bool,
) -> bool:
    """Record that somebody reads a source, has read it, or puts it back; False if unchanged.

    A source that was read and has no position (`coded`) needs a reason. Only editors see these log
    entries. Raises StaleVersion if somebody else changed the entry since, and Invalid without a
    needed reason.
    """
    session = log.session
    await one_at_a_time(session, f"reading {negotiation_id} {source_id}")
    row = await find_reading(session, negotiation_id, source_id)
    reason = sent.reason if sent.state == ReadingState.READ else None
    wanted = {"state": str(sent.state), "reason": reason, "by": log.by}
    if row is not None and {n: getattr(row, n) for n in wanted} == wanted:
        return False
    if sent.version != (row.version if row else 0):
        raise StaleVersion(
            "Somebody else changed this in the meantime. Look at it below, then decide again."
        )
    if sent.state == ReadingState.READ and reason is None and not coded:
        raise Invalid("Nothing was saved.", Fault("/reason", "enter why there is nothing to code"))
    if row is None:
        row = SourceReading(version=1, negotiation_id=negotiation_id, source_id=source_id, **wanted)
        session.add(row)
        await log.record(row, "created", public=False, negotiation_id=negotiation_id)
        return True
    return await log.amend(row, wanted, reason=None, public=False, negotiation_id=negotiation_id)


@dataclass(frozen=True, slots=True)
class Considered:
    """Source that an editor is reading, or has read without coding anything; for editors."""

    source: int
    title: str
    state: str
    reason: str | None
    by: str | None
    at: str  # time of the log entry


async def list_considered(
    session: AsyncSession, at: Moment, negotiation_id: int
) -> list[Considered]:
    """List sources being read or read without result, as of a moment, the newest first."""
    found = await list_held(
        session, at, ObjectPeriod.negotiation_id == negotiation_id, ObjectPeriod.kind == "reading"
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
