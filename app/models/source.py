"""Model a source, the versions of its text, and the quotes taken from it."""

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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.base import Base, Id, Uid, one_of
from app.models.vocabulary import QuoteKind, ReadingState, Verification

REDACTED = "[redacted]"  # replaces redacted words
Tombstone = dict[str, str]  # keys: at, reason, by


class Source(Base):
    """A document with its metadata; an address or a reference is required."""

    __tablename__ = "source"
    __table_args__ = (CheckConstraint("url IS NOT NULL OR reference IS NOT NULL", "findable"),)

    id: Mapped[Id]
    uid: Mapped[Uid]
    version: Mapped[int] = mapped_column(default=1)
    url: Mapped[str | None] = mapped_column(Text)
    url_key: Mapped[str | None] = mapped_column(Text, unique=True)  # normalised, for comparison
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
    # Of the newest text stored here, or of the text against which another database checked the
    # quotes of an import.
    text_sha256: Mapped[str | None] = mapped_column(Text)
    # Tombstones by what was redacted: "data" for the columns above, "text" for all its texts.
    redacted: Mapped[dict[str, Tombstone] | None] = mapped_column(JSONB(none_as_null=True))


class SourceText(Base):
    """One version of a source's full text; never changed, shown to editors only.

    Empty if all of it was redacted.
    """

    __tablename__ = "source_text"
    __table_args__ = (UniqueConstraint("source_id", "n"),)

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    n: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = deferred(mapped_column(Text))
    # Offset in code points at which each page begins; null if there are no pages or none are known.
    pages: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    # Start and end of passages that browsers show but do not search, in turn. Both are the same
    # where a search stops without passing over text.
    seams: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # If set, the text no longer has its checksum.
    redacted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SourceReading(Base):
    """State of a source on a negotiation's work list; no row if nobody has started to read it."""

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
    reason: Mapped[str | None] = mapped_column(Text)  # why there was nothing to code
    by: Mapped[str | None] = mapped_column(Text)  # who reads it, or last set the state


class Quote(Base):
    """Words taken from a source; never changed: a corrected quote is a new one."""

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
    # The party that the speaker spoke for when it was said.
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    # If set, the words are REDACTED.
    redacted: Mapped[Tombstone | None] = mapped_column(JSONB(none_as_null=True))
    words = deferred(
        mapped_column(
            TSVECTOR,
            Computed(
                "to_tsvector('simple',"
                " normalize(exact || ' ' || coalesce(translation, ''), NFKC)) || "
                "to_tsvector('english',"
                " normalize(exact || ' ' || coalesce(translation, ''), NFKC))",
                persisted=True,
            ),
        )
    )


class QuoteCheck(Base):
    """The result of checking a quote, by the commit that recorded it.

    What was known at a commit is the newest row up to it.
    """

    __tablename__ = "quote_check"
    __table_args__ = (
        CheckConstraint(one_of("verification", Verification), "verification"),
        Index(
            "ix_quote_check_mismatch",
            "quote_id",
            "seq",
            postgresql_where=text("verification = 'mismatch'"),
        ),
    )

    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), primary_key=True)
    # Commit of the log; no foreign key, since live rows do not depend on the log.
    seq: Mapped[int] = mapped_column(primary_key=True)
    verification: Mapped[str] = mapped_column(Text)
    # The text it was checked against.
    text_id: Mapped[int | None] = mapped_column(ForeignKey("source_text.id"))
    start: Mapped[int | None]  # offset into that text, in code points
    end: Mapped[int | None]
    segments: Mapped[list[list[int]] | None] = mapped_column(JSONB(none_as_null=True))
    prefix: Mapped[str | None] = mapped_column(Text)  # given, or filled from the text
    suffix: Mapped[str | None] = mapped_column(Text)
    # Text fragment of a link to the words (docs/decisions/0041). It is stored so that the same
    # moment always gives the same answer, and so that showing a matrix needs no texts. Empty if no
    # fragment leads to the words; null in checks from before this column was added.
    fragment: Mapped[str | None] = mapped_column(Text)
    page: Mapped[int | None] = mapped_column(Integer)  # of a document with pages
