"""Searches find words set with ligatures and other compatibility characters: `ﬁnal` is `final` (NFKC)."""
# ruff: noqa: S608 (statements of our own)

from alembic import op

revision = "20261129_0012"
down_revision = "20261124_0011"
branch_labels = None
depends_on = None

SAID = "exact || ' ' || coalesce(translation, '')"
BEFORE = "to_tsvector('simple', {0}) || to_tsvector('english', {0})"
AFTER = (
    "to_tsvector('simple', normalize({0}, NFKC)) || to_tsvector('english', normalize({0}, NFKC))"
)
ALIASES = """
(SELECT string_agg(nullif(a, ''), ' ' ORDER BY i)
 FROM jsonb_array_elements_text(s -> 'aliases') WITH ORDINALITY x (a, i))"""
# The words of a version, as app/log/search_words.py put them together when this was written.
WORDS = f"""
CASE kind
  WHEN 'position' THEN concat_ws(' ', nullif(s ->> 'summary', ''),
    (SELECT string_agg(nullif(a ->> 'condition', ''), ' ' ORDER BY i)
     FROM jsonb_array_elements(s -> 'attitudes') WITH ORDINALITY x (a, i)),
    (SELECT string_agg(nullif(concat_ws(' ', nullif(q ->> 'exact', ''), nullif(q ->> 'translation', '')), ''),
                       ' ' ORDER BY i)
     FROM jsonb_array_elements(s -> 'quotes') WITH ORDINALITY x (q, i)))
  WHEN 'negotiation' THEN concat_ws(' ', nullif(s ->> 'title', ''), nullif(s ->> 'summary', ''))
  WHEN 'party' THEN concat_ws(' ', nullif(s ->> 'name', ''), nullif(s ->> 'short_name', ''), {ALIASES})
  WHEN 'speaker' THEN concat_ws(' ', nullif(s ->> 'name', ''), nullif(s ->> 'office', ''), {ALIASES})
  WHEN 'issue' THEN concat_ws(' ', nullif(s ->> 'title', ''), nullif(s ->> 'question', ''), nullif(s ->> 'group', ''))
  WHEN 'option' THEN s ->> 'label'
  WHEN 'source' THEN concat_ws(' ', nullif(s ->> 'title', ''), nullif(s ->> 'publisher', ''),
    nullif(s ->> 'author', ''), nullif(s ->> 'url', ''), nullif(s ->> 'reference', ''))
END"""
# Only versions whose words hold such characters are written again.
AGAIN = f"""
UPDATE log_holding h SET words = {{vector}}
FROM (
  SELECT seq, n, left({WORDS}, 200000) AS body
  FROM log_revision CROSS JOIN LATERAL (SELECT snapshot AS s) one
  WHERE snapshot IS NOT NULL AND snapshot::text IS NOT NFKC NORMALIZED
) r
WHERE h.seq_from = r.seq AND h.n = r.n AND r.body IS NOT NULL"""


def upgrade() -> None:
    _index(AFTER)


def downgrade() -> None:
    _index(BEFORE)


def _index(vector: str) -> None:
    op.execute("DROP INDEX ix_quote_words")
    op.execute("ALTER TABLE quote DROP COLUMN words")
    op.execute(
        f"ALTER TABLE quote ADD COLUMN words tsvector GENERATED ALWAYS AS ({vector.format(SAID)}) STORED"
    )
    op.execute("CREATE INDEX ix_quote_words ON quote USING gin (words)")
    op.execute(AGAIN.format(vector=vector.format("r.body")))
