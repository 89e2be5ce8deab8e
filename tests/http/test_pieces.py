"""Test that long answers are sent in pieces, that few bytes wait, and that readers must read."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Response
from starlette.types import Message, Receive, Scope, Send

from app.embedded_postgres.server import Server
from app.http.pieces import PIECE, Sending, SendInPieces
from app.main import create_app
from app.server import connections
from tests.support import live
from tests.support.fixtures import SETTINGS
from tests.support.patience import PATIENCE

LONG = bytes(range(256)) * 4_096 * 3 + b"end"  # three pieces and a bit


class Reader:
    """What a reader was sent; one that does not read takes only the first message."""

    def __init__(self, *, reads: bool = True) -> None:
        self.messages: list[Message] = []
        self.reads = reads

    async def take(self, message: Message) -> None:
        """Take a message."""
        self.messages.append(message)
        if not self.reads and len(self.messages) > 1:
            await asyncio.Event().wait()

    @property
    def body(self) -> bytes:
        """Return all that came."""
        return b"".join(message.get("body", b"") for message in self.messages)


def sending(*bodies: bytes) -> SendInPieces:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number, body in enumerate(bodies):
            more = number < len(bodies) - 1
            await send({"type": "http.response.body", "body": body, "more_body": more})

    return SendInPieces(answer)


async def receive() -> Message:
    return {"type": "http.request"}


@pytest.mark.parametrize("bodies", [(LONG,), (b"small",), (LONG, b"", LONG), (b"",), (LONG, b"")])
def test_the_pieces_are_the_whole(bodies: tuple[bytes, ...]) -> None:
    reader, app = Reader(), sending(*bodies)
    asyncio.run(app({"type": "http"}, receive, reader.take))
    assert reader.body == b"".join(bodies)
    sent = reader.messages[1:]
    assert [m.get("more_body", False) for m in sent] == [True] * (len(sent) - 1) + [False]
    assert max(len(m["body"]) for m in sent) <= PIECE
    assert app.sending.waiting == 0


def test_beyond_the_bound_who_reads_longest_is_cut_off() -> None:
    async def work() -> None:
        sent = Sending(2 * len(LONG) + 20)

        async def read(body: bytes) -> None:
            app = sending(body)
            app.sending = sent
            await app({"type": "http"}, receive, Reader(reads=False).take)

        async def begin(body: bytes) -> asyncio.Task[None]:
            task = asyncio.create_task(read(body))
            await asyncio.sleep(0)
            return task

        shared = [await begin(LONG) for _ in range(3)]
        assert sent.waiting == len(LONG)  # the same answer, however many read it
        own = [await begin(LONG + b"a")]
        assert not any(task.done() for task in shared)
        own.append(await begin(LONG + b"b"))
        await asyncio.wait(shared, timeout=PATIENCE)
        assert all(task.done() for task in shared) and not any(task.done() for task in own)
        assert sent.waiting == 2 * len(LONG) + 2
        for task in own:
            task.cancel()
        await asyncio.wait(own)
        assert sent.waiting == 0

    asyncio.run(work())


@pytest.fixture
def address(database: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a long answer, over a real socket, to readers with whom nobody is patient."""
    monkeypatch.setattr(connections, "PATIENCE", 0.5)

    @contextmanager
    def with_long_answer(settings: object, url: str) -> Iterator[FastAPI]:
        app = create_app(SETTINGS, url)

        async def answer() -> Response:
            return Response(LONG * 8)

        app.router.add_api_route("/api/long", answer)
        yield app

    monkeypatch.setattr(live, "application", with_long_answer)
    with live.serving(database.url) as url:
        yield url


def read(address: str, *, wait: float) -> int:
    """Ask, wait, and return how many bytes come then."""
    parts = urlsplit(address)
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        reader.settimeout(PATIENCE)
        reader.connect((parts.hostname or "", parts.port or 0))
        head = f"GET /api/long HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        reader.sendall(head.encode())
        time.sleep(wait)
        came = 0
        try:
            while some := reader.recv(1 << 16):
                came += len(some)
        except ConnectionResetError:
            pass
        return came


def test_who_takes_nothing_is_dropped(address: str) -> None:
    assert read(address, wait=0) > 8 * len(LONG)
    assert read(address, wait=3) < 8 * len(LONG)
