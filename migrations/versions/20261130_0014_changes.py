"""Finds at once when the positions on an issue, and the looks of a negotiation, last changed."""

from alembic import op

revision = "20261130_0014"
down_revision = "20261129_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_log_spell_change", "log_spell", ["negotiation_id", "issue_id", "seq_from"]
    )
    op.create_index(
        "ix_log_holding_change", "log_holding", ["negotiation_id", "kind", "seq_from"]
    )


def downgrade() -> None:
    op.drop_index("ix_log_spell_change", "log_spell")
    op.drop_index("ix_log_holding_change", "log_holding")
