"""Model what a party wants on an issue from a date on, and searches that found nothing."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Uid, one_of
from app.models.vocabulary import Act, Attitude, Firmness, LinkKind, PositionStatus


class Position(Base):
    """The newest version of a position; earlier ones are in the log."""

    __tablename__ = "position"
    __table_args__ = (
        ForeignKeyConstraint(
            ["negotiation_id", "party_id"],
            ["participation.negotiation_id", "participation.party_id"],
        ),
        ForeignKeyConstraint(["issue_id", "negotiation_id"], ["issue.id", "issue.negotiation_id"]),
        UniqueConstraint("id", "issue_id"),
        CheckConstraint(one_of("status", PositionStatus), "status"),
        CheckConstraint(one_of("act", Act), "act"),
        CheckConstraint(one_of("firmness", Firmness), "firmness"),
        CheckConstraint("salience BETWEEN 0 AND 100", "salience"),
        CheckConstraint("status <> 'published' OR stated_by IS NOT NULL", "published_is_dated"),
        CheckConstraint(
            "(stated_on IS NULL) = (stated_from IS NULL)"
            " AND (stated_from IS NULL) = (stated_by IS NULL)",
            "dated_whole",
        ),
        CheckConstraint("stated_from <= stated_by", "span"),
        Index("ix_position_cell", "negotiation_id", "party_id", "issue_id"),
        Index("ix_position_status_draft", "id", postgresql_where=text("status = 'draft'")),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    negotiation_id: Mapped[int]
    party_id: Mapped[int]
    issue_id: Mapped[int] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text, default=Act.STATES)
    summary: Mapped[str | None] = mapped_column(Text)
    firmness: Mapped[str] = mapped_column(Text, default=Firmness.UNCLEAR)
    salience: Mapped[int | None]
    stated_on: Mapped[str | None] = mapped_column(Text)  # imprecise date
    stated_from: Mapped[date | None]
    stated_by: Mapped[date | None]
    from_by_hand: Mapped[bool] = mapped_column(default=False)
    by_by_hand: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[str | None] = mapped_column(Text)
    first_published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PositionAttitude(Base):
    """The attitude of a position to one option."""

    __tablename__ = "position_attitude"
    __table_args__ = (
        ForeignKeyConstraint(["position_id", "issue_id"], ["position.id", "position.issue_id"]),
        ForeignKeyConstraint(["option_id", "issue_id"], ["option.id", "option.issue_id"]),
        CheckConstraint(one_of("attitude", Attitude), "attitude"),
        Index(
            "uq_position_attitude_prefers",
            "position_id",
            unique=True,
            postgresql_where=text("attitude = 'prefers'"),
        ),
        Index("ix_position_attitude_option_id", "option_id"),
    )

    position_id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int]
    attitude: Mapped[str] = mapped_column(Text)
    condition: Mapped[str | None] = mapped_column(Text)
    inferred: Mapped[bool] = mapped_column(default=False)


class PositionLink(Base):
    """A link to another issue of the same negotiation, optionally to an option there."""

    __tablename__ = "position_link"
    __table_args__ = (
        ForeignKeyConstraint(["option_id", "issue_id"], ["option.id", "option.issue_id"]),
        CheckConstraint(one_of("kind", LinkKind), "kind"),
    )

    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    option_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(Text)


class PositionQuote(Base):
    """A quote that a position rests on; `ordinal` is its place in their order."""

    __tablename__ = "position_quote"

    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), primary_key=True, index=True)
    ordinal: Mapped[int]


class Look(Base):
    """An editor's note that a cell was searched and nothing was found."""

    __tablename__ = "look"
    __table_args__ = (
        ForeignKeyConstraint(
            ["negotiation_id", "party_id"],
            ["participation.negotiation_id", "participation.party_id"],
        ),
        ForeignKeyConstraint(["issue_id", "negotiation_id"], ["issue.id", "issue.negotiation_id"]),
        Index("ix_look_cell", "negotiation_id", "party_id", "issue_id"),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    negotiation_id: Mapped[int]
    party_id: Mapped[int]
    issue_id: Mapped[int]
    looked_on: Mapped[date]
    where: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str | None] = mapped_column(Text)
