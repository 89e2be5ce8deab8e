"""Alerts, the queue of what they send, each attempt, and the receivers that admins allow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_0024"
down_revision = "20261130_0023"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("issue_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("option_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("tells", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stopped_for", sa.Text(), nullable=True),
        sa.Column("seen_seq", sa.BigInteger(), nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("busy_until", TIME, nullable=True),
        sa.Column("turn", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint("tells IN ('moves', 'everything')", name=op.f("ck_alert_tells")),
        sa.CheckConstraint(
            "channel IN ('webhook', 'mail', 'digest')", name=op.f("ck_alert_channel")
        ),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'active', 'paused', 'stopped', 'ended')",
            name=op.f("ck_alert_state"),
        ),
        sa.CheckConstraint(
            "stopped_for IN ('unreachable', 'gone', 'refused', 'not_allowed', 'account')",
            name=op.f("ck_alert_stopped_for"),
        ),
        sa.CheckConstraint(
            "(state = 'stopped') = (stopped_for IS NOT NULL)", name=op.f("ck_alert_stopped_why")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_alert_account_id")),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_alert_negotiation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("uid", name=op.f("uq_alert_uid")),
    )
    op.create_index("ix_alert_account", "alert", ["account_id", "id"])
    op.create_index(
        "ix_alert_looking",
        "alert",
        ["negotiation_id", "seen_seq"],
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_alert_due", "alert", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_table(
        "alert_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("told_with_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint(
            "kind IN ('changes', 'test', 'confirm')", name=op.f("ck_alert_delivery_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'given_up', 'dropped')",
            name=op.f("ck_alert_delivery_state"),
        ),
        sa.CheckConstraint(
            "(kind = 'changes') = (seq IS NOT NULL)", name=op.f("ck_alert_delivery_of_commit")
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_delivery_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["told_with_id"], ["alert_delivery.id"], name=op.f("fk_alert_delivery_told_with_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint("uid", name=op.f("uq_alert_delivery_uid")),
    )
    op.create_index("uq_alert_delivery_once", "alert_delivery", ["alert_id", "seq"], unique=True)
    op.create_index("ix_alert_delivery_newest", "alert_delivery", ["alert_id", "id"])
    op.create_index(
        "ix_alert_delivery_waiting",
        "alert_delivery",
        ["alert_id", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_alert_delivery_ended", "alert_delivery", ["ended_at"])
    op.create_table(
        "alert_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["alert_delivery.id"], name=op.f("fk_alert_attempt_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_attempt")),
    )
    op.create_index("ix_alert_attempt_delivery", "alert_attempt", ["delivery_id", "id"])
    op.create_table(
        "webhook_receiver",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_webhook_receiver")),
    )


def downgrade() -> None:
    op.drop_table("webhook_receiver")
    op.drop_table("alert_attempt")
    op.drop_table("alert_delivery")
    op.drop_table("alert")
