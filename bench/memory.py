"""Measure peak memory and CPU time of this process and the database server, from /proc (Linux)."""

import os
import threading
import time
from pathlib import Path
from types import TracebackType

import psycopg

from app.db.dsn import conninfo

EVERY = 0.25  # seconds


def own_memory() -> float:
    """Return the memory of this process that no file backs, in MB."""
    return _anonymous("self")


def _anonymous(process: str | int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:  # the process has ended
        return 0.0
    return next(
        (
            int(line.split()[1]) / 1024
            for line in status.splitlines()
            if line.startswith("RssAnon:")
        ),
        0.0,
    )


def _worked(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Measure both while a block runs.

    Of the server it counts what its processes have besides the shared buffers.
    """

    def __init__(self, url: str) -> None:
        self.own = self.before = self.server = 0.0
        self.worked, self._worked = time.process_time(), dict[int, float]()
        self._url, self._done = url, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self.before = own_memory()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self.worked = time.process_time() - self.worked

    def __str__(self) -> str:
        server = sum(self._worked.values())
        return (
            f"memory {self.own:.0f} MB at most ({self.before:.0f} before), the server's"
            f" {self.server:.0f} MB; "
            f"work of a processor {self.worked:.0f} s, the server's {server:.0f} s"
        )

    def _look(self) -> None:
        with psycopg.connect(conninfo(self._url), autocommit=True) as connection:
            while not self._done.wait(EVERY):
                self.own = max(self.own, own_memory())
                pids = connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
                self.server = max(self.server, sum(_anonymous(pid) for (pid,) in pids))
                self._worked |= {pid: _worked(pid) for (pid,) in pids}
