"""Find corrections, retractions and restorations of positions without reading all versions."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0016"
down_revision = "20261130_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_log_revision_corrected",
        "log_revision",
        ["seq", "n"],
        postgresql_where=sa.text(
            "kind = 'position' AND action IN ('corrected', 'retracted', 'restored')"
        ),
    )


def downgrade() -> None:
    op.drop_index("ix_log_revision_corrected", "log_revision")
