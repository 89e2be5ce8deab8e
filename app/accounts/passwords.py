"""Hash and check passwords by Argon2id, any characters, byte for byte.

A new password is judged only by its length and by whether it is well known.
"""

from functools import cache

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import invalid

SHORTEST, LONGEST = 8, 1024  # characters
# OWASP's minimum is 19 MiB, 2 passes, 1 lane. A hash takes about 60 ms of one core.
HASHER = PasswordHasher(memory_cost=32 * 1024, time_cost=3, parallelism=1)
AT_ONCE = 4  # in one process; bounds the memory used by a flood of sign-ins
# Compared with where an account has no hash, for equal time. Nobody knows its password, and it
# would not help.
NOBODYS = (
    "$argon2id$v=19$m=32768,t=3,p=1$tKw7F0gxdp5/tz0qPmCjGg"
    "$bycSxSIy9g1tnl4uQfo1smNltPJDjMudi2pOy0W9U3k"
)


@cache
def well_known() -> frozenset[str]:
    """Return the most common leaked passwords of sufficient length, about 11,000."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # a megabyte, so loaded only when needed

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST)


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(AT_ONCE)


def check_new(password: str, *, name: str, pointer: str = "/password") -> None:
    """Refuse a password that is too short, too long or well known; Invalid has the reason."""
    if len(password) < SHORTEST:
        raise invalid(pointer, f"Choose a password of at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise invalid(pointer, f"Choose a password of at most {LONGEST:,} characters.")
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise invalid(
            pointer, "The password contains half of a surrogate pair, which is not a character."
        )
    folded = password.casefold()
    if folded in well_known() or folded == name.casefold():
        raise invalid(pointer, "This password is too common. Choose another.")


async def make_hash(password: str) -> str:
    """Hash a password in a thread."""
    return await anyio.to_thread.run_sync(HASHER.hash, password.encode(), limiter=_limiter())


async def verify(password_hash: str | None, password: str) -> bool:
    """Compare a password with a hash, in equal time whether there is a hash or not."""
    return await anyio.to_thread.run_sync(_verify, password_hash, password, limiter=_limiter())


def _verify(password_hash: str | None, password: str) -> bool:
    # Cut to more than any password can have.
    sent = password.encode(errors="surrogatepass")[: LONGEST * 4 + 1]
    try:
        right = HASHER.verify(password_hash or NOBODYS, sent)
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_weak(password_hash: str) -> bool:
    """Tell whether a hash was made at a lower cost than is required today."""
    return HASHER.check_needs_rehash(password_hash)
