"""Let revisions be written ahead of their commit, and ask for quotes only where a position's status changes."""

from alembic import op

revision = "20261124_0006"
down_revision = "20261124_0005"
branch_labels = None
depends_on = None

QUOTED = """
DROP TRIGGER published_is_quoted ON position;
CREATE CONSTRAINT TRIGGER published_is_quoted AFTER INSERT OR UPDATE{of} ON position
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unquoted();
"""
ENTRY = "ALTER TABLE log_revision ALTER CONSTRAINT fk_log_revision_seq {when} DEFERRABLE"


def upgrade() -> None:
    op.execute(ENTRY.format(when="").replace("  ", " "))
    op.execute(QUOTED.format(of=" OF id, status"))


def downgrade() -> None:
    op.execute(ENTRY.format(when="NOT"))
    op.execute(QUOTED.format(of=""))
