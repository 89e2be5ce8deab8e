"""Passwords: Argon2id, any characters, byte for byte; only length and being well known are judged."""

from functools import cache

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import invalid

SHORTEST, LONGEST = 8, 1024  # characters
# OWASP's floor is 19 MiB, 2 passes, 1 lane. A hash takes about 60 ms of one core.
HASHER = PasswordHasher(memory_cost=32 * 1024, time_cost=3, parallelism=1)
AT_ONCE = 4  # in one process: bounds the memory that a flood of sign-ins takes
# What a password is compared with where there is no hash; nobody knows its password, nor would it help.
NOBODYS = "$argon2id$v=19$m=32768,t=3,p=1$tKw7F0gxdp5/tz0qPmCjGg$bycSxSIy9g1tnl4uQfo1smNltPJDjMudi2pOy0W9U3k"


@cache
def well_known() -> frozenset[str]:
    """The most common passwords of leaked lists that are long enough to be typed here: some 11,000."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # a megabyte

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST)


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(AT_ONCE)


def check_new(password: str, *, name: str, pointer: str = "/password") -> None:
    """Refuse a password that is too short, too long or among the first that are guessed; Invalid says why."""
    if len(password) < SHORTEST:
        raise invalid(pointer, f"Choose a password of at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise invalid(pointer, f"Choose a password of at most {LONGEST:,} characters.")
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise invalid(pointer, "Half of a surrogate pair is no character.")
    folded = password.casefold()
    if folded in well_known() or folded == name.casefold():
        raise invalid(pointer, "This password is among the first that are guessed. Choose another.")


async def make_hash(password: str) -> str:
    return await anyio.to_thread.run_sync(HASHER.hash, password.encode(), limiter=_limiter())


async def verify(password_hash: str | None, password: str) -> bool:
    """Compare, in the same time whether there is a hash or not."""
    return await anyio.to_thread.run_sync(_verify, password_hash, password, limiter=_limiter())


def _verify(password_hash: str | None, password: str) -> bool:
    sent = password.encode(errors="surrogatepass")[
        : LONGEST * 4 + 1
    ]  # longer than any password can be
    try:
        right = HASHER.verify(password_hash or NOBODYS, sent)
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_weak(password_hash: str) -> bool:
    """Was it made at a lower cost than is asked for today?"""
    return HASHER.check_needs_rehash(password_hash)
