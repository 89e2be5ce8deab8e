"""Model the append-only log and its derived tables.

See docs/decisions/0001-one-log-many-readings.md.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.base import Base

FOREVER = 2**63 - 1  # the seq_to of what is still current
# A position was corrected, retracted or restored: the condition of an index, which statements that
# are to use it repeat to the letter.
CORRECTED = (
    "log_revision.kind = 'position'"
    " AND log_revision.action IN ('corrected', 'retracted', 'restored')"
)


class Epoch(Base):
    """A single row, renewed by a restore and by a promotion: older ETags and cursors end there."""

    __tablename__ = "log_epoch"
    __table_args__ = (CheckConstraint("one", "single"),)

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    epoch: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    # Of the server that it was made on. The database compares it before each commit of the log.
    timeline: Mapped[int] = mapped_column(server_default=text("server_timeline()"))


class Commit(Base):
    """One transaction that changed something; numbers and instants grow in the order of commits."""

    __tablename__ = "log_commit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), unique=True)
    by: Mapped[str | None] = mapped_column(Text)
    batch: Mapped[str | None] = mapped_column(Text)  # kind of a bulk change: "import", "merge"
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Revision(Base):
    """One object as a commit left it."""

    __tablename__ = "log_revision"
    __table_args__ = (
        UniqueConstraint("kind", "object_id", "version"),
        CheckConstraint("snapshot IS NOT NULL OR redacted_at IS NOT NULL", "blank_is_redacted"),
        Index("ix_log_revision_public", "seq", "n", postgresql_where=text("public")),
        Index(
            "ix_log_revision_corrected",
            "seq",
            "n",
            postgresql_where=text(CORRECTED.replace("log_revision.", "")),
        ),
        Index(
            "ix_log_revision_context",
            "seq",
            postgresql_where=text(
                "kind IN ('negotiation', 'party', 'participation', 'issue', 'option')"
                " OR kind IN ('speaker', 'source') AND version > 1"
            ),
        ),
    )

    # Deferrable, since a large import writes its revisions before their commit.
    seq: Mapped[int] = mapped_column(
        ForeignKey("log_commit.seq", deferrable=True), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int]
    action: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    public: Mapped[bool]
    format: Mapped[int] = mapped_column(SmallInteger)
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Hash of nonce, reason, recorded_by and snapshot. The chain covers the hash, not the four
    # columns, so a redaction can blank them.
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    # When and by whom it was recorded in the database that it was imported from; `known_at` goes by
    # this database's log, not by these.
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[str | None] = mapped_column(Text)
    # Set if a redaction blanked all or part of the payload, which then no longer has its hash.
    redacted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    redacted_for: Mapped[str | None] = mapped_column(Text)


class ObjectPeriod(Base):
    """The range of commits in which a revision was the newest of its object; derived."""

    __tablename__ = "log_holding"
    __table_args__ = (
        Index("ix_log_holding_object", "kind", "object_id", "seq_from"),
        Index("ix_log_holding_negotiation", "negotiation_id", "kind", "seq_to"),
        Index("ix_log_holding_change", "negotiation_id", "kind", "seq_from"),
        Index(
            "uq_log_holding_newest",
            "kind",
            "object_id",
            unique=True,
            postgresql_where=text(f"seq_to = {FOREVER}"),
        ),
        Index("ix_log_holding_words", "words", postgresql_using="gin"),
    )

    seq_from: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq_to: Mapped[int] = mapped_column(BigInteger, default=FOREVER)
    kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int] = mapped_column(BigInteger)
    negotiation_id: Mapped[int | None]
    public: Mapped[bool]
    words: Mapped[str | None] = deferred(mapped_column(TSVECTOR))


class PositionPeriod(Base):
    """A position's version while it was the newest, with the values that decide what is current.

    Derived from the log; see docs/rules.md, rules 3 and 4.
    """

    __tablename__ = "log_spell"
    __table_args__ = (
        Index("ix_log_spell_cell", "negotiation_id", "party_id", "issue_id", "seq_to"),
        Index("ix_log_spell_change", "issue_id", "seq_from"),
        Index(
            "ix_log_spell_party",
            "party_id",
            "stated_from",
            "stated_by",
            "first_published",
            "position_id",
        ),
        Index("ix_log_spell_position", "position_id", "seq_from"),
        Index("ix_log_spell_stated", "stated_from", "stated_by", "first_published", "position_id"),
        Index("ix_log_spell_recorded", "recorded_at", "position_id"),
        Index(
            "ix_log_spell_newest",
            "negotiation_id",
            "stated_by",
            postgresql_where=text("status = 'published'"),
        ),
    )

    seq_from: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq_to: Mapped[int] = mapped_column(BigInteger, default=FOREVER)
    position_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int]
    negotiation_id: Mapped[int]
    party_id: Mapped[int]
    issue_id: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    public: Mapped[bool]
    firmness: Mapped[str] = mapped_column(Text)
    attributed: Mapped[bool]
    option_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    stated_from: Mapped[date | None]
    stated_by: Mapped[date | None]
    first_published: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class QuoteUse(Base):
    """The first commit in which a quote was public with a position; derived.

    The row stays when the quote is removed from the position, since the quote's page stays too.
    """

    __tablename__ = "log_quote_use"
    __table_args__ = (Index("ix_log_quote_use_position", "position_id"),)

    quote_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
