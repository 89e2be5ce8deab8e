"""Let clients take turns at a few places, so that none of them keeps the others out."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

from app.core.errors import Unavailable

RETRY_AFTER = 5  # seconds
FULL = "Too many others are waiting for answers that take long; please try again in a moment."

Turn = asyncio.Future[None]


class Turns:
    """Places, and a line of each client for them: the first of each line in turn gets the next.

    When too many wait, the last of the longest line is refused.
    """

    def __init__(
        self, places: int, most_waiting: int, measure: Callable[[float], None] = lambda _: None
    ) -> None:
        self.free = places
        self.most_waiting, self._measure = most_waiting, measure
        self.waiting = 0
        self._lines: OrderedDict[str, deque[Turn]] = OrderedDict()

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Hold a place while the block runs; raise Unavailable where too many wait."""
        await self._take(client)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, client: str) -> None:
        if self.free > 0:
            self.free -= 1
            return
        turn: Turn = asyncio.get_running_loop().create_future()
        with self._in_line(client, turn):
            if self.waiting > self.most_waiting:
                self._refuse_one()
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled() and turn.exception() is None:
                    self._give_back()  # it was given a place just as its reader left
                raise

    @contextlib.contextmanager
    def _in_line(self, client: str, turn: Turn) -> Iterator[None]:
        self._lines.setdefault(client, deque()).append(turn)
        self.waiting += 1
        self._measure(self.waiting)
        try:
            yield
        finally:
            line = self._lines.get(client)
            if line is not None and turn in line:
                line.remove(turn)
                self._left(client, line)

    def _left(self, client: str, line: deque[Turn]) -> None:
        self.waiting -= 1
        self._measure(self.waiting)
        if not line:
            del self._lines[client]

    def _refuse_one(self) -> None:
        # Of lines of the same length the newest, which may be that of who has just come.
        client, line = max(reversed(self._lines.items()), key=lambda each: len(each[1]))
        turn = line.pop()
        self._left(client, line)
        if not turn.done():  # it is, if its reader has just left
            turn.set_exception(Unavailable(FULL, RETRY_AFTER))

    def _give_back(self) -> None:
        while self._lines:
            client, line = next(iter(self._lines.items()))
            turn = line.popleft()
            self._lines.move_to_end(client)
            self._left(client, line)
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1
