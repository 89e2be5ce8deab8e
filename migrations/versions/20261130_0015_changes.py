"""Finds at once when the positions on an issue, and the looks of a negotiation, last changed.

The place where the log goes on also tells when how older positions read last changed.
"""
# ruff: noqa: S608 (a statement of our own)

from alembic import op

revision = "20261130_0015"
down_revision = "20261130_0014"
branch_labels = None
depends_on = None

LOCK = 0x7061726C6579  # under which entries are numbered: app/log/writer.py
BEFORE = """
  OUT seq bigint, OUT at timestamptz, OUT previous bytea, OUT epoch uuid, OUT redactions bigint
"""
CONTEXT = """(SELECT coalesce(max(r.seq), 0) FROM log_revision r
    WHERE r.kind IN ('negotiation', 'party', 'participation', 'issue', 'option')
      OR r.kind IN ('speaker', 'source') AND r.version > 1)"""


def next_in_log(parameters: str, more: str, into: str) -> str:
    """Return the function of migration 13, with more that it returns."""
    return f"""
CREATE FUNCTION next_in_log({parameters}) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  SELECT c.seq + 1, greatest(clock_timestamp(), c.at + interval '1 microsecond'), c.hash, e.epoch,
    (SELECT coalesce(max(r.object_id), 0) FROM log_revision r WHERE r.kind = 'redaction'){more}
  INTO next_in_log.seq, next_in_log.at, previous, next_in_log.epoch, redactions{into}
  FROM log_commit c, log_epoch e ORDER BY c.seq DESC LIMIT 1;
END
$$"""


def upgrade() -> None:
    op.execute("DROP FUNCTION next_in_log")
    op.execute(next_in_log(f"{BEFORE.rstrip()}, OUT context bigint", f", {CONTEXT}", ", context"))
    op.create_index("ix_log_spell_change", "log_spell", ["negotiation_id", "issue_id", "seq_from"])
    op.create_index("ix_log_holding_change", "log_holding", ["negotiation_id", "kind", "seq_from"])


def downgrade() -> None:
    op.execute("DROP FUNCTION next_in_log")
    op.execute(next_in_log(BEFORE, "", ""))
    op.drop_index("ix_log_spell_change", "log_spell")
    op.drop_index("ix_log_holding_change", "log_holding")
