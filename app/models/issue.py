"""Model a question on the table of one negotiation, with its possible answers."""

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Uid
from app.models.negotiation import SLUG


class Issue(Base):
    """A question on the table of one negotiation."""

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint(SLUG, "slug"),
        UniqueConstraint("negotiation_id", "slug"),
        # Lets a foreign key hold that a position's issue belongs to its negotiation.
        UniqueConstraint("id", "negotiation_id"),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)  # also counts changes of its options
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"))
    slug: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    group: Mapped[str | None] = mapped_column(Text)
    ordinal: Mapped[int]  # `order` in the API: from top to bottom
    ordered: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str | None] = mapped_column(Text)


class Option(Base):
    """One possible answer; it is retired or merged, never deleted."""

    __tablename__ = "option"
    __table_args__ = (
        CheckConstraint(SLUG, "slug"),
        UniqueConstraint("issue_id", "slug"),
        # Lets a foreign key hold that an attitude's option belongs to its position's issue.
        UniqueConstraint("id", "issue_id"),
        ForeignKeyConstraint(["merged_into_id", "issue_id"], ["option.id", "option.issue_id"]),
        CheckConstraint("merged_into_id IS NULL OR retired", "merged_is_retired"),
        Index("uq_option_status_quo", "issue_id", unique=True, postgresql_where=text("status_quo")),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(default=1)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    slug: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    rank: Mapped[float | None] = mapped_column(Float)
    status_quo: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None]
