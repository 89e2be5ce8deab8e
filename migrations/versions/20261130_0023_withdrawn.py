"""Proposals can be withdrawn by who made them."""

from alembic import op

revision = "20261130_0023"
down_revision = "20261130_0022"
branch_labels = None
depends_on = None

STATES = "state IN ('open', 'put_off', 'accepted', 'rejected'{})"


def _allow(more: str) -> None:
    op.drop_constraint(op.f("ck_proposal_state"), "proposal", type_="check")
    op.create_check_constraint(op.f("ck_proposal_state"), "proposal", STATES.format(more))


def upgrade() -> None:
    _allow(", 'withdrawn'")


def downgrade() -> None:
    # To the releases before it is one that an editor rejected.
    op.execute("UPDATE proposal SET state = 'rejected', why = 'other' WHERE state = 'withdrawn'")
    _allow("")
