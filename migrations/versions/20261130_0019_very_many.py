"""Finds positions of a party or an issue at once, and their order of recording; counts anew.

An issue belongs to one negotiation, so that its index need not begin with that. Only the owner of a
table may gather its statistics; the function lends that right.
"""

from alembic import op

revision = "20261130_0019"
down_revision = "20261130_0018"
branch_labels = None
depends_on = None

ANALYZE = """
CREATE FUNCTION analyze_written() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE log_revision, log_holding, log_spell, log_quote_use, quote, quote_check, source,
    position, position_attitude, position_link, position_quote;
END
$$
"""


def upgrade() -> None:
    op.create_index("ix_log_quote_use_position", "log_quote_use", ["position_id"])
    op.create_index("ix_log_spell_recorded", "log_spell", ["recorded_at", "position_id"])
    op.create_index(
        "ix_log_spell_party",
        "log_spell",
        ["party_id", "stated_from", "stated_by", "first_published", "position_id"],
    )
    op.drop_index("ix_log_spell_change", "log_spell")
    op.create_index("ix_log_spell_change", "log_spell", ["issue_id", "seq_from"])
    op.execute(ANALYZE)


def downgrade() -> None:
    op.execute("DROP FUNCTION analyze_written")
    op.drop_index("ix_log_spell_change", "log_spell")
    op.create_index("ix_log_spell_change", "log_spell", ["negotiation_id", "issue_id", "seq_from"])
    op.drop_index("ix_log_spell_party", "log_spell")
    op.drop_index("ix_log_spell_recorded", "log_spell")
    op.drop_index("ix_log_quote_use_position", "log_quote_use")
