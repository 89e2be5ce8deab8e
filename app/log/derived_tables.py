"""Define in SQL what each table derived from the log must contain, to compare and rebuild it."""
# ruff: noqa: S608 (statements of our own, of names and numbers of our own)

from collections.abc import Iterator
from dataclasses import dataclass

from app.log.kinds import LIVE
from app.models.base import Base
from app.models.log import FOREVER
from app.models.source import Quote

# The commit that ends each revision, and the first publication of its position up to then. Of the
# revisions of an object in one commit, only the last is ever current.
ENDS = f"""
CREATE TEMP TABLE ends ON COMMIT DROP AS
SELECT seq, n, c.at, coalesce(lead(seq) OVER versions, {FOREVER}) AS seq_to,
  least(min(coalesce(r.recorded_at, c.at))
          FILTER (WHERE r.snapshot ->> 'status' = 'published') OVER up_to,
        min((r.snapshot ->> 'first_published')::timestamptz) OVER up_to) AS published
FROM log_revision r JOIN log_commit c USING (seq)
WINDOW versions AS (PARTITION BY kind, object_id ORDER BY version),
       up_to AS (versions ROWS UNBOUNDED PRECEDING)
"""
REVISIONS = "FROM ends JOIN log_revision r USING (seq, n)"
HOLDINGS = f"""
SELECT seq AS seq_from, n, seq_to, kind, object_id, public,
  CASE kind
    WHEN 'negotiation' THEN object_id
    WHEN 'option' THEN (
      SELECT (i.snapshot ->> 'negotiation_id')::bigint FROM log_revision i
      WHERE i.kind = 'issue' AND i.object_id = (r.snapshot ->> 'issue_id')::bigint
      ORDER BY i.version LIMIT 1)
    ELSE (snapshot ->> 'negotiation_id')::bigint END AS negotiation_id
{REVISIONS} WHERE snapshot IS NOT NULL"""
SPELLS = f"""
SELECT seq AS seq_from, n, seq_to, object_id AS position_id, version,
  (s ->> 'negotiation_id')::bigint AS negotiation_id, (s ->> 'party_id')::bigint AS party_id,
  (s ->> 'issue_id')::bigint AS issue_id, s ->> 'status' AS status, public,
  s ->> 'firmness' AS firmness,
  coalesce((SELECT bool_and(q ->> 'party_id' IS NOT NULL AND q -> 'party_id' <> s -> 'party_id')
            FROM jsonb_array_elements(s -> 'quotes') q), false) AS attributed,
  ARRAY(SELECT (a ->> 'option_id')::bigint
        FROM jsonb_array_elements(s -> 'attitudes') WITH ORDINALITY x(a, i)
        ORDER BY i) AS option_ids,
  (s ->> 'stated_from')::date AS stated_from, (s ->> 'stated_by')::date AS stated_by,
  published AS first_published, coalesce(recorded_at, at) AS recorded_at
{REVISIONS} CROSS JOIN LATERAL (SELECT snapshot AS s) one
WHERE kind = 'position' AND s IS NOT NULL"""
USES = """
SELECT (q ->> 'id')::bigint AS quote_id, object_id AS position_id, min(seq) AS seq FROM log_revision
CROSS JOIN LATERAL jsonb_array_elements(snapshot -> 'quotes') q
WHERE kind = 'position' AND public AND snapshot IS NOT NULL GROUP BY 1, 2"""
# A check belongs to the commit of the position that brought the quote, or to an entry of its source
# that contains the result.
CHECKS = """
SELECT (c ->> 'quote')::bigint AS quote_id, seq, c ->> 'verification' AS verification
FROM log_revision CROSS JOIN LATERAL jsonb_array_elements(snapshot -> 'checks') c
WHERE kind = 'source' AND action = 'checked'"""
CHECKED = f"""
SELECT t.quote_id, t.seq, t.verification FROM quote_check t
LEFT JOIN ({CHECKS}) told ON told.quote_id = t.quote_id AND told.seq = t.seq
LEFT JOIN (
  SELECT DISTINCT (q ->> 'id')::bigint AS quote_id, seq FROM log_revision
  CROSS JOIN LATERAL jsonb_array_elements(snapshot -> 'quotes') q WHERE kind = 'position'
) brought ON brought.quote_id = t.quote_id AND brought.seq = t.seq
WHERE (told.quote_id IS NOT NULL OR brought.quote_id IS NULL) AND NOT EXISTS (
  SELECT FROM log_revision r WHERE r.seq = t.seq AND r.snapshot IS NULL)"""
# A revision that was redacted completely has no snapshot to compare with.
UNBLANKED = """NOT EXISTS (
  SELECT FROM log_revision r WHERE r.seq = t.seq_from AND r.n = t.n AND r.snapshot IS NULL)"""
USED = """NOT EXISTS (
  SELECT FROM log_revision r
  WHERE r.kind = 'position' AND r.object_id = t.position_id AND r.snapshot IS NULL)"""
# Columns of live rows that are in no snapshot.
UNSAID = (
    "id", "version", "words", "created_by", "first_published_at",
    "proposed_at", "decided_at",  # instants, which JSON has in more than one spelling
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Derived:
    """A table with its key, and two queries: what it must contain (`due`) and what it contains."""

    table: str
    key: tuple[str, ...]
    due: str
    there: str


def derived() -> Iterator[Derived]:
    """Yield every table derived from the log; the queries need the temporary table `ends`."""
    columns = "seq_from, n, seq_to, kind, object_id, public, negotiation_id"
    yield Derived(
        "log_holding",
        ("seq_from", "n"),
        HOLDINGS,
        f"SELECT {columns} FROM log_holding t WHERE {UNBLANKED}",
    )
    yield Derived(
        "log_spell", ("seq_from", "n"), SPELLS, f"SELECT t.* FROM log_spell t WHERE {UNBLANKED}"
    )
    yield Derived(
        "log_quote_use",
        ("quote_id", "position_id"),
        USES,
        f"SELECT t.* FROM log_quote_use t WHERE {USED}",
    )
    yield Derived("quote_check", ("quote_id", "seq"), CHECKS, CHECKED)
    for kind, model in LIVE.items():
        yield _live(kind, model)
    yield _quotes()


def _live(kind: str, model: type[Base]) -> Derived:
    """Return the live rows of one kind, which must equal the newest versions."""
    table = model.__tablename__
    more_due, more_there = (
        (f" || {_PARTS_DUE}", f" || {_PARTS_THERE}") if kind == "position" else ("", "")
    )
    due = f"""
SELECT object_id AS id, version, {_said("snapshot", model)}{more_due} AS said
{REVISIONS} WHERE kind = '{kind}' AND seq_to = {FOREVER} AND snapshot IS NOT NULL"""
    there = f"""
SELECT id, version, {_said("to_jsonb(t)", model)}{more_there} AS said
FROM "{table}" t WHERE NOT EXISTS (
  SELECT FROM log_revision r
  WHERE r.kind = '{kind}' AND r.object_id = t.id AND r.snapshot IS NULL)"""
    return Derived(table, ("id",), due, there)


def _said(document: str, model: type[Base]) -> str:
    names = [c.key for c in model.__table__.columns if c.key not in UNSAID]
    listed = ", ".join(f"'{name}'" for name in names)
    # Snapshots have no key `redacted` unless something was redacted.
    unsaid = """'{"redacted": null}' || """ if "redacted" in names else ""
    return f"""{unsaid}(SELECT jsonb_object_agg(key, value) FROM jsonb_each({document})
  WHERE key IN ({listed}))"""


_PARTS_DUE = """jsonb_build_object(
  'first_published_at', published,
  'attitudes', (SELECT jsonb_agg(a ORDER BY a -> 'option_id')
                FROM jsonb_array_elements(snapshot -> 'attitudes') a),
  'links', snapshot -> 'links',
  'quotes', (SELECT jsonb_agg(q -> 'id' ORDER BY i)
             FROM jsonb_array_elements(snapshot -> 'quotes') WITH ORDINALITY x (q, i)))"""
_PARTS_THERE = """jsonb_build_object(
  'first_published_at', t.first_published_at,
  'attitudes', (SELECT jsonb_agg(to_jsonb(a) - 'position_id' - 'issue_id' ORDER BY a.option_id)
                FROM position_attitude a WHERE a.position_id = t.id),
  'links', (SELECT coalesce(
              jsonb_agg(to_jsonb(l) - 'position_id' - 'ordinal' ORDER BY l.ordinal), '[]')
            FROM position_link l WHERE l.position_id = t.id),
  'quotes', (SELECT jsonb_agg(q.quote_id ORDER BY q.ordinal)
             FROM position_quote q WHERE q.position_id = t.id))"""


def _quotes() -> Derived:
    """Return the table of quotes, which must equal the quotes in the versions that use them."""
    due = f"""
SELECT DISTINCT ON (q -> 'id') (q ->> 'id')::bigint AS id, {_said("q", Quote)} AS said
FROM log_revision r CROSS JOIN LATERAL jsonb_array_elements(snapshot -> 'quotes') q
WHERE kind = 'position' AND snapshot IS NOT NULL ORDER BY q -> 'id', seq DESC, n DESC"""
    there = f"""
SELECT id, {_said("to_jsonb(t)", Quote)} AS said FROM quote t WHERE NOT EXISTS (
  SELECT FROM position_quote p
  JOIN log_revision r ON r.kind = 'position' AND r.object_id = p.position_id
  WHERE p.quote_id = t.id AND r.snapshot IS NULL)"""
    return Derived("quote", ("id",), due, there)
