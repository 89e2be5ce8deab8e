"""A bell that a process rings when the log tells it that something was committed: it says when to look, never what."""

import asyncio


class Bell:
    """Rung by the one connection that listens to the log, heard by however many wait; `times` counts the strokes."""

    def __init__(self) -> None:
        self.times = 0
        self._next = asyncio.Event()

    def ring(self) -> None:
        self.times += 1
        heard, self._next = self._next, asyncio.Event()
        heard.set()

    async def heard(self, times: int, seconds: float, *, unless: asyncio.Event) -> bool:
        """Wait until it has rung more often than `times`; False after so many seconds, or once `unless` is set."""
        if self.times == times and not unless.is_set():
            waits = [asyncio.ensure_future(event.wait()) for event in (self._next, unless)]
            try:
                await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return self.times != times
