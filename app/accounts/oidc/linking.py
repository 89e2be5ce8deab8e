"""Track sign-ins at the OpenID provider, and link identities there to accounts.

Only the owner of an account can link it.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actions import note
from app.accounts.oidc.provider import derive
from app.accounts.queries import hashed
from app.core.errors import Conflict, NotFound
from app.models.account import Account, OidcIdentity, OidcTrip

TRIP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Trip:
    """Sign-in at the provider: where to go afterwards, and the account to link; None to sign in."""

    next: str
    account_id: int | None


async def begin_trip(
    session: AsyncSession, *, secret: str, next: str, account_id: int | None = None, now: datetime
) -> None:
    """Expect the browser that keeps this secret to come back."""
    await session.execute(delete(OidcTrip).where(OidcTrip.expires_at <= now))
    session.add(
        OidcTrip(token_hash=hashed(secret), account_id=account_id, next=next, expires_at=now + TRIP)
    )
    await session.flush()


def new_secret() -> str:
    """Draw the random secret of one sign-in."""
    return secrets.token_urlsafe(32)


async def end_trip(session: AsyncSession, *, secret: str, state: str, now: datetime) -> Trip | None:
    """Accept a returning browser once; None if it was not sent from here, or too long ago."""
    if not hmac.compare_digest(derive(secret, "state").encode(), state.encode(errors="replace")):
        return None
    ended = delete(OidcTrip).where(OidcTrip.token_hash == hashed(secret), OidcTrip.expires_at > now)
    row = (await session.execute(ended.returning(OidcTrip.next, OidcTrip.account_id))).one_or_none()
    return Trip(row[0], row[1]) if row else None


async def find_identity(
    session: AsyncSession, *, account_id: int, issuer: str
) -> OidcIdentity | None:
    """Return the identity at an issuer that an account is linked to, if any."""
    query = select(OidcIdentity).where(
        OidcIdentity.account_id == account_id, OidcIdentity.issuer == issuer
    )
    return (await session.scalars(query)).one_or_none()


async def find_linked(session: AsyncSession, *, issuer: str, subject: str) -> Account | None:
    """Return the account linked to a subject at a provider, unless it is disabled."""
    query = select(Account).join(OidcIdentity, OidcIdentity.account_id == Account.id)
    query = query.where(
        OidcIdentity.issuer == issuer,
        OidcIdentity.subject == subject,
        Account.disabled_at.is_(None),
    )
    return (await session.scalars(query)).one_or_none()


async def link(
    session: AsyncSession, *, account: Account, issuer: str, subject: str, now: datetime
) -> None:
    """Link an account to a subject at a provider; Conflict if either is linked already."""
    try:
        async with session.begin_nested():
            session.add(
                OidcIdentity(account_id=account.id, issuer=issuer, subject=subject, created_at=now)
            )
            await session.flush()
    except IntegrityError:
        raise Conflict(
            "One of the two accounts is already linked: unlink it there first."
        ) from None
    note(session, account, "linked", by=account.name, now=now, detail=issuer)
    await session.flush()


async def unlink(session: AsyncSession, *, account: Account, issuer: str, now: datetime) -> None:
    """Remove an account's link to a provider; raise NotFound if there is none."""
    identity = await find_identity(session, account_id=account.id, issuer=issuer)
    if identity is None:
        raise NotFound("Your account is not linked.")
    await session.delete(identity)
    note(session, account, "unlinked", by=account.name, now=now, detail=issuer)
    await session.flush()
