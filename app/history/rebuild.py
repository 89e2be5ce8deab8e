"""Rebuilding what is derived from the log: since when revisions hold, the spells of positions, the uses of quotes."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.history.record import LOCK

# What an object is found by is no part of its snapshot, and what was redacted has none: both keep what is there.
STATEMENTS = (
    # Each revision with where it ends; of those of one object in one commit the last is the one that is held.
    """CREATE TEMP TABLE ends ON COMMIT DROP AS
    SELECT r.*, c.at, coalesce(lead(r.seq) OVER versions, 9223372036854775807) AS seq_to,
      least(min(coalesce(r.recorded_at, c.at)) FILTER (WHERE r.snapshot ->> 'status' = 'published') OVER up_to,
            min((r.snapshot ->> 'first_published')::timestamptz) OVER up_to) AS published
    FROM log_revision r JOIN log_commit c USING (seq)
    WINDOW versions AS (PARTITION BY kind, object_id ORDER BY version), up_to AS (versions ROWS UNBOUNDED PRECEDING)""",
    "CREATE TEMP TABLE was_held ON COMMIT DROP AS TABLE log_holding",
    "DELETE FROM log_holding",
    "DELETE FROM log_spell s USING log_revision r WHERE r.seq = s.seq_from AND r.n = s.n AND r.snapshot IS NOT NULL",
    """DELETE FROM log_quote_use u WHERE NOT EXISTS (
      SELECT FROM log_revision WHERE kind = 'position' AND object_id = u.position_id AND snapshot IS NULL)""",
    """INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, negotiation_id, public, words)
    SELECT seq, ends.n, ends.seq_to, ends.kind, ends.object_id,
      coalesce(was.negotiation_id,
               CASE ends.kind
                 WHEN 'negotiation' THEN ends.object_id
                 WHEN 'option' THEN (SELECT negotiation_id FROM issue WHERE id = (snapshot ->> 'issue_id')::bigint)
                 ELSE (snapshot ->> 'negotiation_id')::bigint END),
      ends.public, was.words
    FROM ends LEFT JOIN was_held was ON was.seq_from = seq AND was.n = ends.n""",
    """INSERT INTO log_spell (seq_from, n, seq_to, position_id, version, negotiation_id, party_id, issue_id, status,
      public, firmness, attributed, option_ids, stated_from, stated_by, first_published, recorded_at)
    SELECT seq, n, seq_to, object_id, version, (s ->> 'negotiation_id')::bigint, (s ->> 'party_id')::bigint,
      (s ->> 'issue_id')::bigint, s ->> 'status', public, s ->> 'firmness',
      coalesce((SELECT bool_and(q ->> 'party_id' IS NOT NULL AND q -> 'party_id' <> s -> 'party_id')
                FROM jsonb_array_elements(s -> 'quotes') q), false),
      ARRAY(SELECT (a ->> 'option_id')::bigint
            FROM jsonb_array_elements(s -> 'attitudes') WITH ORDINALITY x(a, i) ORDER BY i),
      (s ->> 'stated_from')::date, (s ->> 'stated_by')::date, published, coalesce(recorded_at, at)
    FROM ends CROSS JOIN LATERAL (SELECT snapshot AS s) one WHERE kind = 'position' AND s IS NOT NULL""",
    """INSERT INTO log_quote_use (quote_id, position_id, seq)
    SELECT (q ->> 'id')::bigint, object_id, min(seq) FROM log_revision
    CROSS JOIN LATERAL jsonb_array_elements(snapshot -> 'quotes') q
    WHERE kind = 'position' AND public AND snapshot IS NOT NULL GROUP BY 1, 2 ON CONFLICT DO NOTHING""",
)


async def rebuild(session: AsyncSession) -> None:
    """Write the derived tables anew from the log, while writers wait; what was redacted keeps the rows that it has."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    for statement in STATEMENTS:
        await session.execute(text(statement))
