"""Finds at once the last entry that changed how positions read: code books, known speakers and sources."""

from alembic import op

revision = "20261129_0013"
down_revision = "20261129_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_log_revision_context ON log_revision (seq)
        WHERE kind IN ('negotiation', 'party', 'participation', 'issue', 'option')
           OR kind IN ('speaker', 'source') AND version > 1
        """
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_log_revision_context")
