"""Measure time, memory and lock waits of an import of very many positions.

Run with python -m bench import [COUNT].
"""

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.core.clock import now
from app.db.dsn import conninfo
from app.db.engine import make_engine, make_sessions, transaction
from app.db.schema import migrate
from app.embedded_postgres.server import serve
from app.importing.actions import import_package
from app.importing.reconcile import ImportRun
from app.log.writer import LOCK
from bench.making import make_package
from bench.memory import Watch

EVERY = 0.02  # seconds between the attempts of the other writer


class Phases:
    """Measure how long an import spends in each phase that it reports."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._what, self._since = "reading", time.perf_counter()

    def __call__(self, what: str, done: int, of: int) -> None:
        if what != self._what:
            self.stop()
            self._what = what

    def stop(self) -> None:
        """Add the time since the last call to the current phase."""
        at = time.perf_counter()
        self.spent[self._what] = self.spent.get(self._what, 0) + at - self._since
        self._since = at


@contextmanager
def other_writer(url: str) -> Iterator[list[float]]:
    """Take the log's lock again and again, as writers do, and record how long each attempt took."""
    waited: list[float] = []
    done = threading.Event()

    def write() -> None:
        with psycopg.connect(conninfo(url), autocommit=True) as connection:
            while not done.wait(EVERY):
                began = time.perf_counter()
                connection.execute(
                    "SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", [LOCK, LOCK]
                )
                waited.append(time.perf_counter() - began)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield waited
    finally:
        done.set()
        thread.join()


async def take_in(url: str, package: Path, phases: Phases) -> str:
    """Import the package, and return what the import reports."""
    engine = make_engine(url, limits=False)
    async with transaction(make_sessions(engine)) as session:
        report = await import_package(
            session, package, ImportRun(by="bench", now=now(), progress=phases)
        )
        phases("committing", 0, 1)
    phases.stop()
    await engine.dispose()
    return str(report)


def run(count: int) -> None:
    """Import a package of `count` positions twice into an empty database."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "pg") as server:
        migrate(server.owner_url, server.url)
        package = Path(folder) / "package"
        make_package(package, count)
        size = sum(p.stat().st_size for p in package.iterdir()) / 1e6
        print(f"{count:,} positions, {size:,.0f} MB of CSV", flush=True)
        took: list[float] = []
        for time_of in ("first", "second"):
            phases, watch = Phases(), Watch(server.owner_url)
            began = time.perf_counter()
            with watch, other_writer(server.url) as waited:
                report = asyncio.run(take_in(server.url, package, phases))
            print(f"{time_of} time: {time.perf_counter() - began:.1f} s; {report}")
            print("  " + "; ".join(f"{what} {took:.1f} s" for what, took in phases.spent.items()))
            print(f"  another writer waited {max(waited):.2f} s at most; {watch}", flush=True)
            took.append(time.perf_counter() - began)
        rows, seconds = copied(server.owner_url, package)
        print(
            f"COPY of the same {rows:,} rows into plain tables: {seconds:.1f} s;"
            f" the import has {seconds / took[0]:.3f} of its rows per second"
        )


def copied(url: str, package: Path) -> tuple[int, float]:
    """Copy the tables of a package as they are; return the number of rows, and the seconds."""
    rows, began = 0, time.perf_counter()
    with psycopg.connect(conninfo(url)) as connection:
        for path in sorted(package.glob("*.csv")):
            with open(path, "rb") as file:
                head = file.readline().decode().strip()
                columns = ", ".join(f'"{name}"' for name in head.split(","))
                typed = ", ".join(f'"{name}" text' for name in head.split(","))
                connection.execute(f"CREATE TABLE plain_{path.stem} ({typed})".encode())
                command = f"COPY plain_{path.stem} ({columns}) FROM STDIN (FORMAT csv)"
                with connection.cursor() as cursor:
                    with cursor.copy(command.encode()) as copy:
                        while block := file.read(1 << 18):
                            copy.write(block)
                    rows += cursor.rowcount
    return rows, time.perf_counter() - began
