"""Marks negotiations that are invented for practice."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_0014"
down_revision = "20261129_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "negotiation",
        sa.Column("invented", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("negotiation", "invented")
