"""Find the quotes that do not match their sources without reading the checks of all quotes."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0017"
down_revision = "20261130_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_quote_check_mismatch",
        "quote_check",
        ["quote_id", "seq"],
        postgresql_where=sa.text("verification = 'mismatch'"),
    )


def downgrade() -> None:
    op.drop_index("ix_quote_check_mismatch", "quote_check")
