"""Finds at once the last entry that changed how positions read, and where the log goes on.

How positions read is changed by code books, and by speakers and sources that were known before.
"""
# ruff: noqa: S608 (a statement of our own)

from alembic import op

revision = "20261129_0013"
down_revision = "20261129_0012"
branch_labels = None
depends_on = None

LOCK = 0x7061726C6579  # under which entries are numbered: app/log/writer.py
# Two statements, so that the second one sees what was committed while the first one waited.
NEXT = f"""
CREATE FUNCTION next_in_log(
  OUT seq bigint, OUT at timestamptz, OUT previous bytea, OUT epoch uuid, OUT redactions bigint
) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  SELECT c.seq + 1, greatest(clock_timestamp(), c.at + interval '1 microsecond'), c.hash, e.epoch,
    (SELECT coalesce(max(r.object_id), 0) FROM log_revision r WHERE r.kind = 'redaction')
  INTO next_in_log.seq, next_in_log.at, previous, next_in_log.epoch, redactions
  FROM log_commit c, log_epoch e ORDER BY c.seq DESC LIMIT 1;
END
$$"""


def upgrade() -> None:
    op.execute(NEXT)
    op.execute(
        """
        CREATE INDEX ix_log_revision_context ON log_revision (seq)
        WHERE kind IN ('negotiation', 'party', 'participation', 'issue', 'option')
           OR kind IN ('speaker', 'source') AND version > 1
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION next_in_log")
    op.execute("DROP INDEX ix_log_revision_context")
