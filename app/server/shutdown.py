"""Stop without dropping requests: after SIGTERM, serve a while on connections that then close.

uvicorn alone closes idle connections, possibly in the middle of a client's next request, and
ignores clients that the system has connected already. So there are three steps: for a moment each
response says `Connection: close`, and /readyz fails, so that a proxy turns elsewhere; then the
listening socket is closed, and clients connected so far are still accepted; at last, when these are
answered, uvicorn is told to stop.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import struct
from collections.abc import Iterator
from types import FrameType
from typing import Any

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.workers import all_stop

SO_ATTACH_FILTER = 26  # asm-generic/socket.h
# linux/filter.h: the program "return 0", which accepts no byte of any packet.
DROP_ALL = (0x06, 0, 0, 0)
LAST_WORDS = 0.5  # seconds for connected clients to send their request


@contextlib.contextmanager
def stopping_gently(stopping: asyncio.Event, seconds: float) -> Iterator[None]:
    """Insert two steps between SIGTERM and uvicorn's handler; a second signal cuts these short."""
    handler: Any = signal.getsignal(signal.SIGTERM)
    server = getattr(handler, "__self__", None)
    if not isinstance(server, uvicorn.Server):  # in a test
        yield
        return
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    async def stop(number: int, frame: FrameType | None) -> None:
        await asyncio.sleep(seconds)
        await _close_the_door(server)
        await asyncio.sleep(min(LAST_WORDS, seconds))
        handler(number, frame)

    def begin(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            return handler(number, frame)
        stopping.set()
        loop.call_soon_threadsafe(lambda: tasks.add(loop.create_task(stop(number, frame))))

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Endless streams must not delay a stop by Ctrl-C.
        loop.call_soon_threadsafe(stopping.set)
        handler(number, frame)

    interrupted = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGTERM, begin)
    if getattr(interrupted, "__self__", None) is server:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)
        signal.signal(signal.SIGINT, interrupted)


async def _close_the_door(server: uvicorn.Server) -> None:
    """Stop listening, but accept the clients that the system has connected by then."""
    config, loop = server.config, asyncio.get_running_loop()
    made: Any = config.http_protocol_class

    def protocol() -> asyncio.Protocol:
        state = server.lifespan.state
        return made(config=config, server_state=server.server_state, app_state=state, _loop=loop)

    taken_in: list[socket.socket] = []
    for listening in server.servers:
        # A duplicate descriptor keeps the system's queue until it is empty.
        doors = [socket.socket(fileno=os.dup(door.fileno())) for door in listening.sockets]
        listening.close()
        for door in doors:
            door.setblocking(False)
            if all_stop():
                _let_nobody_in(door)
            with door, contextlib.suppress(OSError):
                with contextlib.suppress(BlockingIOError):
                    while True:
                        taken_in.append(door.accept()[0])
                if all_stop():
                    door.shutdown(socket.SHUT_RDWR)
    for guest in taken_in:
        with contextlib.suppress(OSError):
            await loop.connect_accepted_socket(protocol, guest, ssl=config.ssl)


def _let_nobody_in(door: socket.socket) -> None:
    """Keep new clients out of the queue, which is about to be emptied and then discarded.

    TCP makes them try again, and they are refused. Only Linux has such filters.
    """
    instruction = ctypes.create_string_buffer(struct.pack("HBBI", *DROP_ALL))
    program = struct.pack("HP", 1, ctypes.addressof(instruction))
    with contextlib.suppress(OSError):
        door.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


class CloseWhenStopping:
    """Tell clients while stopping that their next request needs another connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add `Connection: close` to each response while the server is stopping."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        stopping: asyncio.Event = scope["app"].state.stopping

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and stopping.is_set():
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, receive, closing)
