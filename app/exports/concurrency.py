"""At most so many exports at once in one process; whoever comes then is asked to wait."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import TooMany

AT_ONCE = 2
RETRY_AFTER = 10  # seconds


class Slots:
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.free = at_once

    def expect_one(self) -> None:
        """TooMany where none is free."""
        if self.free < 1:
            raise TooMany(
                "Other exports are being written just now; ask again in a moment.", RETRY_AFTER
            )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold one while the block runs; TooMany where none is free."""
        self.expect_one()
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1


slots = Slots()
