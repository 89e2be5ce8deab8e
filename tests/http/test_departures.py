"""Test that work for a reader who has left ends, in the program and in the database."""

import asyncio
import gc
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.types import Message, Receive, Scope, Send

from app.core.gently import gently
from app.db.engine import Session, plain_url
from app.embedded_postgres.server import Server
from app.http.departures import StopWhenLeft
from app.main import create_app
from tests.support import live
from tests.support.fixtures import SETTINGS
from tests.support.patience import PATIENCE

MARK = "the reader of this has left"
MOST = 3_000  # steps of a millisecond
counted: list[int] = []


async def sleep_in_database(session: Session) -> str:
    await session.execute(text(f"SELECT pg_sleep(8) /* {MARK} */"))
    return "done"


async def count_on() -> str:
    async for number in gently(range(MOST)):
        counted.append(number)
        until_then = time.monotonic() + 0.001
        while time.monotonic() < until_then:
            pass  # work that holds the process
    return "done"


@pytest.fixture
def address(database: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve two addresses that work for long, over a real socket."""

    @contextmanager
    def with_long_work(settings: object, url: str) -> Iterator[FastAPI]:
        app = create_app(SETTINGS, url)
        app.router.add_api_route("/api/in-database", sleep_in_database, methods=["GET", "POST"])
        app.router.add_api_route("/api/in-program", count_on)
        yield app

    monkeypatch.setattr(live, "application", with_long_work)
    with live.serving(database.url) as url:
        yield url


def leave(address: str, path: str, method: str = "GET") -> socket.socket:
    """Ask for something over a socket of its own."""
    parts = urlsplit(address)
    made = socket.create_connection((parts.hostname or "", parts.port or 0))
    head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 0\r\n\r\n"
    made.sendall(head.encode())
    return made


def running(database: Server, *, end: bool = False) -> bool:
    """Tell whether the statement is under way, and `end` it."""
    asked = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s"
    with psycopg.connect(plain_url(database.owner_url), autocommit=True) as other:
        found = other.execute(asked, [f"SELECT pg_sleep(8)%{MARK}%"]).fetchone()
        if found and end:
            other.execute("SELECT pg_cancel_backend(%s)", found)
        return found is not None


def until(expected: bool, database: Server, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running(database) is not expected:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_statement_ends_with_its_reader(address: str, database: Server) -> None:
    asked = leave(address, "/api/in-database")
    assert until(True, database, PATIENCE)
    asked.close()
    assert until(False, database, 5)  # by itself it would take eight seconds


def test_what_writes_is_not_stopped(address: str, database: Server) -> None:
    asked = leave(address, "/api/in-database", "POST")
    assert until(True, database, PATIENCE)
    asked.close()
    assert not until(False, database, 1)
    assert running(database, end=True)


def test_work_in_the_program_ends_with_its_reader(address: str) -> None:
    counted.clear()
    asked = leave(address, "/api/in-program")
    deadline = time.monotonic() + PATIENCE
    while len(counted) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    asked.close()
    before = -1
    while len(counted) != before and time.monotonic() < deadline:
        before = len(counted)
        time.sleep(0.5)
    assert 20 <= len(counted) == before < MOST


def test_others_are_answered_meanwhile(address: str) -> None:
    asked = leave(address, "/api/in-program")
    parts = urlsplit(address)

    async def healthy() -> bytes:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        line = await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
        return line

    assert b"200" in asyncio.run(healthy())
    asked.close()


def test_what_was_made_for_a_reader_is_freed_when_the_reader_leaves() -> None:
    class Made:
        """What an answer is made from."""

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        made, errors = Made(), []
        weakref.finalize(made, freed.set)
        began.set()
        try:
            await send({"type": "http.response.body", "body": b"", "made": made})
        except asyncio.CancelledError as stopped:
            errors.append(stopped)  # so this frame and the error hold each other, as libraries do
            raise

    async def send(_message: Message) -> None:
        await asyncio.Event().wait()

    async def receive() -> Message:
        await began.wait()
        return {"type": "http.disconnect"}

    freed, began = threading.Event(), asyncio.Event()
    gc.disable()
    try:
        asyncio.run(StopWhenLeft(answer)({"type": "http", "method": "GET"}, receive, send))
        assert freed.is_set()
    finally:
        gc.enable()
