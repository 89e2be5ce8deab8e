"""Model what is proposed to editors: only they and the proposer see it, readers never.

See docs/decisions/0060-proposals-wait-outside-the-record.md.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Uid, one_of
from app.models.vocabulary import ProposalKind, ProposalState, Rejection

Json = dict[str, Any]


class Proposal(Base):
    """A position, a source or a correction that somebody proposes, with what became of it."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(one_of("kind", ProposalKind), "kind"),
        CheckConstraint(one_of("state", ProposalState), "state"),
        CheckConstraint(one_of("why", Rejection), "why"),
        CheckConstraint("(state = 'rejected') = (why IS NOT NULL)", "rejected_why"),
        Index("ix_proposal_inbox", "negotiation_id", "state", "id"),
        Index("ix_proposal_account", "account_id", "state", "id"),
        Index("ix_proposal_position", "position_id"),
        Index("ix_proposal_fingerprint", "fingerprint"),
        Index("ix_proposal_same", "same_as_id"),
        Index("ix_proposal_sources", "source_ids", postgresql_using="gin"),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=ProposalState.OPEN)
    # None of a source that is proposed for no negotiation in particular.
    negotiation_id: Mapped[int | None] = mapped_column(ForeignKey("negotiation.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    # The sources of its quotes, as far as they are saved.
    source_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    # The position that is to be corrected, or that was made by accepting this.
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    position_version: Mapped[int | None]  # the one that was seen, or that was made
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))  # that was made
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by: Mapped[str] = mapped_column(Text)  # name of that account
    proposed_by: Mapped[Json] = mapped_column(JSONB)
    note: Mapped[str | None] = mapped_column(Text)
    # As it was sent, without the text of a source; null once redacted.
    request: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    warnings: Mapped[list[Json]] = mapped_column(JSONB)  # what a second look is worth
    fingerprint: Mapped[str] = mapped_column(Text)  # equal where the same is proposed
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    # What the editor changed; empty: it was accepted as it was.
    mended: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    why: Mapped[str | None] = mapped_column(Text)  # it was rejected
    reason: Mapped[str | None] = mapped_column(Text)  # in the editor's words
    redacted: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))


class ProposedText(Base):
    """The text of a proposed source, until somebody decides; it is never in the log."""

    __tablename__ = "proposed_text"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposal.id"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Text)


class RefusedProposals(Base):
    """Count what the checks refused, by proposer and reason; nothing else of it is kept."""

    __tablename__ = "refused_proposals"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    # SHA-256 of `proposed_by`.
    by_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    why: Mapped[str] = mapped_column(Text, primary_key=True)  # "" counts proposals, others reasons
    proposed_by: Mapped[Json] = mapped_column(JSONB)
    n: Mapped[int] = mapped_column(server_default=text("0"))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
