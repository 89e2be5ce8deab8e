"""Model review of drafts, and codings by a second coder; none of it is in the log."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id


class ReviewSubmission(Base):
    """A draft that waits for a second person; deleted when it is published or returned."""

    __tablename__ = "review_submission"

    position_id: Mapped[int] = mapped_column(
        ForeignKey("position.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int]  # the one that was submitted
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReviewComment(Base):
    """A comment of an editor to another about a draft."""

    __tablename__ = "review_comment"
    __table_args__ = (CheckConstraint("text <> ''", "words"),)

    id: Mapped[Id]
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    version: Mapped[int]  # the one that was read
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CodingUnit(Base):
    """A source x party x issue that was drawn to be coded by a second person."""

    __tablename__ = "coding_unit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["negotiation_id", "party_id"],
            ["participation.negotiation_id", "participation.party_id"],
        ),
        ForeignKeyConstraint(["issue_id", "negotiation_id"], ["issue.id", "issue.negotiation_id"]),
        UniqueConstraint("negotiation_id", "issue_id", "party_id", "source_id"),
    )

    id: Mapped[Id]
    negotiation_id: Mapped[int]
    party_id: Mapped[int]
    issue_id: Mapped[int]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    drawn_by: Mapped[str] = mapped_column(Text)
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SecondCoding(Base):
    """A second coder's result for a unit, made without seeing the first coding.

    It is never changed and not part of the matrix.
    """

    __tablename__ = "second_coding"
    __table_args__ = (UniqueConstraint("unit_id", "coder"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("coding_unit.id"))
    coder: Mapped[str] = mapped_column(Text)
    # Attitude by the option's number; empty: no position.
    attitudes: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
