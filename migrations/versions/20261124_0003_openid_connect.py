"""OpenID Connect: who an account's owner is at the provider, and browsers that are on their way there."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0003"
down_revision = "20261124_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oidc_identity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_oidc_identity_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_identity")),
        sa.UniqueConstraint(
            "account_id", "issuer", name=op.f("uq_oidc_identity_account_id_issuer")
        ),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_oidc_identity_issuer_subject")),
    )
    op.create_table(
        "oidc_trip",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_oidc_trip_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_trip")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_oidc_trip_token_hash")),
    )
    op.create_index(op.f("ix_oidc_trip_account_id"), "oidc_trip", ["account_id"], unique=False)
    op.create_index(op.f("ix_oidc_trip_expires_at"), "oidc_trip", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("oidc_trip")
    op.drop_table("oidc_identity")
