"""Model releases: a negotiation at one moment, frozen under a number.

Rows are only appended; they are not part of the log.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.base import Base


class Release(Base):
    """A frozen package, stored as bytes.

    It is not made again from the log, since a later version of the program might write other bytes.
    """

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("number > 0", "numbered"),
        CheckConstraint("(package IS NULL) = (redacted_at IS NOT NULL)", "blank_is_redacted"),
        CheckConstraint(
            "octet_length(package) = bytes AND encode(sha256(package), 'hex') = sha256",
            "as_announced",
        ),
    )

    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
    changelog: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(ForeignKey("log_commit.seq"))  # of the newest entry included
    known_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # instant of that entry
    as_of: Mapped[date]
    sha256: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column("bytes")
    package: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)
    redacted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    redacted_for: Mapped[str | None] = mapped_column(Text)
