"""At most so many exports at once in one process; whoever comes then is asked to wait."""

from app.core.errors import TooMany

AT_ONCE = 2
RETRY_AFTER = 10  # seconds


class Slots:
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.free = at_once

    def take(self) -> None:
        """Take one, or TooMany; give it back by `give`."""
        if self.free < 1:
            raise TooMany("Other exports are being written just now; ask again in a moment.", RETRY_AFTER)
        self.free -= 1

    def give(self) -> None:
        self.free += 1


slots = Slots()
