"""Append a commit to the log, and to the tables derived from it, in few statements."""
# ruff: noqa: S608 (statements of our own)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.prepared import Prepared
from app.log.search_words import VECTOR
from app.models.source import QuoteCheck

Row = Mapping[str, Any]
AT_ONCE = 1_000  # entries in one statement: it holds them twice, as JSON and as rows

COMMIT = """
INSERT INTO log_commit (seq, at, by, batch, previous, hash)
VALUES (:seq, :at, :by, :batch, :previous, :hash)"""
# Take the log's lock, a place in the log, and write the commit there. The hash is that of
# `entry.ChainHash`, which covers the instant as Python writes a float.
TAKE = """
place AS MATERIALIZED (SELECT * FROM next_in_log()),
commit AS (
  INSERT INTO log_commit (seq, at, by, batch, previous, hash)
  SELECT seq, at, :by, :batch, previous, sha256(previous || convert_to(
    '[' || seq || ',' || seconds || CASE WHEN seconds LIKE '%.%' THEN '' ELSE '.0' END, 'UTF8'
  ) || :covered)
  FROM place, CAST(CAST(extract(epoch FROM at) AS float8) AS text) AS seconds
)"""
# Rows come as JSON, so that a statement is the same however many there are of each kind.
ENTRY = """
entry AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS e(
    n int, kind text, object_id bigint, version int, action text, reason text, public boolean,
    format smallint, snapshot jsonb, payload_hash text, nonce text, recorded_at timestamptz,
    recorded_by text, seq_to bigint, negotiation_id bigint, words text)
)"""
REVISION = """
revision AS (
  INSERT INTO log_revision (seq, n, kind, object_id, version, action, reason, public, format,
    snapshot, payload_hash, nonce, recorded_at, recorded_by)
  SELECT {seq}, n, kind, object_id, version, action, reason, public, format, snapshot,
    decode(payload_hash, 'hex'), decode(nonce, 'hex'), recorded_at, recorded_by FROM entry
)"""
DERIVED = """
holding AS (
  INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, negotiation_id, public, words)
  SELECT {seq}, n, coalesce(seq_to, {seq}), kind, object_id, negotiation_id, public, {words}
  FROM entry
),
period AS MATERIALIZED (
  SELECT s.*, CASE WHEN published_here THEN {at} ELSE first_published END AS published
  FROM jsonb_to_recordset(CAST(:spells AS jsonb)) AS s(
    n int, seq_to bigint, position_id bigint, version int, negotiation_id bigint, party_id bigint,
    issue_id bigint, status text, public boolean, firmness text, attributed boolean,
    option_ids bigint[], stated_from date, stated_by date, first_published timestamptz,
    published_here boolean, recorded_at timestamptz)
),
spell AS (
  INSERT INTO log_spell (seq_from, n, seq_to, position_id, version, negotiation_id, party_id,
    issue_id, status, public, firmness, attributed, option_ids, stated_from, stated_by,
    first_published, recorded_at)
  SELECT {seq}, n, coalesce(seq_to, {seq}), position_id, version, negotiation_id, party_id,
    issue_id, status, public, firmness, attributed, option_ids, stated_from, stated_by,
    published, coalesce(recorded_at, {at})
  FROM period
),
published AS (
  UPDATE position p SET first_published_at = s.published FROM period s
  WHERE p.id = s.position_id AND p.first_published_at IS NULL AND s.published IS NOT NULL
),
quote_use AS (
  INSERT INTO log_quote_use (quote_id, position_id, seq)
  SELECT DISTINCT quote_id, position_id, {seq}
  FROM jsonb_to_recordset(CAST(:uses AS jsonb)) AS u(quote_id bigint, position_id bigint)
  ON CONFLICT DO NOTHING
)"""
CHECKS = """
checks AS (
  INSERT INTO quote_check (quote_id, seq, verification, text_id, start, "end", segments, prefix,
    suffix, fragment, page)
  SELECT quote_id, {seq}, verification, text_id, start, "end", segments, prefix,
    suffix, fragment, page
  FROM jsonb_to_recordset(CAST(:checks AS jsonb)) AS c(
    quote_id bigint, verification text, text_id bigint, start int, "end" int, segments jsonb,
    prefix text, suffix text, fragment text, page int)
)"""
CHECK_FIELDS = (
    "quote_id",
    "verification",
    "text_id",
    "start",
    "end",
    "segments",
    "prefix",
    "suffix",
    "fragment",
    "page",
)
# The notice is sent when the transaction commits.
NOTIFY = "SELECT pg_notify('parley', CAST(:seq AS text))"
GIVEN = {"seq": "CAST(:seq AS bigint)", "at": "CAST(:at AS timestamptz)"}
PLACED = {"seq": "(SELECT seq FROM place)", "at": "(SELECT at FROM place)"}


def _written(where: Mapping[str, str], *parts: str) -> str:
    """Join parts of a statement; `where` says how they name the place in the log."""
    words = VECTOR.format("words")
    return ", ".join(part.format(**where, words=words) for part in parts)


APPEND = Prepared(
    lambda: text(
        f"WITH {TAKE}, {_written(PLACED, ENTRY, REVISION, DERIVED, CHECKS)} "
        "SELECT seq, at, previous, epoch, redactions, context, pg_notify('parley', seq::text) "
        "FROM place"
    )
)
BEGIN = text(COMMIT)
RECORD = text(f"WITH {_written(GIVEN, ENTRY, REVISION)} SELECT 1")
CLOSE = text("SELECT close_versions(:kind, :numbers, :seq)")
DERIVE = text(f"WITH {_written(GIVEN, ENTRY, DERIVED)} SELECT 1")
FINISH = text(f"WITH {_written(GIVEN, CHECKS)} {NOTIFY}")
ADD = text(f"WITH {_written(GIVEN, ENTRY, REVISION, DERIVED)} SELECT 1")


@dataclass(frozen=True, slots=True)
class Rows:
    """What belongs to a commit: entries, periods of positions, and uses of quotes."""

    entries: list[Row]
    periods: list[Row]
    uses: list[Row]


async def in_place(
    session: AsyncSession, opened: Row, rows: Rows, checks: Sequence[QuoteCheck], *, ends: bool
) -> Any:
    """Take the log's lock, and write a commit with all that belongs to it, in one statement.

    None of the entries may follow an earlier version, and they have to be AT_ONCE at most. `opened`
    has who wrote it and what its hash covers. `ends`: the same message commits the transaction.
    Return the place in the log.
    """
    [batch] = _batches(rows)
    values = {**opened, **batch, "checks": _checks(checks)}
    [place] = await (APPEND.last(session, **values) if ends else APPEND.all(session, **values))
    return place


async def in_turn(
    session: AsyncSession,
    commit: Row,
    rows: Rows,
    checks: Sequence[QuoteCheck],
    followed: Mapping[str, Sequence[int]],
) -> None:
    """Write a commit with all that belongs to it, whose place in the log has been taken.

    `followed` has the numbers of objects, by kind, whose newest version so far ends with it.
    """
    seq, batches = {"seq": commit["seq"]}, _batches(rows)
    await session.execute(BEGIN, commit)
    for batch in batches:
        await session.execute(RECORD, {**seq, "entries": batch["entries"]})
    # A version ends only when the one that follows is in the log, and before that one begins.
    for kind, numbers in followed.items():
        await session.execute(CLOSE, {**seq, "kind": kind, "numbers": list(numbers)})
    for batch in batches:
        await session.execute(DERIVE, {**seq, "at": commit["at"], **batch})
    await session.execute(FINISH, {**seq, "checks": _checks(checks)})


async def ahead(session: AsyncSession, seq: int, at: datetime, rows: Rows) -> None:
    """Write entries ahead of their commit; they follow no earlier version."""
    for batch in _batches(rows):
        await session.execute(ADD, {"seq": seq, "at": at, **batch})


def _checks(checks: Sequence[QuoteCheck]) -> str:
    return _json([{name: getattr(check, name) for name in CHECK_FIELDS} for check in checks])


def _batches(rows: Rows) -> list[dict[str, str]]:
    """Part the entries, each with its period and uses, into parameters of statements.

    There is at least one part, if only an empty one.
    """
    period = {row["n"]: row for row in rows.periods}
    uses: dict[int, list[Row]] = {}
    for use in rows.uses:
        uses.setdefault(use["n"], []).append(use)
    made = []
    for start in range(0, max(len(rows.entries), 1), AT_ONCE):
        some = rows.entries[start : start + AT_ONCE]
        numbers = [entry["n"] for entry in some]
        made.append(
            {
                "entries": _json(some),
                "spells": _json([period[n] for n in numbers if n in period]),
                "uses": _json([use for n in numbers for use in uses.get(n, ())]),
            }
        )
    return made


def _json(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of the log")
