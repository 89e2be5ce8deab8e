"""Parties that are recorded as another one from some day on."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0005"
down_revision = "20261124_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_participation_negotiation_id_merged_into_id"),
        "participation",
        "participation",
        ["negotiation_id", "merged_into_id"],
        ["negotiation_id", "party_id"],
    )
    op.create_check_constraint(
        op.f("ck_participation_merged_into_another"), "participation", "merged_into_id <> party_id"
    )


def downgrade() -> None:
    op.drop_column("participation", "merged_into_id")
