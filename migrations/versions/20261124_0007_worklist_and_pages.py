"""Who reads which source, and where the pages of a text begin."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0007"
down_revision = "20261124_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_reading",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('to_read', 'reading', 'read')", name=op.f("ck_source_reading_state")
        ),
        sa.CheckConstraint(
            "reason IS NULL OR state = 'read'", name=op.f("ck_source_reading_reason_is_of_read")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_source_reading_words")),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_source_reading_negotiation_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_reading_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_reading")),
        sa.UniqueConstraint(
            "negotiation_id", "source_id", name=op.f("uq_source_reading_negotiation_id_source_id")
        ),
    )
    op.create_index(op.f("ix_source_reading_source_id"), "source_reading", ["source_id"])
    op.add_column(
        "source_text", sa.Column("pages", postgresql.ARRAY(sa.BigInteger()), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("source_text", "pages")
    op.drop_table("source_reading")
