"""Who may do what: accounts, the ways to be signed in to one, and what was done to them. Secrets are hashes only."""

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
SecretHash = Annotated[
    bytes, mapped_column(LargeBinary, unique=True)
]  # SHA-256 of 32 random bytes needs no salt
OfAccount = Annotated[int, mapped_column(ForeignKey("account.id"), index=True)]


class Account(Base):
    __tablename__ = "account"
    __table_args__ = (CheckConstraint(one_of("role", UserRole), "role"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(
        Text, unique=True
    )  # the name as it is compared, whatever its letter case
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)  # none: signs in by one-time links only
    created_at: Mapped[Instant]
    disabled_at: Mapped[Instant | None]


class SignIn(Base):
    """One browser that was signed in, until it is ended, expires or is left idle."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    account_id: Mapped[OfAccount]
    token_hash: Mapped[SecretHash]
    device_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # tells a browser that has signed in before
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
    """Who the owner of an account is at an OpenID provider; they linked it themselves."""

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
    """A browser that was sent to the OpenID provider and may come back once, with the secret in its cookie."""

    __tablename__ = "oidc_trip"

    id: Mapped[Id]
    token_hash: Mapped[SecretHash]
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id"), index=True
    )  # to link; none: to sign in
    next: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[Instant] = mapped_column(index=True)


class ApiToken(Base):
    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint(one_of("role", UserRole), "role"),)

    id: Mapped[Id]
    account_id: Mapped[OfAccount]
    token_hash: Mapped[SecretHash]
    label: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(Text)  # its first characters, to tell it from others
    role: Mapped[str | None] = mapped_column(
        Text
    )  # no more than this, even where the account may do more
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]
    last_used_at: Mapped[Instant | None]  # by a write, to the hour
    revoked_at: Mapped[Instant | None]


class SignInTries(Base):
    """Sign-ins tried and not (yet) won since an instant: by name and address, by address, by name, in all."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(
        Text, primary_key=True
    )  # a hash: people type passwords into the name's field
    since: Mapped[Instant] = mapped_column(index=True)
    tries: Mapped[int]


class AccountEvent(Base):
    """What was done to an account, by whom; appended only, in the transaction that did it, without secrets."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_account_id_id", "account_id", "id"),)

    id: Mapped[Id]
    at: Mapped[Instant]
    by: Mapped[str | None] = mapped_column(Text)  # none: the command line
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    what: Mapped[str] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
