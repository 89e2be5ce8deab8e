"""Define the temporary tables that stage versions, and the SQL that copies them to the log."""

from app.log.entry import FORMAT
from app.log.search_words import VECTOR_OF_MANY
from app.models.log import FOREVER

TABLES = f"""
CREATE TEMP TABLE staged_revision (
  n bigint, object_id bigint, version bigint, action text, reason text, public boolean,
  snapshot jsonb, payload_hash bytea, nonce bytea, recorded_at timestamptz, recorded_by text
) ON COMMIT DROP;
CREATE TEMP TABLE staged_holding (
  n bigint, newest boolean, object_id bigint, negotiation_id bigint, public boolean, body text,
  words tsvector GENERATED ALWAYS AS ({VECTOR_OF_MANY.format("body")}) STORED
) ON COMMIT DROP;
CREATE TEMP TABLE staged_ahead (LIKE staged_holding INCLUDING ALL) ON COMMIT DROP;
CREATE TEMP TABLE staged_spell (
  n bigint, newest boolean, late boolean, object_id bigint, version bigint, negotiation_id bigint,
  party_id bigint, issue_id bigint, status text, public boolean, firmness text,
  attributed boolean, option_ids bigint[], stated_from date, stated_by date,
  first_published timestamptz, published_here boolean, recorded_at timestamptz
) ON COMMIT DROP;
CREATE TEMP TABLE staged_use (quote_id bigint, position_id bigint) ON COMMIT DROP
"""


def _hold(table: str) -> str:
    return f"""
INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, negotiation_id, public, words)
  SELECT :seq, n, CASE WHEN newest THEN {FOREVER} ELSE :seq END, 'position', object_id,
         negotiation_id, public, words
  FROM {table} ORDER BY n"""  # noqa: S608  (names and numbers of our own)


# Write one page of what is written ahead of the commit, and empty the table for the next one.
AHEAD = f"{_hold('staged_ahead')}; TRUNCATE staged_ahead"
# Spells contain the instant of the commit, unless the package has an instant of its own.
SPELLS = f"""
INSERT INTO log_spell (seq_from, n, seq_to, position_id, version, negotiation_id, party_id,
                       issue_id, status, public, firmness, attributed, option_ids, stated_from,
                       stated_by, first_published, recorded_at)
  SELECT :seq, n, CASE WHEN newest THEN {FOREVER} ELSE :seq END, object_id, version,
         negotiation_id, party_id, issue_id, status, public, firmness, attributed, option_ids,
         stated_from, stated_by,
         CASE WHEN published_here THEN :at ELSE first_published END, coalesce(recorded_at, :at)
  FROM staged_spell WHERE late = :late ORDER BY n;
UPDATE position p SET first_published_at = :at FROM staged_spell s
  WHERE s.late = :late AND s.newest AND s.published_here AND p.id = s.object_id
"""  # noqa: S608  (numbers of our own)
# Change the instant of spells that were written already.
RESTAMP = """
UPDATE log_spell p
  SET first_published = CASE WHEN s.published_here THEN :at ELSE s.first_published END,
      recorded_at = coalesce(s.recorded_at, :at)
  FROM staged_spell s WHERE NOT s.late AND p.seq_from = :seq AND p.n = s.n;
UPDATE position p SET first_published_at = :at FROM staged_spell s
  WHERE NOT s.late AND s.newest AND s.published_here AND p.id = s.object_id
"""
# Close superseded versions, then insert the new ones. An object's last version in a commit is the
# one that is current.
POUR = f"""
INSERT INTO log_revision (seq, n, kind, object_id, version, action, reason, public, format,
                          snapshot, payload_hash, nonce, recorded_at, recorded_by)
  SELECT :seq, n, 'position', object_id, version, action, reason, public, {FORMAT}, snapshot,
         payload_hash, nonce, recorded_at, recorded_by
  FROM staged_revision ORDER BY n;
SELECT close_versions(
  'position', ARRAY(SELECT object_id FROM staged_spell WHERE newest AND late), :seq);
{_hold("staged_holding")};
INSERT INTO log_quote_use (quote_id, position_id, seq)
  SELECT DISTINCT quote_id, position_id, CAST(:seq AS bigint) FROM staged_use
  ON CONFLICT DO NOTHING;
{SPELLS}
"""  # noqa: S608  (numbers of our own)
REVISION = (
    "n", "object_id", "version", "action", "reason", "public", "snapshot", "payload_hash",
    "nonce", "recorded_at", "recorded_by",
)  # fmt: skip
HOLDING = ("n", "newest", "object_id", "negotiation_id", "public", "body")
SPELL = (
    "n", "newest", "late", "object_id", "version", "negotiation_id", "party_id", "issue_id",
    "status", "public", "firmness", "attributed", "option_ids", "stated_from", "stated_by",
    "first_published", "published_here", "recorded_at",
)  # fmt: skip
CHECK = (
    "quote_id", "verification", "text_id", "start", "end", "segments", "prefix", "suffix",
    "fragment", "page",
)  # fmt: skip
