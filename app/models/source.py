"""A document, the versions of its text, and the words taken from it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.base import Base, Id, Uid, one_of
from app.models.vocabulary import QuoteKind, ReadingState, Verification

REDACTED = "[redacted]"  # stands where words were that had to go
Tombstone = dict[str, str]  # at, reason, by


class Source(Base):
    __tablename__ = "source"
    __table_args__ = (CheckConstraint("url IS NOT NULL OR reference IS NOT NULL", "findable"),)

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    url: Mapped[str | None] = mapped_column(Text)
    url_key: Mapped[str | None] = mapped_column(Text, unique=True)  # the address as it is compared
    reference: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str | None] = mapped_column(Text)
    author: Mapped[str | None] = mapped_column(Text)
    published_on: Mapped[str | None] = mapped_column(Text)  # imprecise date
    accessed_on: Mapped[str | None] = mapped_column(Text)  # imprecise date
    kind: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    archive_url: Mapped[str | None] = mapped_column(Text)
    licence: Mapped[str | None] = mapped_column(Text)
    # Of the newest text on file here, or of the one that an import's quotes were checked against elsewhere.
    text_sha256: Mapped[str | None] = mapped_column(Text)
    # When, why and by whom what was forbidden: {"data": …} of the columns above, {"text": …} of all its texts.
    redacted: Mapped[dict[str, Tombstone] | None] = mapped_column(JSONB(none_as_null=True))


class SourceText(Base):
    """One version of a source's full text; never changed, shown to editors only; empty where all of it was redacted."""

    __tablename__ = "source_text"
    __table_args__ = (UniqueConstraint("source_id", "n"),)

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    n: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = deferred(mapped_column(Text))
    # Where each page of the document begins, in code points; nothing for what has no pages or none that are known.
    pages: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    # From and to of what browsers show of its page but do not search; the same where they only stop.
    seams: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    redacted_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )  # it no longer has its checksum


class SourceReading(Base):
    """Where a source stands on the work list of a negotiation; there is none for what nobody has begun to read."""

    __tablename__ = "source_reading"
    __table_args__ = (
        UniqueConstraint("negotiation_id", "source_id"),
        CheckConstraint(one_of("state", ReadingState), "state"),
        CheckConstraint("reason IS NULL OR state = 'read'", "reason_is_of_read"),
        CheckConstraint("reason <> ''", "words"),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(default=1)
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)  # why nothing was taken from it
    by: Mapped[str | None] = mapped_column(Text)  # who reads it, or said so last


class Quote(Base):
    """Words taken from a source; never changed, a corrected one is a new quote."""

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("exact <> ''", "words"),
        CheckConstraint(one_of("kind", QuoteKind), "kind"),
        Index("ix_quote_words", "words", postgresql_using="gin"),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    exact: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str | None] = mapped_column(Text)  # as given
    suffix: Mapped[str | None] = mapped_column(Text)  # as given
    kind: Mapped[str] = mapped_column(Text, default=QuoteKind.DIRECT)
    language: Mapped[str | None] = mapped_column(Text)
    translated_from: Mapped[str | None] = mapped_column(Text)
    translation: Mapped[str | None] = mapped_column(Text)
    said_on: Mapped[str | None] = mapped_column(Text)  # imprecise date
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("speaker.id"), index=True)
    office: Mapped[str | None] = mapped_column(Text)  # held when it was said
    party_id: Mapped[int | None] = mapped_column(
        ForeignKey("party.id")
    )  # spoken for when it was said
    redacted: Mapped[Tombstone | None] = mapped_column(
        JSONB(none_as_null=True)
    )  # its words, which are REDACTED then
    words = deferred(
        mapped_column(
            TSVECTOR,
            Computed(
                "to_tsvector('simple', normalize(exact || ' ' || coalesce(translation, ''), NFKC)) || "
                "to_tsvector('english', normalize(exact || ' ' || coalesce(translation, ''), NFKC))",
                persisted=True,
            ),
        )
    )


class QuoteCheck(Base):
    """What checking a quote gave, by the commit that recorded it; the newest up to a commit is what was known then."""

    __tablename__ = "quote_check"
    __table_args__ = (CheckConstraint(one_of("verification", Verification), "verification"),)

    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(
        primary_key=True
    )  # of the log, which live rows do not depend on
    verification: Mapped[str] = mapped_column(Text)
    text_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_text.id")
    )  # the text it was checked against
    start: Mapped[int | None]  # code points into that text
    end: Mapped[int | None]
    segments: Mapped[list[list[int]] | None] = mapped_column(JSONB(none_as_null=True))
    prefix: Mapped[str | None] = mapped_column(Text)  # given, or filled from the text
    suffix: Mapped[str | None] = mapped_column(Text)
    # What a link needs to lead to the words, found while the text was at hand; kept for the exact
    # same answer at the same moment, and so that nobody who reads a matrix has to read texts. Empty
    # where nothing leads to them; null in checks from before this was kept.
    fragment: Mapped[str | None] = mapped_column(Text)
    page: Mapped[int | None] = mapped_column(Integer)  # of a document with pages
