"""Send long answers in pieces, and hold no more of them in memory than a bound.

The server takes over all that it is given at once, and keeps it until the reader has taken it. So
it gets a piece, and the next when there is room. What waits meanwhile is counted, each answer once
however many readers it is sent to. Beyond the bound, whoever has been reading longest is cut off.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.logs import log

PIECE = 256 * 1024
MOST_WAITING = 32 * 1024 * 1024  # bytes of all long answers that are being sent


class Sending:
    """The long answers that are being sent, the oldest first."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self.most, self.waiting = most, 0
        self._readers: dict[anyio.CancelScope, bytes] = {}
        self._answers: Counter[int] = Counter()  # how many readers each is sent to

    @contextmanager
    def one(self, body: bytes) -> Iterator[anyio.CancelScope]:
        """Count an answer while the block sends it, which is cancelled to cut its reader off."""
        with anyio.CancelScope() as scope:
            self._begin(scope, body)
            try:
                yield scope
            finally:
                self._end(scope)

    def _begin(self, scope: anyio.CancelScope, body: bytes) -> None:
        self._readers[scope] = body
        self._answers[id(body)] += 1
        self.waiting += len(body) if self._answers[id(body)] == 1 else 0
        while self.waiting > self.most and len(self._readers) > 1:
            oldest = next(iter(self._readers))
            self._end(oldest)
            oldest.cancel()

    def _end(self, scope: anyio.CancelScope) -> None:
        body = self._readers.pop(scope, None)
        if body is None:
            return
        self._answers[id(body)] -= 1
        if not self._answers[id(body)]:
            del self._answers[id(body)]
            self.waiting -= len(body)


class SendInPieces:
    """Send what is longer than a piece in pieces."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.sending = Sending()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and send its answer in pieces."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        cut_off = False

        async def in_pieces(message: Message) -> None:
            nonlocal cut_off
            body = message.get("body", b"")
            if cut_off:
                return
            if len(body) <= PIECE:
                return await send(message)
            with self.sending.one(body) as reading:
                for start in range(0, len(body), PIECE):
                    piece, last = body[start : start + PIECE], start + PIECE >= len(body)
                    more = not last or message.get("more_body", False)
                    await send({**message, "body": piece, "more_body": more})
            if reading.cancelled_caught:
                cut_off = True
                log.warning("cut off a slow reader", bytes=len(body))

        await self.app(scope, receive, in_pieces)
