"""Functions that blank what the program has copied: contexts of other quotes, passages of texts, reasons of an act."""

from alembic import op

revision = "20261124_0009"
down_revision = "20261124_0008"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp SET parley.redacting = 'on'"
# Of words beside a quote nothing but their far end can go, since what is left is given by whoever asks.
TRIMMED = """
CREATE FUNCTION require_trimmed(was text, what_is_left text, before boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE size int := char_length(what_is_left);
BEGIN
  IF what_is_left IS NOT NULL
     AND what_is_left IS DISTINCT FROM (CASE WHEN before THEN right(was, size) ELSE left(was, size) END) THEN
    RAISE EXCEPTION 'of the words beside a quote only the far end can go' USING ERRCODE = 'check_violation';
  END IF;
END $$"""
FUNCTIONS = {
    "redact_passages(number bigint, places jsonb, tombstone jsonb)": """
DECLARE place jsonb;
BEGIN
  FOR place IN SELECT * FROM jsonb_array_elements(places) LOOP
    UPDATE source_text SET redacted_at = (tombstone ->> 'at')::timestamptz,
      text = overlay(text PLACING repeat('█', (place ->> 1)::int - (place ->> 0)::int)
                     FROM (place ->> 0)::int + 1 FOR (place ->> 1)::int - (place ->> 0)::int)
    WHERE id = number AND text <> '';
  END LOOP;
END""",
    "redact_context(number bigint, of_seq bigint, left_before text, left_after text)": """
DECLARE was record;
BEGIN
  SELECT prefix, suffix INTO was FROM quote_check WHERE quote_id = number AND seq = of_seq;
  PERFORM require_trimmed(was.prefix, left_before, true), require_trimmed(was.suffix, left_after, false);
  UPDATE quote_check SET prefix = left_before, suffix = left_after WHERE quote_id = number AND seq = of_seq;
END""",
    "redact_given(number bigint, left_before text, left_after text, tombstone jsonb)": """
DECLARE was record;
BEGIN
  SELECT prefix, suffix INTO was FROM quote WHERE id = number;
  PERFORM require_trimmed(was.prefix, left_before, true), require_trimmed(was.suffix, left_after, false);
  UPDATE quote SET prefix = left_before, suffix = left_after WHERE id = number;
  UPDATE log_revision SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
    redacted_for = tombstone ->> 'reason',
    snapshot = jsonb_set(snapshot, '{quotes}', (
      SELECT jsonb_agg(CASE WHEN q -> 'id' = to_jsonb(number)
        THEN q || jsonb_build_object('prefix', left_before, 'suffix', left_after) ELSE q END ORDER BY i)
      FROM jsonb_array_elements(snapshot -> 'quotes') WITH ORDINALITY x (q, i)))
  WHERE kind = 'position' AND snapshot @> jsonb_build_object('quotes', jsonb_build_array(
    jsonb_build_object('id', number)));
END""",
    "redact_entry_reason(of_seq bigint, at bigint, tombstone jsonb)": """
BEGIN
  UPDATE log_revision SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
    redacted_for = tombstone ->> 'reason', reason = NULL
  WHERE seq = of_seq AND n = at AND kind <> 'position';
END""",
    "redact_words(of_seq bigint, at bigint, what_is_left tsvector)": """
BEGIN
  UPDATE log_holding h SET words = what_is_left FROM log_revision r
  WHERE h.seq_from = of_seq AND h.n = at AND r.seq = of_seq AND r.n = at AND r.redacted_at IS NOT NULL;
END""",
}


def upgrade() -> None:
    op.execute(TRIMMED)
    for name, body in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name} RETURNS void LANGUAGE plpgsql {AS_OWNER} AS $${body}$$")
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")


def downgrade() -> None:
    for name in (*FUNCTIONS, "require_trimmed(was text, what_is_left text, before boolean)"):
        op.execute(f"DROP FUNCTION {name}")
