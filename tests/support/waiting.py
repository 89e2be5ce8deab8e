"""Two transactions open at once: a writer that holds the log's lock, and what goes on meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import psycopg

from app.log.writer import LOCK
from tests.support.fixtures import Lake, connect

T = TypeVar("T")


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Ask again and again until it holds; long enough for a machine that has much else to do."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"still not so after {seconds:g} s"
        time.sleep(0.02)


class Started(threading.Thread, Generic[T]):
    """Something that goes on while we look; `result` waits for it."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self.work, self.results = work, list[T]()
        self.start()

    def run(self) -> None:
        self.results.append(self.work())

    def waits(self, seconds: float = 0.25) -> bool:
        """Is it still under way after a while?"""
        self.join(seconds)
        return self.is_alive()

    def result(self) -> T:
        self.join(30)
        return self.results[0]


@contextmanager
def open_transaction(lake: Lake) -> Iterator[psycopg.Connection]:
    """A transaction of somebody else, until it is committed or the block ends."""
    with connect(lake.database.owner_url, autocommit=False) as connection:
        yield connection


@contextmanager
def log_held(lake: Lake) -> Iterator[psycopg.Connection]:
    """Every writer waits before it draws its number, with all its other work done, until this one commits."""
    with open_transaction(lake) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield connection
