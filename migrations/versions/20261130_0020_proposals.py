"""Proposals, the texts of proposed sources, counts of what was refused, and the role of proposers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_0020"
down_revision = "20261130_0019"
branch_labels = None
depends_on = None

AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp SET parley.redacting = 'on'"
# A proposal is blanked as a whole: it can be made again, and nobody but editors has read it.
REDACT = f"""
CREATE FUNCTION redact_proposal(number bigint, tombstone jsonb) RETURNS void LANGUAGE sql {AS_OWNER} AS $$
  UPDATE proposal SET request = NULL, note = NULL, reason = NULL, redacted = tombstone WHERE id = number;
  DELETE FROM proposed_text WHERE proposal_id = number;
  UPDATE log_revision SET nonce = NULL, redacted_at = (tombstone ->> 'at')::timestamptz,
    redacted_for = tombstone ->> 'reason',
    snapshot = snapshot || jsonb_build_object('request', NULL, 'note', NULL, 'reason', NULL, 'redacted', tombstone)
  WHERE kind = 'proposal' AND object_id = number AND snapshot IS NOT NULL
$$"""  # noqa: S608  (a statement of our own)
ROLES = {
    "account": ("ck_account_role", "role IN ('{}viewer', 'editor', 'admin')"),
    "api_token": ("ck_api_token_role", "role IN ('{}viewer', 'editor', 'admin')"),
}


def upgrade() -> None:
    for table, (name, check) in ROLES.items():
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, check.format("proposer', '"))
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("negotiation_id", sa.BigInteger(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("issue_id", sa.BigInteger(), nullable=True),
        sa.Column("source_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=True),
        sa.Column("position_version", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("proposed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "request", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("same_as_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("mended", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "redacted", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.CheckConstraint(
            "kind IN ('position', 'source', 'correction')", name=op.f("ck_proposal_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'put_off', 'accepted', 'rejected')", name=op.f("ck_proposal_state")
        ),
        sa.CheckConstraint(
            "why IN ('not_carried', 'wrong_party', 'wrong_speaker', 'wrong_option', 'wrong_date',"
            " 'known', 'torn', 'not_here', 'other')",
            name=op.f("ck_proposal_why"),
        ),
        sa.CheckConstraint(
            "(state = 'rejected') = (why IS NOT NULL)", name=op.f("ck_proposal_rejected_why")
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_proposal_negotiation_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_proposal_party_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_proposal_issue_id")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_proposal_position_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_proposal_source_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_proposal_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"], ["proposal.id"], name=op.f("fk_proposal_same_as_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("uid", name=op.f("uq_proposal_uid")),
    )
    op.create_index("ix_proposal_inbox", "proposal", ["negotiation_id", "state", "id"])
    op.create_index("ix_proposal_account", "proposal", ["account_id", "state", "id"])
    op.create_index("ix_proposal_position", "proposal", ["position_id"])
    op.create_index("ix_proposal_fingerprint", "proposal", ["fingerprint"])
    op.create_index("ix_proposal_same", "proposal", ["same_as_id"])
    op.create_index("ix_proposal_sources", "proposal", ["source_ids"], postgresql_using="gin")
    op.create_table(
        "proposed_text",
        sa.Column("proposal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposed_text_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposed_text")),
    )
    op.create_table(
        "refused_proposals",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_hash", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("proposed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("n", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_refused_proposals_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "by_hash", "why", name=op.f("pk_refused_proposals")),
    )
    op.execute(REDACT)
    op.execute("REVOKE EXECUTE ON FUNCTION redact_proposal FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION redact_proposal")
    op.drop_table("refused_proposals")
    op.drop_table("proposed_text")
    op.drop_table("proposal")
    for table, (name, check) in ROLES.items():
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, check.format(""))
