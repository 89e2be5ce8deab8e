"""Writing very many versions at once: they are prepared beside the log, and poured into it under its lock."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.history.record import FORMAT, INDEXED_CHARACTERS, Change, payload_hash
from app.models.log import FOREVER

TABLES = """
CREATE TEMP TABLE staged_version (
  n bigint PRIMARY KEY, object_id bigint, version bigint, action text, reason text, public boolean, snapshot jsonb,
  payload_hash bytea, nonce bytea, recorded_at timestamptz, recorded_by text, newest boolean, negotiation_id bigint,
  party_id bigint, issue_id bigint, status text, firmness text, attributed boolean, option_ids bigint[],
  stated_from date, stated_by date, first_published timestamptz, published_here boolean, body text,
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple', body) || to_tsvector('english', body)) STORED
) ON COMMIT DROP;
CREATE TEMP TABLE staged_check (
  quote_id bigint, verification text, text_id bigint, start bigint, "end" bigint, segments jsonb, prefix text,
  suffix text
) ON COMMIT DROP;
CREATE TEMP TABLE staged_use (quote_id bigint, position_id bigint) ON COMMIT DROP
"""
# What makes way, then what is new; the last of an object's versions in one commit is the one that is held.
POUR = f"""
UPDATE log_holding h SET seq_to = :seq FROM staged_version s
  WHERE s.newest AND h.kind = 'position' AND h.object_id = s.object_id AND h.seq_to = {FOREVER};
UPDATE log_spell p SET seq_to = :seq FROM staged_version s
  WHERE s.newest AND p.position_id = s.object_id AND p.seq_to = {FOREVER};
INSERT INTO log_revision (seq, n, kind, object_id, version, action, reason, public, format, snapshot, payload_hash,
                          nonce, recorded_at, recorded_by)
  SELECT :seq, n + :offset, 'position', object_id, version, action, reason, public, {FORMAT}, snapshot, payload_hash,
         nonce, recorded_at, recorded_by
  FROM staged_version ORDER BY n;
INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, negotiation_id, public, words)
  SELECT :seq, n + :offset, CASE WHEN newest THEN {FOREVER} ELSE :seq END, 'position', object_id, negotiation_id,
         public, words
  FROM staged_version ORDER BY n;
INSERT INTO log_spell (seq_from, n, seq_to, position_id, version, negotiation_id, party_id, issue_id, status, public,
                       firmness, attributed, option_ids, stated_from, stated_by, first_published, recorded_at)
  SELECT :seq, n + :offset, CASE WHEN newest THEN {FOREVER} ELSE :seq END, object_id, version, negotiation_id, party_id,
         issue_id, status, public, firmness, attributed, option_ids, stated_from, stated_by,
         CASE WHEN published_here THEN :at ELSE first_published END, coalesce(recorded_at, :at)
  FROM staged_version ORDER BY n;
UPDATE position p SET first_published_at = :at FROM staged_version s
  WHERE s.newest AND s.published_here AND p.id = s.object_id;
INSERT INTO quote_check (quote_id, seq, verification, text_id, start, "end", segments, prefix, suffix)
  SELECT quote_id, :seq, verification, text_id, start, "end", segments, prefix, suffix FROM staged_check;
INSERT INTO log_quote_use (quote_id, position_id, seq)
  SELECT DISTINCT quote_id, position_id, CAST(:seq AS bigint) FROM staged_use ON CONFLICT DO NOTHING
"""  # noqa: S608  (numbers of our own)
VERSION_COLUMNS = (
    "n", "object_id", "version", "action", "reason", "public", "snapshot", "payload_hash", "nonce", "recorded_at",
    "recorded_by", "newest", "negotiation_id", "party_id", "issue_id", "status", "firmness", "attributed", "option_ids",
    "stated_from", "stated_by", "first_published", "published_here", "body",
)  # fmt: skip
CHECK_COLUMNS = ("quote_id", "verification", "text_id", "start", "end", "segments", "prefix", "suffix")


@dataclass(frozen=True, slots=True)
class Staged:
    """One version of a position; `published_here`: this very commit is what publishes it."""

    change: Change
    newest: bool
    first_published: datetime | None
    published_here: bool


@dataclass(slots=True)
class Staging:
    """Versions, checks and uses of quotes that wait to be sealed."""

    session: AsyncSession
    nonce: Any  # gives 16 random bytes
    entries: list[tuple[Change, bytes]] = field(default_factory=list)  # without what they say
    quotes: bool = False

    async def open(self) -> None:
        for statement in TABLES.split(";"):
            await self.session.execute(text(statement))

    async def add(self, versions: Sequence[Staged]) -> None:
        rows, uses = [], []
        for staged in versions:
            c, d = staged.change, staged.change.snapshot
            nonce = self.nonce()
            digest = payload_hash(nonce, c)
            spoken_for = [q["party_id"] for q in d["quotes"]]
            rows.append(
                (
                    len(self.entries), c.object_id, c.version, c.action, c.reason, c.public, Jsonb(d), digest, nonce,
                    c.recorded_at, c.recorded_by, staged.newest, c.negotiation_id, d["party_id"], d["issue_id"],
                    d["status"], d["firmness"],
                    bool(spoken_for) and all(p not in (None, d["party_id"]) for p in spoken_for),
                    [a["option_id"] for a in d["attitudes"]], _day(d["stated_from"]), _day(d["stated_by"]),
                    staged.first_published, staged.published_here, (c.words or "")[:INDEXED_CHARACTERS],
                )
            )  # fmt: skip
            if c.public:
                uses += [(q["id"], c.object_id) for q in d["quotes"]]
            self.entries.append((replace(c, snapshot={}, words=None, reason=None), digest))
        await copy(self.session, "staged_version", VERSION_COLUMNS, rows)
        await copy(self.session, "staged_use", ("quote_id", "position_id"), uses)

    async def add_checks(self, checks: Iterable[Sequence[Any]]) -> None:
        """Note what checking quotes gave: the columns of CHECK_COLUMNS."""
        await copy(self.session, "staged_check", CHECK_COLUMNS, checks)

    async def ready(self) -> None:
        """Have the database do now what it need not do under the log's lock."""
        for statement in ("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED", "ANALYZE staged_version"):
            await self.session.execute(text(statement))

    async def pour(self, seq: int, at: datetime, offset: int) -> None:
        """Write everything into the log, as entries of commit `seq` from number `offset` on."""
        for statement in POUR.split(";"):
            names = [n for n in ("seq", "at", "offset") if f":{n}" in statement]
            values = {"seq": seq, "at": at, "offset": offset}
            await self.session.execute(text(statement), {n: values[n] for n in names})


async def copy(session: AsyncSession, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as fast as the database takes them, within the session's transaction."""
    names = ", ".join(f'"{c}"' for c in columns)
    connection = await (await session.connection()).get_raw_connection()
    async with connection.driver_connection.cursor() as cursor:  # type: ignore[union-attr]
        async with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as into:
            for row in rows:
                await into.write_row(row)


async def draw_ids(session: AsyncSession, table: str, count: int) -> list[int]:
    """Take numbers for rows that are to be copied."""
    drawn = await session.execute(
        text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"),
        {"table": table, "count": count},
    )
    return [row[0] for row in drawn]


def segments(found: object) -> Jsonb | None:
    return None if found is None else Jsonb(json.loads(json.dumps(found)))


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
