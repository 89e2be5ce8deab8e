"""Sign-ins are tried only so often: counted before they are checked, in the database, so by all workers and for good.

A count that is full refuses the right password too, so nobody must be able to fill another's. What a stranger fills is
the count of a name *from his address*, of his address, of the name from all strangers, and of all strangers; a browser
that has signed in to the account before is no stranger and has a count of its own. Refused tries count nowhere.
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
    """The counts that one try falls into, with their limits; the first is emptied when it succeeds."""

    limits: Mapping[str, int]
    own: str


def _key(*parts: str) -> str:
    return f"{parts[0]}:{hashlib.sha256(chr(0).join(parts).encode(errors='replace')).hexdigest()}"


def _network(address: str) -> str:
    """The address, or of IPv6 the part that one customer is given."""
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
    own = _key("device", name_key, device)
    return Counts({own: HERE}, own)


def of_account(account_id: int) -> Counts:
    """For the current password, which is asked for again before it is changed."""
    own = _key("account", str(account_id))
    return Counts({own: HERE}, own)


def of_trips(address: str) -> Counts:
    """For browsers that are sent to the OpenID provider, each of which has us ask it something."""
    own = _key("trips", _network(address))
    return Counts({own: FROM_ADDRESS}, own)


async def take(session: AsyncSession, counts: Counts, *, now: datetime) -> None:
    """Count one try, or raise TooMany, which rolls back what was counted. Workers queue up at each row in one order."""
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
        raise TooMany("Too many sign-ins were tried. Please wait a few minutes.", wait)
    if any(tries == 1 for _, _, tries in rows):
        old = (
            select(SignInTries.key)
            .where(SignInTries.since <= now - WINDOW)
            .with_for_update(skip_locked=True)
        )
        await session.execute(delete(SignInTries).where(SignInTries.key.in_(old)))


async def give_back(session: AsyncSession, counts: Counts, *, now: datetime) -> None:
    """Take back a try that succeeded, and forget the failures before it."""
    statement = insert(SignInTries).values(
        [{"key": key, "since": now, "tries": 0} for key in sorted(counts.limits)]
    )
    less = case((SignInTries.key == counts.own, 0), else_=func.greatest(SignInTries.tries - 1, 0))
    await session.execute(
        statement.on_conflict_do_update(index_elements=[SignInTries.key], set_={"tries": less})
    )
