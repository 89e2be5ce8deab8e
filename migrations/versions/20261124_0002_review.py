"""Review of drafts, and double coding."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0002"
down_revision = "20261124_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_submission",
        sa.Column("position_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_review_submission_position_id")
        ),
        sa.PrimaryKeyConstraint("position_id", name=op.f("pk_review_submission")),
    )
    op.create_table(
        "review_comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_review_comment_words")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_review_comment_position_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
    )
    op.create_index(
        op.f("ix_review_comment_position_id"), "review_comment", ["position_id"], unique=False
    )
    op.create_table(
        "coding_unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation_id", "party_id"],
            ["participation.negotiation_id", "participation.party_id"],
            name=op.f("fk_coding_unit_negotiation_id_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["issue_id", "negotiation_id"],
            ["issue.id", "issue.negotiation_id"],
            name=op.f("fk_coding_unit_issue_id_negotiation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_coding_unit_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_unit")),
        sa.UniqueConstraint(
            "negotiation_id",
            "issue_id",
            "party_id",
            "source_id",
            name=op.f("uq_coding_unit_negotiation_id_issue_id_party_id_source_id"),
        ),
    )
    op.create_table(
        "second_coding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("coder", sa.Text(), nullable=False),
        sa.Column("attitudes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["coding_unit.id"], name=op.f("fk_second_coding_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_coding")),
        sa.UniqueConstraint("unit_id", "coder", name=op.f("uq_second_coding_unit_id_coder")),
    )


def downgrade() -> None:
    op.drop_table("second_coding")
    op.drop_table("coding_unit")
    op.drop_index(op.f("ix_review_comment_position_id"), table_name="review_comment")
    op.drop_table("review_comment")
    op.drop_table("review_submission")
