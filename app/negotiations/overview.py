"""Count what is known of each negotiation, for the first page.

Positions are counted once. What changed later is added, so that a save among a million positions
does not count them all again.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared
from app.log.reader import Moment, valid_at
from app.log.recall import recall
from app.models.log import ObjectPeriod

BYTES_OF_NUMBERS = 500  # in memory
MOST_CHANGES = 2_000  # from so many changed positions on, all are counted again

# The last commit that changed a position of each negotiation.
CHANGED = """
SELECT id, (SELECT max(seq_from) FROM log_holding
            WHERE negotiation_id = id AND kind = 'position' AND seq_from <= :at) AS seq
FROM unnest(CAST(:negotiations AS bigint[])) AS id
"""
COUNTED = """
SELECT negotiation_id, count(DISTINCT position_id) AS positions,
  count(DISTINCT quote_id) AS quotes
FROM log_spell LEFT JOIN (SELECT * FROM log_quote_use WHERE seq <= :at) AS used USING (position_id)
WHERE negotiation_id = ANY(CAST(:negotiations AS bigint[])) AND status = 'published'
  AND seq_from <= :at AND seq_to > :at
GROUP BY negotiation_id
"""
# A quote belongs to one cell, so that its other positions are of the same negotiation.
ADDED = """
WITH changed AS MATERIALIZED (
  SELECT DISTINCT object_id AS position_id FROM (
    SELECT object_id FROM log_holding
    WHERE negotiation_id = :negotiation AND kind = 'position'
      AND seq_from > :since AND seq_from <= :at
    LIMIT :most + 1
  ) AS each
), quoted AS MATERIALIZED (
  SELECT DISTINCT quote_id FROM changed JOIN log_quote_use USING (position_id) WHERE seq <= :at
), instants (seq, sign) AS (VALUES (CAST(:at AS bigint), 1), (CAST(:since AS bigint), -1))
SELECT (SELECT count(*) FROM changed) AS changed,
  coalesce(sum(sign * (
    SELECT count(*) FROM changed WHERE EXISTS (
      SELECT FROM log_spell s WHERE s.position_id = changed.position_id
        AND s.seq_from <= instants.seq AND s.seq_to > instants.seq AND s.status = 'published')
  )), 0)::bigint AS positions,
  coalesce(sum(sign * (
    SELECT count(*) FROM quoted WHERE EXISTS (
      SELECT FROM log_quote_use u JOIN log_spell s USING (position_id)
      WHERE u.quote_id = quoted.quote_id AND u.seq <= instants.seq
        AND s.seq_from <= instants.seq AND s.seq_to > instants.seq AND s.status = 'published')
  )), 0)::bigint AS quotes
FROM instants
"""
CHANGES = Prepared(lambda: text(CHANGED))
COUNTS = Prepared(lambda: text(COUNTED), planned_anew=True)
ADDITIONS = Prepared(lambda: text(ADDED), planned_anew=True)


class Numbers(NamedTuple):
    """The published positions of a negotiation and their quotes, after its change `seq`."""

    seq: int
    positions: int
    quotes: int


async def count_objects(session: AsyncSession, at: Moment) -> dict[tuple[int | None, str], int]:
    """Count parties (`participation`) and issues, by negotiation and kind."""
    rows = await session.execute(
        select(ObjectPeriod.negotiation_id, ObjectPeriod.kind, func.count())
        .where(valid_at(ObjectPeriod, at), ObjectPeriod.kind.in_(("participation", "issue")))
        .group_by(ObjectPeriod.negotiation_id, ObjectPeriod.kind)
    )
    return {(number, kind): n for number, kind, n in rows}


async def count_positions(
    session: AsyncSession, at: Moment, negotiations: Collection[int]
) -> dict[int, Numbers]:
    """Count published positions and their quotes, by negotiation."""
    known = recall(session, at)
    rows = await CHANGES.all(session, at=at.seq, negotiations=sorted(negotiations))
    changed: dict[int, int] = {row.id: row.seq for row in rows if row.seq is not None}
    found: dict[int, Numbers] = {}
    for negotiation, seq in changed.items():
        kept: Numbers | None = known.get("numbers", negotiation, seq)
        kept = kept or known.get("numbers", negotiation)
        if kept and kept.seq < seq:
            kept = await _added(session, negotiation, kept, seq)
        if kept and kept.seq == seq:
            found[negotiation] = kept
    missing = sorted(changed.keys() - found.keys())
    if missing:
        for row in await COUNTS.all(session, at=at.seq, negotiations=missing):
            seq = changed[row.negotiation_id]
            found[row.negotiation_id] = Numbers(seq, row.positions, row.quotes)
    for negotiation, numbers in found.items():
        known.keep("numbers", negotiation, numbers.seq, value=numbers, size=BYTES_OF_NUMBERS)
        newest: Numbers | None = known.get("numbers", negotiation)
        if newest is None or newest.seq < numbers.seq:
            known.keep("numbers", negotiation, value=numbers, size=BYTES_OF_NUMBERS)
    return found


async def _added(
    session: AsyncSession, negotiation: int, kept: Numbers, seq: int
) -> Numbers | None:
    """Return the numbers after a later change; None if so much changed that all are counted."""
    row = await ADDITIONS.one(
        session, negotiation=negotiation, since=kept.seq, at=seq, most=MOST_CHANGES
    )
    if row.changed > MOST_CHANGES:
        return None
    return Numbers(seq, kept.positions + row.positions, kept.quotes + row.quotes)
