"""Tell waiting tasks that the log has new entries; not which ones."""

import asyncio


class Bell:
    """Bell for any number of waiting tasks, rung by the one connection that listens to the log.

    `times` counts the rings.
    """

    def __init__(self) -> None:
        self.times = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake all waiting tasks."""
        self.times += 1
        self.wake()

    def wake(self) -> None:
        """Let all waiting tasks look, although nothing is new."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def heard(self, times: int, seconds: float, *, unless: asyncio.Event) -> bool:
        """Wait until it has rung more often than `times`.

        Returns False after `seconds`, or if it is woken when `unless` is set. Each waiting task has
        one future and no task beside it, since there may be thousands.
        """
        if self.times == times and not unless.is_set():
            own = asyncio.get_running_loop().create_future()
            self._waiting.add(own)
            try:
                await asyncio.wait((own,), timeout=seconds)
            finally:
                self._waiting.discard(own)
        return self.times != times


class Stopping(asyncio.Event):
    """Is set when the process stops, and wakes all who wait for the bell."""

    def __init__(self, bell: Bell) -> None:
        super().__init__()
        self._bell = bell

    def set(self) -> None:
        """Say that the process stops."""
        super().set()
        self._bell.wake()
