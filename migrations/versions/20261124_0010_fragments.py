"""What links need to lead to the words of quotes is kept with the results of checks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0010"
down_revision = "20261124_0009"
branch_labels = None
depends_on = None

# A link may carry words from around a quote, so that it goes where these or its own are redacted. Like the functions
# that redact, this one may touch what is recorded, and does nothing else to it.
AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp SET parley.redacting = 'on'"
NEAR = 1300  # characters: no link carries words from farther off
FORGETTING = """
CREATE FUNCTION forget_fragments() RETURNS trigger LANGUAGE plpgsql {as_owner} AS $$
BEGIN
  IF TG_TABLE_NAME = 'quote' THEN
    UPDATE quote_check SET fragment = '' WHERE quote_id = NEW.id;
  ELSE
    UPDATE quote_check c SET fragment = ''
    WHERE c.text_id = NEW.id AND (c.fragment LIKE '%-,%' OR c.fragment LIKE '%,-%')
      AND substr(OLD.text, c.start::int - {near}, (c."end" - c.start)::int + 2 * {near})
        <> substr(NEW.text, c.start::int - {near}, (c."end" - c.start)::int + 2 * {near});
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION forget_fragments FROM PUBLIC;
CREATE TRIGGER forget_fragments AFTER UPDATE OF redacted ON quote
  FOR EACH ROW EXECUTE FUNCTION forget_fragments();
CREATE TRIGGER forget_fragments AFTER UPDATE OF text ON source_text
  FOR EACH ROW EXECUTE FUNCTION forget_fragments()
"""


def upgrade() -> None:
    op.add_column("source_text", sa.Column("seams", postgresql.ARRAY(sa.BigInteger)))
    op.add_column("quote_check", sa.Column("fragment", sa.Text))
    op.add_column("quote_check", sa.Column("page", sa.Integer))
    op.execute(FORGETTING.format(as_owner=AS_OWNER, near=NEAR))


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_fragments CASCADE")
    op.drop_column("quote_check", "page")
    op.drop_column("quote_check", "fragment")
    op.drop_column("source_text", "seams")
