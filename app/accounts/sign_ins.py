"""Sign in and out, by a password, a one-time link or an OpenID provider."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import passwords, rate_limit
from app.accounts.actions import note
from app.accounts.queries import (
    DEVICE_KNOWN,
    Viewer,
    find_account,
    get_account,
    hashed,
    is_known_device,
    key_of,
)
from app.core.errors import NotFound, SignInRequired
from app.models.account import Account, ApiToken, SignIn, SignInLink

NOTED_EVERY = timedelta(hours=1)  # between two updates of when a session or token was last used


@dataclass(frozen=True, slots=True)
class Attempt:
    """Sign-in attempt that was counted and may now be checked."""

    account_id: int | None
    password_hash: str | None
    counts: rate_limit.Counts


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets for the browser: the session token, and one that later makes it a known device."""

    token: str
    device: str
    account_id: int


async def begin_sign_in(
    session: AsyncSession, *, name: str, address: str, device: str | None, now: datetime
) -> Attempt:
    """Count an attempt and look up the hash to compare with; raise TooMany above a limit.

    Run it in a transaction of its own: then the attempt counts whatever follows, and no database
    connection waits for the slow hash.
    """
    known = device is not None and await is_known_device(session, device, name=name, now=now)
    counts = (
        rate_limit.of_device(key_of(name), device)
        if known and device
        else rate_limit.of_stranger(key_of(name), address)
    )
    await rate_limit.take(session, counts, now=now)
    account = await find_account(session, name)
    if account is None or account.disabled_at is not None:
        return Attempt(None, None, counts)
    return Attempt(account.id, account.password_hash, counts)


async def sign_in(
    session: AsyncSession,
    *,
    attempt: Attempt,
    password: str,
    user_agent: str | None,
    lasts: timedelta,
    now: datetime,
) -> Secrets | None:
    """Check the password of an attempt, in equal time for any account; None if it is wrong."""
    if not await passwords.verify(attempt.password_hash, password) or attempt.account_id is None:
        return None
    account = await get_account(session, attempt.account_id)
    if account.disabled_at is not None or account.password_hash != attempt.password_hash:
        return None  # changed during the comparison
    if passwords.is_weak(account.password_hash or ""):
        account.password_hash = await passwords.make_hash(password)
    await rate_limit.give_back(session, attempt.counts, now=now)
    return await _start(
        session, account=account, user_agent=user_agent, lasts=lasts, now=now, how="password"
    )


async def _start(
    session: AsyncSession,
    *,
    account: Account,
    user_agent: str | None,
    lasts: timedelta,
    now: datetime,
    how: str,
) -> Secrets:
    token, device = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    session.add(
        SignIn(
            account_id=account.id,
            token_hash=hashed(token),
            device_hash=hashed(device),
            user_agent="".join(c for c in (user_agent or "") if c.isprintable())[:200] or None,
            created_at=now,
            last_seen_at=now,
            expires_at=now + lasts,
        )
    )
    note(session, account, "signed in", by=account.name, now=now, detail=how)
    await session.flush()
    await session.execute(
        delete(SignIn).where(SignIn.created_at < now - max(DEVICE_KNOWN, 2 * lasts))
    )
    return Secrets(token, device, account.id)


async def sign_out(session: AsyncSession, *, viewer: Viewer, now: datetime) -> None:
    """End the viewer's session, if signed in by one."""
    if viewer.sign_in_id is not None:
        await end_sign_in(session, viewer=viewer, sign_in_id=viewer.sign_in_id, now=now)


async def end_sign_in(
    session: AsyncSession, *, viewer: Viewer, sign_in_id: int, now: datetime
) -> None:
    """End one of one's own sessions; raise NotFound for another user's."""
    found = await session.get(SignIn, sign_in_id)
    if found is None or found.account_id != viewer.id:
        raise NotFound("You have no such sign-in.")
    if found.ended_at is None:
        found.ended_at = now
        note(session, await get_account(session, viewer.id), "signed out", by=viewer.name, now=now)
        await session.flush()


async def sign_out_others(session: AsyncSession, *, viewer: Viewer, now: datetime) -> None:
    """End all one's sessions except the current one."""
    others = SignIn.id.is_distinct_from(viewer.sign_in_id)
    await session.execute(
        update(SignIn)
        .where(SignIn.account_id == viewer.id, SignIn.ended_at.is_(None), others)
        .values(ended_at=now)
    )
    note(
        session,
        await get_account(session, viewer.id),
        "signed out elsewhere",
        by=viewer.name,
        now=now,
    )
    await session.flush()


async def use_link(
    session: AsyncSession, *, secret: str, user_agent: str | None, lasts: timedelta, now: datetime
) -> Secrets:
    """Sign in by a one-time link; raise SignInRequired if it is used, expired or unknown."""
    enabled = exists().where(Account.id == SignInLink.account_id, Account.disabled_at.is_(None))
    used = (
        update(SignInLink)
        .where(
            SignInLink.token_hash == hashed(secret),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            enabled,
        )
        .values(used_at=now)
        .returning(SignInLink.account_id)
    )
    account_id = await session.scalar(used)
    if account_id is None:
        raise SignInRequired(
            "This link was used or has expired. Ask an administrator for a new one."
        )
    account = await get_account(session, account_id)
    return await _start(
        session, account=account, user_agent=user_agent, lasts=lasts, now=now, how="one-time link"
    )


async def enter_linked(
    session: AsyncSession,
    *,
    account: Account,
    user_agent: str | None,
    lasts: timedelta,
    now: datetime,
) -> Secrets:
    """Sign in to an account whose linked identity an OpenID provider has confirmed."""
    return await _start(
        session, account=account, user_agent=user_agent, lasts=lasts, now=now, how="OpenID Connect"
    )


async def touch(session: AsyncSession, *, viewer: Viewer, now: datetime) -> None:
    """Record that a session or a token was used.

    Called once an hour. It never waits for another request that records the same.
    """
    if viewer.sign_in_id is not None:
        free = (
            select(SignIn.id)
            .where(SignIn.id == viewer.sign_in_id)
            .with_for_update(skip_locked=True)
        )
        await session.execute(update(SignIn).where(SignIn.id.in_(free)).values(last_seen_at=now))
    elif viewer.token_id is not None:
        free = (
            select(ApiToken.id)
            .where(ApiToken.id == viewer.token_id)
            .with_for_update(skip_locked=True)
        )
        await session.execute(
            update(ApiToken).where(ApiToken.id.in_(free)).values(last_used_at=now)
        )
