"""Find who is signed in, and list what belongs to an account."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, LargeBinary, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.lookalikes import look_alike
from app.db.prepared import Prepared
from app.models.account import Account, AccountEvent, ApiToken, SignIn, SignInLink
from app.models.alert import Alert
from app.models.vocabulary import AlertState, UserRole

RANKS = {role: rank for rank, role in enumerate(UserRole)}
DEVICE_KNOWN = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Viewer:
    """User of a request, with the role that applies; by a session or by a token."""

    id: int
    name: str
    role: UserRole
    sign_in_id: int | None = None
    token_id: int | None = None
    alert_stopped: bool = False  # has one of the alerts been given up? Only by a session

    def may(self, role: UserRole) -> bool:
        """Tell whether the viewer has this role or a higher one."""
        return RANKS[self.role] >= RANKS[role]

    @property
    def may_edit(self) -> bool:
        """Tell whether the viewer is an editor or admin."""
        return self.may(UserRole.EDITOR)


def hashed(secret: str) -> bytes:
    """Return the hash that is stored of a random secret."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def key_of(name: str) -> str:
    """Return the name in the form for comparisons: NFKC, without letter case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


async def find_account(session: AsyncSession, name: str) -> Account | None:
    """Return the account with this name, compared without letter case, if any."""
    return (
        await session.scalars(select(Account).where(Account.name_key == key_of(name)))
    ).one_or_none()


async def find_look_alike(session: AsyncSession, name: str) -> str | None:
    """Return the name of an account that readers could confuse with this one, if any."""
    names = await session.scalars(select(Account.name).order_by(Account.id))
    return next((there for there in names if look_alike(there, name)), None)


async def get_account(session: AsyncSession, account_id: int) -> Account:
    """Return an account; raise NotFound if there is none."""
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account


async def list_accounts(session: AsyncSession) -> Sequence[Account]:
    """List all accounts by name."""
    return (await session.scalars(select(Account).order_by(Account.name_key, Account.id))).all()


STOPPED = exists().where(Alert.account_id == Account.id, Alert.state == AlertState.STOPPED)


async def find_signed_in(
    session: AsyncSession, token: str, *, idle: timedelta, now: datetime
) -> tuple[Viewer, datetime] | None:
    """Return the holder of a session token, and when they were last seen."""
    query = (
        select(Account.id, Account.name, Account.role, SignIn.id, SignIn.last_seen_at, STOPPED)
        .join(SignIn, SignIn.account_id == Account.id)
        .where(
            SignIn.token_hash == hashed(token), SignIn.ended_at.is_(None), SignIn.expires_at > now
        )
        .where(SignIn.last_seen_at > now - idle, Account.disabled_at.is_(None))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    viewer = Viewer(row[0], row[1], UserRole(row[2]), sign_in_id=row[3], alert_stopped=bool(row[5]))
    return viewer, row[4]


TOKEN_HOLDER = Prepared(
    lambda: (
        select(
            Account.id,
            Account.name,
            Account.role,
            ApiToken.role,
            ApiToken.id,
            ApiToken.last_used_at,
        )
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(
            ApiToken.token_hash == bindparam("token_hash", type_=LargeBinary),
            ApiToken.revoked_at.is_(None),
            Account.disabled_at.is_(None),
            or_(
                ApiToken.expires_at.is_(None),
                ApiToken.expires_at > bindparam("now", type_=DateTime(timezone=True)),
            ),
        )
    )
)


async def find_token_holder(
    session: AsyncSession, token: str, *, now: datetime
) -> tuple[Viewer, datetime | None] | None:
    """Return the holder of an API token, and when it was last used.

    The role that applies is the lower one of token and account.
    """
    rows = await TOKEN_HOLDER.all(session, token_hash=hashed(token), now=now)
    if not rows:
        return None
    [row] = rows
    role = min((UserRole(r) for r in (row[2], row[3]) if r), key=RANKS.__getitem__)
    return Viewer(row[0], row[1], role, token_id=row[4]), row[5]


async def find_link_holder(session: AsyncSession, secret: str, *, now: datetime) -> Account | None:
    """Return the account that a one-time link would sign in to, if it is still valid."""
    query = (
        select(Account)
        .join(SignInLink, SignInLink.account_id == Account.id)
        .where(
            SignInLink.token_hash == hashed(secret),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .where(Account.disabled_at.is_(None))
    )
    return (await session.scalars(query)).one_or_none()


async def is_known_device(session: AsyncSession, device: str, *, name: str, now: datetime) -> bool:
    """Tell whether this browser was signed in to that account recently."""
    query = select(
        exists().where(
            SignIn.device_hash == hashed(device),
            SignIn.account_id == Account.id,
            Account.name_key == key_of(name),
            SignIn.created_at > now - DEVICE_KNOWN,
        )
    )
    return bool(await session.scalar(query))


async def list_sign_ins(
    session: AsyncSession, account_id: int, *, idle: timedelta, now: datetime
) -> Sequence[SignIn]:
    """List the active sessions of an account, the last used first."""
    query = (
        select(SignIn)
        .where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.expires_at > now)
        .where(SignIn.last_seen_at > now - idle)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    )
    return (await session.scalars(query)).all()


async def list_tokens(session: AsyncSession, account_id: int) -> Sequence[ApiToken]:
    """List the tokens that are not revoked, the newest first."""
    query = select(ApiToken).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    return (await session.scalars(query.order_by(ApiToken.id.desc()))).all()


async def list_events(
    session: AsyncSession, *, limit: int = 50
) -> Sequence[tuple[AccountEvent, str]]:
    """List the newest audit events with the names of their accounts."""
    query = select(AccountEvent, Account.name).join(Account, Account.id == AccountEvent.account_id)
    rows = await session.execute(query.order_by(AccountEvent.id.desc()).limit(limit))
    return [(event, name) for event, name in rows]
