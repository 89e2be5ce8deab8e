"""Limit sign-in attempts, counted in the database before they are checked.

So all workers share the counts, and they survive a restart. A full count refuses even the right
password, so nobody may be able to fill another user's. Attempts by a stranger count for the name
*from that address*, for the address, for the name from all strangers, and for all strangers. A
browser that has signed in to the account before is no stranger and has a count of its own. Refused
attempts are not counted.
"""

import hashlib
import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import TooMany
from app.models.account import SignInTries

WINDOW = timedelta(minutes=5)
HERE, FROM_ADDRESS, FOR_NAME, IN_ALL = 10, 30, 100, 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters that one attempt adds to, with their limits; success resets `own`."""

    limits: Mapping[str, int]
    own: str


def _key(*parts: str) -> str:
    return f"{parts[0]}:{hashlib.sha256(chr(0).join(parts).encode(errors='replace')).hexdigest()}"


def _network(address: str) -> str:
    """Return the address, or for IPv6 the /64 network that one customer gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return (
        str(ipaddress.ip_network((address, 64), strict=False)) if parsed.version == 6 else address
    )


def of_stranger(name_key: str, address: str) -> Counts:
    """Return the counters for an attempt by an unknown browser."""
    place = _network(address)
    own = _key("here", name_key, place)
    return Counts(
        {
            own: HERE,
            _key("address", place): FROM_ADDRESS,
            _key("name", name_key): FOR_NAME,
            _key("all"): IN_ALL,
        },
        own,
    )


def of_device(name_key: str, device: str) -> Counts:
    """Return the counter for an attempt by a browser that is known to the account."""
    own = _key("device", name_key, device)
    return Counts({own: HERE}, own)


def of_account(account_id: int) -> Counts:
    """Return the counter for checks of the current password before an account is changed."""
    own = _key("account", str(account_id))
    return Counts({own: HERE}, own)


def of_trips(address: str) -> Counts:
    """Return the counter for redirects to the OpenID provider, each of which costs us a request."""
    own = _key("trips", _network(address))
    return Counts({own: FROM_ADDRESS}, own)


async def take(session: AsyncSession, counts: Counts, *, now: datetime) -> None:
    """Count one attempt, or raise TooMany, which rolls back the counts.

    Rows are locked in sorted order, so that workers cannot deadlock.
    """
    over = SignInTries.since <= now - WINDOW
    statement = (
        insert(SignInTries)
        .values([{"key": key, "since": now, "tries": 1} for key in sorted(counts.limits)])
        .on_conflict_do_update(
            index_elements=[SignInTries.key],
            set_={
                "since": case((over, now), else_=SignInTries.since),
                "tries": case((over, 1), else_=SignInTries.tries + 1),
            },
        )
        .returning(SignInTries.key, SignInTries.since, SignInTries.tries)
    )
    rows = (await session.execute(statement)).all()
    full = [since + WINDOW - now for key, since, tries in rows if tries > counts.limits[key]]
    if full:
        wait = max(1, math.ceil(max(full).total_seconds()))
        raise TooMany("Too many sign-in attempts. Please wait a few minutes.", wait)
    if any(tries == 1 for _, _, tries in rows):
        old = (
            select(SignInTries.key)
            .where(SignInTries.since <= now - WINDOW)
            .with_for_update(skip_locked=True)
        )
        await session.execute(delete(SignInTries).where(SignInTries.key.in_(old)))


async def give_back(session: AsyncSession, counts: Counts, *, now: datetime) -> None:
    """Take back an attempt that succeeded, and reset the failures before it."""
    statement = insert(SignInTries).values(
        [{"key": key, "since": now, "tries": 0} for key in sorted(counts.limits)]
    )
    less = case((SignInTries.key == counts.own, 0), else_=func.greatest(SignInTries.tries - 1, 0))
    await session.execute(
        statement.on_conflict_do_update(index_elements=[SignInTries.key], set_={"tries": less})
    )
