"""Find the day by which the last position had been stated without reading all positions."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0018"
down_revision = "20261130_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_log_spell_newest",
        "log_spell",
        ["negotiation_id", "stated_by"],
        postgresql_where=sa.text("status = 'published'"),
    )


def downgrade() -> None:
    op.drop_index("ix_log_spell_newest", "log_spell")
