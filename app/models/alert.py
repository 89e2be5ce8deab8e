"""Model alerts: who is to be told of which changes, and the queue of what is to be sent.

See docs/decisions/0064-alerts-are-a-queue-beside-the-log.md.
"""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from app.models.vocabulary import (
    AlertChannel,
    AlertState,
    AlertStop,
    AlertTells,
    DeliveryKind,
    DeliveryState,
)

Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Numbers = Annotated[list[int], mapped_column(ARRAY(BigInteger))]
Json = dict[str, Any]


class Alert(Base):
    """One account's wish to be told of changes in a negotiation; empty filters are no filters."""

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint(one_of("tells", AlertTells), "tells"),
        CheckConstraint(one_of("channel", AlertChannel), "channel"),
        CheckConstraint(one_of("state", AlertState), "state"),
        CheckConstraint(one_of("stopped_for", AlertStop), "stopped_for"),
        CheckConstraint("(state = 'stopped') = (stopped_for IS NOT NULL)", "stopped_why"),
        Index("ix_alert_account", "account_id", "id"),
        Index(
            "ix_alert_looking",
            "negotiation_id",
            "seen_seq",
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_alert_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"))
    party_ids: Mapped[Numbers]
    issue_ids: Mapped[Numbers]
    option_ids: Mapped[Numbers]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))  # of moves
    words: Mapped[str | None] = mapped_column(Text)
    tells: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)  # a URL, or an e-mail address
    # Signs webhooks, and makes the links in mails: so it cannot be stored hashed.
    secret: Mapped[str] = mapped_column(Text)
    site: Mapped[str] = mapped_column(Text)  # where links lead, such as https://parley.example.org
    state: Mapped[str] = mapped_column(Text)
    stopped_for: Mapped[str | None] = mapped_column(Text)
    # The log has been looked through, and deliveries are queued, up to and with this commit.
    seen_seq: Mapped[int]
    due_at: Mapped[Instant | None]  # when to send next; null: nothing waits
    failures: Mapped[int] = mapped_column(server_default=text("0"))  # one after the other
    # Until then one process sends; `turn` counts these times, so that only the last one may end it.
    busy_until: Mapped[Instant | None]
    turn: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]  # its state


class AlertDelivery(Base):
    """What one commit, or a test, is to tell: numbers of positions only, never their words."""

    __tablename__ = "alert_delivery"
    __table_args__ = (
        CheckConstraint(one_of("kind", DeliveryKind), "kind"),
        CheckConstraint(one_of("state", DeliveryState), "state"),
        CheckConstraint("(kind = 'changes') = (seq IS NOT NULL)", "of_commit"),
        Index("uq_alert_delivery_once", "alert_id", "seq", unique=True),
        Index("ix_alert_delivery_newest", "alert_id", "id"),
        Index(
            "ix_alert_delivery_waiting",
            "alert_id",
            "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_alert_delivery_ended", "ended_at"),
    )

    id: Mapped[Id]
    uid: Mapped[Uid]  # the receiver's key against repeats
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    kind: Mapped[str] = mapped_column(Text)
    seq: Mapped[int | None]  # the commit
    items: Mapped[list[Json]] = mapped_column(JSONB)
    position_ids: Mapped[Numbers]  # of the items
    total: Mapped[int]  # more than the items where a commit changed very many
    state: Mapped[str] = mapped_column(Text)
    due_at: Mapped[Instant]  # not before; of a digest, its hour
    # An e-mail tells several at once: the first delivery in it, which is attempted for all.
    told_with_id: Mapped[int | None] = mapped_column(ForeignKey("alert_delivery.id"))
    made_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class AlertAttempt(Base):
    """One attempt to send, noted before it begins; without an end its outcome is unknown."""

    __tablename__ = "alert_attempt"
    __table_args__ = (Index("ix_alert_attempt_delivery", "delivery_id", "id"),)

    id: Mapped[Id]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("alert_delivery.id"))
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    ok: Mapped[bool | None] = mapped_column(Boolean)
    status: Mapped[int | None]  # of HTTP or SMTP
    detail: Mapped[str | None] = mapped_column(Text)


class WebhookReceiver(Base):
    """An origin, such as https://hooks.example.org, that an admin allows webhooks to."""

    __tablename__ = "webhook_receiver"

    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    # May its name stand for an address of our own network or machine?
    inside: Mapped[bool] = mapped_column(Boolean)
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[Instant]
