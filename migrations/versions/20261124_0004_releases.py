"""Releases: frozen packages of a negotiation."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0004"
down_revision = "20261124_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("changelog", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("package", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redacted_for", sa.Text(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_release_numbered")),
        sa.CheckConstraint(
            "(package IS NULL) = (redacted_at IS NOT NULL)",
            name=op.f("ck_release_blank_is_redacted"),
        ),
        sa.CheckConstraint(
            "octet_length(package) = bytes AND encode(sha256(package), 'hex') = sha256",
            name=op.f("ck_release_as_announced"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_release_negotiation_id")
        ),
        sa.ForeignKeyConstraint(["seq"], ["log_commit.seq"], name=op.f("fk_release_seq")),
        sa.PrimaryKeyConstraint("negotiation_id", "number", name=op.f("pk_release")),
    )
    op.execute(
        # Kept as it is, so that a part of it can be read without the rest.
        "ALTER TABLE release ALTER COLUMN package SET STORAGE EXTERNAL;"
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON release FOR EACH ROW EXECUTE FUNCTION refuse_change();"
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON release EXECUTE FUNCTION refuse_change();"
    )


def downgrade() -> None:
    op.drop_table("release")
