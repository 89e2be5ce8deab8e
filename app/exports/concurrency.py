"""Limit how many exports run at once in one process; more requests get 429 with Retry-After."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio

from app.core.errors import TooMany

AT_ONCE = 2
RETRY_AFTER = 10  # seconds
MOST_WAITED = 30.0  # seconds for a reader, after which another may have the slot


@dataclass(slots=True, eq=False)
class Holder:
    """An export that is being sent; `waited` are the seconds for which its reader took nothing."""

    scope: anyio.CancelScope | None  # by which it can be cut off
    waited: float = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def is_slow(self) -> bool:
        """Tell whether most of the time went by waiting for the reader, and that was long."""
        return self.waited > max(MOST_WAITED, (time.monotonic() - self.began) / 2)


class Slots:
    """Count the free slots for exports of this process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.free = at_once
        self._holders: list[Holder] = []

    def expect_one(self) -> None:
        """Raise TooMany if no slot is free, and no reader is so slow that it has to give way."""
        if self.free < 1 and self._slow() is None:
            raise TooMany("Too many exports are running; try again in a moment.", RETRY_AFTER)

    @contextmanager
    def taken(self, scope: anyio.CancelScope | None = None) -> Iterator[Holder]:
        """Hold a slot while the block runs, cutting off a slow reader; raise TooMany if none is."""
        self.expect_one()
        slow = self._slow() if self.free < 1 else None
        if slow and slow.scope:
            slow.scope.cancel()
            slow.scope = None
        holder = Holder(scope)
        self.free -= 1
        self._holders.append(holder)
        try:
            yield holder
        finally:
            self.free += 1
            self._holders.remove(holder)

    def _slow(self) -> Holder | None:
        return next((each for each in self._holders if each.scope and each.is_slow), None)


slots = Slots()
