"""Stopping without dropping anything: after SIGTERM requests are taken for a moment, on connections that end then.

Closing a connection that a client keeps alive can meet its next request half-way. So each answer of that moment says
`Connection: close`, /readyz is red, so that a proxy looks elsewhere, and only then is the server told to stop.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@contextlib.contextmanager
def stopping_gently(stopping: asyncio.Event, seconds: float) -> Iterator[None]:
    """Put a moment between SIGTERM and what the server does about it; a second signal cuts it short."""
    before: Any = signal.getsignal(signal.SIGTERM)
    loop = asyncio.get_running_loop()

    def begin(number: int, frame: FrameType | None) -> None:
        if stopping.is_set() or not callable(before):
            return _pass_on(before, number, frame)
        loop.call_soon_threadsafe(_begin, loop, stopping, seconds, lambda: _pass_on(before, number, frame))

    try:
        signal.signal(signal.SIGTERM, begin)
    except ValueError:  # not in the main thread, so in a test
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _begin(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event, seconds: float, stop: Callable[[], None]) -> None:
    stopping.set()
    loop.call_later(seconds, stop)


def _pass_on(handler: Any, number: int, frame: FrameType | None) -> None:
    if callable(handler):
        handler(number, frame)


class CloseWhenStopping:
    """Let clients know that their next request needs another connection."""

    def __init__(self, app: ASGIApp, *, stopping: asyncio.Event) -> None:
        self.app = app
        self.stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and self.stopping.is_set():
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, receive, closing)
