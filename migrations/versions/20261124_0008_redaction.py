"""Redaction: tombstones of sources and quotes, and functions that can blank what is recorded and do nothing else."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0008"
down_revision = "20261124_0007"
branch_labels = None
depends_on = None

# They run with the owner's rights, since the role that serves may not update the log, and take nothing but what to
# blank, when and why: the words that stand there afterwards are theirs. The nonce goes too, so that nobody can find
# out by guessing what a hash was made of.
AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp SET parley.redacting = 'on'"
# Blocks take the place of the words in texts, so that the offsets of other quotes hold.
IN_TEXTS = """
CREATE FUNCTION redact_in_texts(number bigint, at timestamptz) RETURNS void LANGUAGE plpgsql {as_owner} AS $$
DECLARE part record;
BEGIN
  UPDATE source_text t SET redacted_at = at, text = replace(t.text, q.exact, repeat('█', char_length(q.exact)))
  FROM quote q WHERE q.id = number AND t.source_id = q.source_id AND position(q.exact IN t.text) > 0;
  FOR part IN
    SELECT c.text_id, (s ->> 0)::int AS start, (s ->> 1)::int - (s ->> 0)::int AS length
    FROM quote_check c, jsonb_array_elements(c.segments) s WHERE c.quote_id = number AND c.text_id IS NOT NULL
  LOOP
    UPDATE source_text t SET redacted_at = at,
      text = overlay(t.text PLACING repeat('█', part.length) FROM part.start + 1 FOR part.length)
    WHERE t.id = part.text_id AND t.text <> '';
  END LOOP;
END $$"""
FUNCTIONS = {
    "redact_quote(number bigint, tombstone jsonb)": """
      SELECT redact_in_texts(number, (tombstone ->> 'at')::timestamptz);
      UPDATE quote SET exact = '[redacted]', prefix = NULL, suffix = NULL, translation = NULL, redacted = tombstone
      WHERE id = number;
      UPDATE quote_check SET prefix = NULL, suffix = NULL WHERE quote_id = number;
      UPDATE log_revision SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
        redacted_for = tombstone ->> 'reason',
        snapshot = jsonb_set(snapshot, '{quotes}', (
          SELECT jsonb_agg(CASE WHEN q -> 'id' = to_jsonb(number) THEN q || jsonb_build_object('exact', '[redacted]',
            'prefix', NULL, 'suffix', NULL, 'translation', NULL, 'redacted', tombstone) ELSE q END ORDER BY i)
          FROM jsonb_array_elements(snapshot -> 'quotes') WITH ORDINALITY x (q, i)))
      WHERE kind = 'position' AND snapshot @> jsonb_build_object('quotes', jsonb_build_array(
        jsonb_build_object('id', number)))""",
    "redact_source(number bigint, tombstone jsonb)": """
      UPDATE source SET title = '[redacted]', reference = '[redacted]', url = NULL, url_key = NULL, publisher = NULL,
        author = NULL, archive_url = NULL, licence = NULL,
        redacted = coalesce(redacted, '{}') || jsonb_build_object('data', tombstone)
      WHERE id = number;
      UPDATE log_revision SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
        redacted_for = tombstone ->> 'reason',
        snapshot = snapshot || jsonb_build_object('title', '[redacted]', 'reference', '[redacted]', 'url', NULL,
          'url_key', NULL, 'publisher', NULL, 'author', NULL, 'archive_url', NULL, 'licence', NULL, 'redacted',
          coalesce(snapshot -> 'redacted', '{}') || jsonb_build_object('data', tombstone))
      WHERE kind = 'source' AND object_id = number AND snapshot IS NOT NULL""",
    "redact_text(number bigint, tombstone jsonb)": """
      UPDATE source_text SET text = '', redacted_at = (tombstone ->> 'at')::timestamptz WHERE source_id = number;
      UPDATE source SET redacted = coalesce(redacted, '{}') || jsonb_build_object('text', tombstone)
      WHERE id = number""",
    "redact_summary(number bigint, of_version bigint, tombstone jsonb)": """
      UPDATE log_revision r SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
        redacted_for = tombstone ->> 'reason',
        snapshot = r.snapshot || jsonb_build_object('summary', NULL, 'redacted',
          coalesce(r.snapshot -> 'redacted', '{}') || jsonb_build_object('summary', tombstone))
      FROM log_revision named
      WHERE named.kind = 'position' AND named.object_id = number AND named.version = of_version
        AND r.kind = 'position' AND r.object_id = number AND r.snapshot ->> 'summary' = named.snapshot ->> 'summary'""",
    "redact_reason(number bigint, of_version bigint, tombstone jsonb)": """
      UPDATE log_revision SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
        redacted_for = tombstone ->> 'reason', reason = NULL,
        snapshot = snapshot || jsonb_build_object('redacted',
          coalesce(snapshot -> 'redacted', '{}') || jsonb_build_object('reason', tombstone))
      WHERE kind = 'position' AND object_id = number AND version = of_version AND snapshot IS NOT NULL""",
    "redact_release(negotiation bigint, of_number bigint, tombstone jsonb)": """
      UPDATE release SET package = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
        redacted_for = tombstone ->> 'reason'
      WHERE negotiation_id = negotiation AND number = of_number AND package IS NOT NULL""",
}


def upgrade() -> None:
    for table in ("source", "quote"):
        op.add_column(
            table, sa.Column("redacted", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()))
        )
    op.add_column("source_text", sa.Column("redacted_at", sa.DateTime(timezone=True)))
    # A payload of which a part was blanked keeps the rest.
    op.drop_constraint(op.f("ck_log_revision_blank_is_redacted"), "log_revision", type_="check")
    op.create_check_constraint(
        op.f("ck_log_revision_blank_is_redacted"),
        "log_revision",
        "snapshot IS NOT NULL OR redacted_at IS NOT NULL",
    )
    op.execute(IN_TEXTS.format(as_owner=AS_OWNER))
    op.execute("REVOKE EXECUTE ON FUNCTION redact_in_texts FROM PUBLIC")
    for name, body in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name} RETURNS void LANGUAGE sql {AS_OWNER} AS $${body}$$")
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")


def downgrade() -> None:
    for name in (*FUNCTIONS, "redact_in_texts"):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_constraint(op.f("ck_log_revision_blank_is_redacted"), "log_revision", type_="check")
    op.create_check_constraint(
        op.f("ck_log_revision_blank_is_redacted"),
        "log_revision",
        "(snapshot IS NULL) = (redacted_at IS NOT NULL)",
    )
    op.drop_column("source_text", "redacted_at")
    for table in ("source", "quote"):
        op.drop_column(table, "redacted")
