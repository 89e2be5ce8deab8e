"""Test with two transactions open at once: one holds the log's lock while the other works."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import psycopg

from app.log.writer import LOCK
from tests.support.fixtures import Lake
from tests.support.patience import PATIENCE
from tests.support.worlds import connect

T = TypeVar("T")


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Repeat a check until it holds, for long enough on a busy machine."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"still not so after {seconds:g} s"
        time.sleep(0.02)


class Started(threading.Thread, Generic[T]):
    """An action that runs in a thread; `result` waits for it."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self.work, self.results = work, list[T]()
        self.start()

    def run(self) -> None:
        self.results.append(self.work())

    def waits(self, seconds: float = 0.25) -> bool:
        """Tell whether it is still running after a while."""
        self.join(seconds)
        return self.is_alive()

    def result(self) -> T:
        self.join(PATIENCE)
        return self.results[0]


@contextmanager
def open_transaction(lake: Lake) -> Iterator[psycopg.Connection]:
    """Open a transaction of another session, until it is committed or the block ends."""
    with connect(lake.database.owner_url, autocommit=False) as connection:
        yield connection


@contextmanager
def log_held(lake: Lake) -> Iterator[psycopg.Connection]:
    """Hold the log's lock: every writer waits with all other work done, until this one commits."""
    with open_transaction(lake) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield connection
