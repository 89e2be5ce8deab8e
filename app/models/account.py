"""Model accounts, the ways to sign in to one, and their history; secrets are stored hashed only."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, one_of
from app.models.vocabulary import UserRole

Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
# SHA-256; no salt is needed, since the secret is 32 random bytes.
SecretHash = Annotated[bytes, mapped_column(LargeBinary, unique=True)]
OfAccount = Annotated[int, mapped_column(ForeignKey("account.id"), index=True)]


class Account(Base):
    """A user's name, role and, unless only one-time links sign in, password."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint(one_of("role", UserRole), "role"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text, unique=True)  # for comparison, without letter case
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)  # null: only one-time links sign in
    created_at: Mapped[Instant]
    disabled_at: Mapped[Instant | None]


class SignIn(Base):
    """A browser that was signed in, until the session is ended, expires or is idle for too long."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    account_id: Mapped[OfAccount]
    token_hash: Mapped[SecretHash]
    # Of the device cookie, which identifies a browser that has signed in before.
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    user_agent: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]  # to the hour
    expires_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class SignInLink(Base):
    """A link that signs in once."""

    __tablename__ = "sign_in_link"

    id: Mapped[Id]
    account_id: Mapped[OfAccount]
    token_hash: Mapped[SecretHash]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class OidcIdentity(Base):
    """The account's identity at an OpenID provider, linked by its owner."""

    __tablename__ = "oidc_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("account_id", "issuer"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Instant]


class OidcTrip(Base):
    """A browser sent to the OpenID provider; it may return once, with the secret in its cookie."""

    __tablename__ = "oidc_trip"

    id: Mapped[Id]
    token_hash: Mapped[SecretHash]
    # The account to link the identity to; null: the browser is to be signed in.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    next: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[Instant] = mapped_column(index=True)


class ApiToken(Base):
    """A token for the API, with the rights of its account or fewer."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint(one_of("role", UserRole), "role"),)

    id: Mapped[Id]
    account_id: Mapped[OfAccount]
    token_hash: Mapped[SecretHash]
    label: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(Text)  # its first characters, to tell it from others
    role: Mapped[str | None] = mapped_column(Text)  # highest role allowed; null: the account's
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]
    last_used_at: Mapped[Instant | None]  # by a write, to the hour
    revoked_at: Mapped[Instant | None]


class SignInTries(Base):
    """Count sign-ins since an instant that failed or are unfinished.

    There is a row by name and address, by address, by name, and one for all.
    """

    __tablename__ = "sign_in_tries"

    # A hash, since people type passwords into the field for the name by mistake.
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[Instant] = mapped_column(index=True)
    tries: Mapped[int]


class AccountEvent(Base):
    """A change of an account and who made it, without secrets.

    Rows are only appended, in the transaction that makes the change.
    """

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_account_id_id", "account_id", "id"),)

    id: Mapped[Id]
    at: Mapped[Instant]
    by: Mapped[str | None] = mapped_column(Text)  # null: the command line
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    what: Mapped[str] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
