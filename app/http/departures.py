"""Stop the work for a request as soon as its reader has left."""

import asyncio
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

READING = ("GET", "HEAD")


class StopWhenLeft:
    """Cancel requests that only read when the connection is closed before they are answered.

    A statement under way is cancelled in the database as well. Other requests go on to their end:
    whoever sent a form and left has sent it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and watch meanwhile whether its reader is still there."""
        if scope["type"] != "http" or scope["method"] not in READING:
            return await self.app(scope, receive, send)
        left = asyncio.Event()
        began = False

        async def watch() -> None:
            # Nothing that only reads takes a body: what is sent of one is dropped.
            while (await receive())["type"] != "http.disconnect":
                pass
            left.set()

        async def without_body() -> Message:
            nonlocal began
            if not began:
                began = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await left.wait()
            return {"type": "http.disconnect"}

        work = asyncio.ensure_future(self.app(scope, without_body, send))
        watching = asyncio.ensure_future(watch())
        try:
            await asyncio.wait((work, watching), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
            try:
                await work
            except asyncio.CancelledError as stopped:
                # It holds the frames that it came through, and so the answer, until garbage is
                # collected.
                traceback.clear_frames(stopped.__traceback__)
        finally:
            watching.cancel()
            work.cancel()
