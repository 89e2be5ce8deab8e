"""Tell waiting tasks that the log has new entries; not which ones."""

import asyncio


class Bell:
    """Bell for any number of waiting tasks, rung by the one connection that listens to the log.

    `times` counts the rings.
    """

    def __init__(self) -> None:
        self.times = 0
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake all waiting tasks."""
        self.times += 1
        heard, self._next = self._next, asyncio.Event()
        heard.set()

    async def heard(self, times: int, seconds: float, *, unless: asyncio.Event) -> bool:
        """Wait until it has rung more often than `times`.

        Returns False after `seconds`, or as soon as `unless` is set.
        """
        if self.times == times and not unless.is_set():
            waits = [asyncio.ensure_future(event.wait()) for event in (self._next, unless)]
            try:
                await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return self.times != times
