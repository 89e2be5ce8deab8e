"""Model a negotiation, the parties that take part in it, and who speaks for them."""

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Uid, one_of
from app.models.vocabulary import NegotiationStatus, PartyRole

SLUG = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 80"


class Negotiation(Base):
    """One process that is followed."""

    __tablename__ = "negotiation"
    __table_args__ = (
        CheckConstraint(SLUG, "slug"),
        CheckConstraint(one_of("status", NegotiationStatus), "status"),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default=NegotiationStatus.ONGOING)
    coded_through: Mapped[date | None]
    licence: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(Text)
    method: Mapped[str | None] = mapped_column(Text)  # general part of the code book
    review: Mapped[bool] = mapped_column(default=False)  # drafts need review by a second person
    # Made up for practice: every page, export and citation says so.
    invented: Mapped[bool] = mapped_column(default=False, server_default=false())


class Party(Base):
    """A state, organisation or group."""

    __tablename__ = "party"
    __table_args__ = (CheckConstraint(SLUG, "slug"),)

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    wikidata_id: Mapped[str | None] = mapped_column(Text)


class Participation(Base):
    """A party's part in one negotiation."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("negotiation_id", "party_id"),
        CheckConstraint(one_of("role", PartyRole), "role"),
        CheckConstraint("merged_into_id <> party_id", "merged_into_another"),
        ForeignKeyConstraint(
            ["negotiation_id", "merged_into_id"],
            ["participation.negotiation_id", "participation.party_id"],
        ),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(default=1)
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    role: Mapped[str] = mapped_column(Text, default=PartyRole.PRINCIPAL)
    consent_required: Mapped[bool]
    ordinal: Mapped[int]  # `order` in the API: from left to right
    merged_into_id: Mapped[int | None]  # the party under which its positions are now recorded


class Speaker(Base):
    """A person or office that speaks for a party: a name, an office, or both."""

    __tablename__ = "speaker"
    __table_args__ = (
        CheckConstraint("name IS NOT NULL OR office IS NOT NULL", "named"),
        UniqueConstraint("name", "office", "party_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str | None] = mapped_column(Text)
    office: Mapped[str | None] = mapped_column(Text)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    public: Mapped[bool] = mapped_column(default=True)  # false while only drafts name the speaker
