"""Gives the log a new epoch when its server has been promoted, before anything is added to it."""
# ruff: noqa: S608 (a statement of our own)

import sqlalchemy as sa
from alembic import op

revision = "20261130_0022"
down_revision = "20261130_0020"
branch_labels = None
depends_on = None

# PostgreSQL begins a new timeline whenever a standby or a restored server begins to take writes.
TIMELINE = """
CREATE FUNCTION server_timeline() RETURNS int LANGUAGE sql AS $$
  SELECT ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
$$"""
FOLLOW = """
CREATE FUNCTION follow_timeline() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE log_epoch SET epoch = gen_random_uuid(), timeline = server_timeline()
  WHERE timeline <> server_timeline();
  IF FOUND THEN
    PERFORM pg_notify('parley', '');
  END IF;
END
$$"""
LOCK = 0x7061726C6579  # under which entries are numbered: app/log/writer.py
OUT = """
  OUT seq bigint, OUT at timestamptz, OUT previous bytea, OUT epoch uuid, OUT redactions bigint,
  OUT context bigint
"""
CONTEXT = """(SELECT coalesce(max(r.seq), 0) FROM log_revision r
    WHERE r.kind IN ('negotiation', 'party', 'participation', 'issue', 'option')
      OR r.kind IN ('speaker', 'source') AND r.version > 1)"""
FOLLOWED = """
  IF (SELECT e.timeline <> server_timeline() FROM log_epoch e) THEN
    PERFORM follow_timeline();
  END IF;"""


def next_in_log(first: str) -> str:
    """Return the function of migration 15, with something that it does first under its lock."""
    return f"""
CREATE OR REPLACE FUNCTION next_in_log({OUT}) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});{first}
  SELECT c.seq + 1, greatest(clock_timestamp(), c.at + interval '1 microsecond'), c.hash, e.epoch,
    (SELECT coalesce(max(r.object_id), 0) FROM log_revision r WHERE r.kind = 'redaction'), {CONTEXT}
  INTO next_in_log.seq, next_in_log.at, previous, next_in_log.epoch, redactions, context
  FROM log_commit c, log_epoch e ORDER BY c.seq DESC LIMIT 1;
END
$$"""


def upgrade() -> None:
    op.execute(TIMELINE)
    op.add_column(
        "log_epoch",
        sa.Column(
            "timeline", sa.BigInteger(), server_default=sa.text("server_timeline()"), nullable=False
        ),
    )
    op.execute(FOLLOW)
    op.execute(next_in_log(FOLLOWED))


def downgrade() -> None:
    op.execute(next_in_log(""))
    op.execute("DROP FUNCTION follow_timeline")
    op.drop_column("log_epoch", "timeline")
    op.execute("DROP FUNCTION server_timeline")
