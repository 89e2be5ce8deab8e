"""Change accounts; each action adds an audit line in the same transaction, without secrets."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import passwords
from app.accounts.queries import (
    RANKS,
    Viewer,
    find_account,
    find_look_alike,
    get_account,
    hashed,
    key_of,
)
from app.core.errors import Conflict, Fault, Forbidden, NotFound, invalid
from app.core.lookalikes import find_unseen
from app.db.engine import one_at_a_time
from app.models.account import Account, AccountEvent, ApiToken, SignIn, SignInLink
from app.models.vocabulary import UserRole

TOKEN_PREFIX = "parley_"  # noqa: S105  (not secret: lets scanners recognise leaked tokens)
TOKEN_SHOWN = len(TOKEN_PREFIX) + 6
TOKEN_DAYS = 90
LINK_MINUTES = 60
LOCAL_ADMIN = "admin"
LONGEST_NAME = 80


def note(
    session: AsyncSession,
    account: Account,
    what: str,
    *,
    by: str | None,
    now: datetime,
    detail: str = "",
) -> None:
    """Add a line to the audit."""
    session.add(
        AccountEvent(at=now, by=by, account_id=account.id, what=what, detail=detail or None)
    )


def check_name(name: str) -> None:
    """Refuse a name that looks like another one because it has invisible characters.

    Raises Invalid with the reason, also for a name that is empty or too long.
    """
    if not name or len(name) > LONGEST_NAME:
        raise invalid("/name", f"Give a name of 1 to {LONGEST_NAME} characters.")
    if found := find_unseen(name):
        place, character = found
        raise invalid(
            "/name", f"Remove the invisible character {character} (character {place + 1})."
        )
    if "  " in name:
        raise invalid("/name", "Remove the double space.")
    if unicodedata.combining(name[0]):
        raise invalid("/name", "Begin with a letter or a digit, not with a combining mark.")


async def add_user(
    session: AsyncSession,
    *,
    by: str | None,
    name: str,
    role: UserRole,
    password: str | None,
    now: datetime,
) -> Account:
    """Add an account; one without a password is signed in to by one-time links.

    `by` is the acting user, None on the command line. Raises Invalid for a bad name or password,
    and Conflict if the name is taken or looks like that of another account.
    """
    name = unicodedata.normalize("NFC", name.strip())
    check_name(name)
    if password is not None:
        passwords.check_new(password, name=name)
    # If two similar names are added at the same time, the second must see the first.
    await one_at_a_time(session, "names of accounts")
    if await find_account(session, name):
        raise Conflict("An account with this name already exists.", Fault("/name", "is taken"))
    if taken := await find_look_alike(session, name):
        raise Conflict(
            f"This name looks like {taken!r}, an existing account.",
            Fault("/name", "looks like another"),
        )
    password_hash = await passwords.make_hash(password) if password is not None else None
    account = Account(
        name=name,
        name_key=key_of(name),
        role=UserRole(role),
        password_hash=password_hash,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(account)
            await session.flush()
    except IntegrityError:  # another request was faster
        raise Conflict(
            "An account with this name already exists.", Fault("/name", "is taken")
        ) from None
    note(session, account, "added", by=by, now=now, detail=account.role)
    await session.flush()
    return account


async def set_role(
    session: AsyncSession, *, by: str | None, account: Account, role: UserRole, now: datetime
) -> None:
    """Change the role of an account."""
    if role != account.role:
        note(session, account, "role changed", by=by, now=now, detail=f"{account.role} to {role}")
        account.role = UserRole(role)
        await session.flush()


async def disable(
    session: AsyncSession, *, by: str | None, account: Account, now: datetime
) -> None:
    """Lock a user out from the next request on; the account and its records remain."""
    if account.disabled_at is None:
        account.disabled_at = now
        note(session, account, "disabled", by=by, now=now)
    await end_everything(session, account=account, now=now)


async def enable(session: AsyncSession, *, by: str | None, account: Account, now: datetime) -> None:
    """Let a disabled account sign in again."""
    if account.disabled_at is not None:
        account.disabled_at = None
        note(session, account, "enabled", by=by, now=now)
        await session.flush()


async def end_everything(
    session: AsyncSession, *, account: Account, now: datetime, but_sign_in: int | None = None
) -> None:
    """End every session of an account except one, and all its API tokens and unused links."""
    await session.flush()
    await session.execute(
        update(SignIn)
        .where(
            SignIn.account_id == account.id,
            SignIn.ended_at.is_(None),
            SignIn.id.is_distinct_from(but_sign_in),
        )
        .values(ended_at=now)
    )
    await session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    await session.execute(
        update(SignInLink)
        .where(SignInLink.account_id == account.id, SignInLink.used_at.is_(None))
        .values(used_at=now)
    )


async def set_password(
    session: AsyncSession,
    *,
    by: str | None,
    account: Account,
    password: str,
    now: datetime,
    but_sign_in: int | None = None,
) -> None:
    """Change a password; this ends all other sessions and revokes the API tokens."""
    passwords.check_new(password, name=account.name)
    account.password_hash = await passwords.make_hash(password)
    note(session, account, "password changed", by=by, now=now)
    await end_everything(session, account=account, now=now, but_sign_in=but_sign_in)


async def issue_link(
    session: AsyncSession,
    *,
    account_name: str = LOCAL_ADMIN,
    now: datetime,
    by: str | None = None,
    minutes: int = LINK_MINUTES,
) -> str:
    """Make the secret of a link that signs in once.

    The local admin is added if no account has its name. Raises NotFound for another missing
    account, and Conflict if it is disabled.
    """
    account = await find_account(session, account_name)
    if account is None:
        if account_name != LOCAL_ADMIN:
            raise NotFound(f"There is no account {account_name!r}.")
        account = await add_user(
            session, by=by, name=account_name, role=UserRole.ADMIN, password=None, now=now
        )
    if account.disabled_at is not None:
        raise Conflict(f"The account {account.name!r} is disabled.")
    secret = secrets.token_urlsafe(32)
    expires_at = now + timedelta(minutes=minutes)
    session.add(
        SignInLink(
            account_id=account.id, token_hash=hashed(secret), created_at=now, expires_at=expires_at
        )
    )
    note(session, account, "link made", by=by, now=now)
    await session.flush()
    return secret


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """An API token that is wanted: what for, for how many days, and with which highest role."""

    label: str
    expires_in_days: int | None = TOKEN_DAYS  # None: it does not expire
    role: UserRole | None = None


async def add_token(
    session: AsyncSession,
    wanted: TokenRequest,
    *,
    account: Account,
    now: datetime,
    by: str | None = None,
) -> str:
    """Make an API token and return it; it is shown only this once.

    `expires_in_days` None: it does not expire. `role` bounds what it may do. Raises Invalid for a
    bad label or period, Forbidden for a role above that of the account, and Conflict if the account
    is disabled.
    """
    label, expires_in_days, role = wanted.label.strip(), wanted.expires_in_days, wanted.role
    if not label or len(label) > 80 or not label.isprintable():
        raise invalid("/label", "Say what the token is for, in 1 to 80 printable characters.")
    if expires_in_days is not None and not 1 <= expires_in_days <= 3650:
        raise invalid("/expires_in_days", "Choose between 1 and 3,650 days.")
    if role is not None and RANKS[role] > RANKS[UserRole(account.role)]:
        raise Forbidden("A token cannot do more than its account.")
    if account.disabled_at is not None:
        raise Conflict(f"The account {account.name!r} is disabled.")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            account_id=account.id,
            token_hash=hashed(token),
            label=label,
            shown=token[:TOKEN_SHOWN],
            role=role,
            created_at=now,
            expires_at=now + timedelta(days=expires_in_days)
            if expires_in_days is not None
            else None,
        )
    )
    note(session, account, "token added", by=by, now=now, detail=f"{token[:TOKEN_SHOWN]}… {label}")
    await session.flush()
    return token


async def revoke_token(
    session: AsyncSession, *, viewer: Viewer, token_id: int, now: datetime
) -> None:
    """Revoke one's own token, or as an admin anybody's; NotFound for any other."""
    token = await session.get(ApiToken, token_id)
    if token is None or not (token.account_id == viewer.id or viewer.may(UserRole.ADMIN)):
        raise NotFound("You have no such token.")
    if token.revoked_at is None:
        token.revoked_at = now
        account = await get_account(session, token.account_id)
        note(
            session,
            account,
            "token revoked",
            by=viewer.name,
            now=now,
            detail=f"{token.shown}… {token.label}",
        )
        await session.flush()
