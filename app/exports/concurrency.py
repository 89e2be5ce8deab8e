"""Limit how many exports run at once in one process; more requests get 503 with Retry-After."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import TooMany

AT_ONCE = 2
RETRY_AFTER = 10  # seconds


class Slots:
    """Count the free slots for exports of this process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.free = at_once

    def expect_one(self) -> None:
        """Raise TooMany if no slot is free."""
        if self.free < 1:
            raise TooMany("Too many exports are running; try again in a moment.", RETRY_AFTER)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot while the block runs; raise TooMany if none is free."""
        self.expect_one()
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1


slots = Slots()
