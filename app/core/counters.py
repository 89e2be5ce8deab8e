"""Count requests, SQL and cache use for Prometheus.

With several workers each writes its counts to files, which `/metrics` adds up.
"""

import contextlib
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it when it is imported
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter(
    "parley_requests", "Requests, by the template of their route.", ("method", "route", "status")
)
REQUEST_SECONDS = Histogram(
    "parley_request_seconds", "Time until an answer was sent.", ("route",), buckets=QUICK
)
SQL_SECONDS = Histogram(
    "parley_sql_seconds", "Time of SQL statements; its count is their number.", buckets=QUICK
)
POOL_IN_USE = Gauge(
    "parley_pool_in_use", "Database connections in use.", multiprocess_mode="livesum"
)
POOL_WAITING = Gauge(
    "parley_pool_waiting", "Requests that wait for a connection.", multiprocess_mode="livesum"
)
IN_LINE = Gauge(
    "parley_in_line",
    "Requests that wait in line, for dear work or for other reading by strangers.",
    ("line",),
    multiprocess_mode="livesum",
)
CACHE_HITS = Counter("parley_cache_hits", "Requests answered from the cache.")
CACHE_MISSES = Counter(
    "parley_cache_misses",
    "Requests that could have been answered from the cache, but were not in it.",
)
REPLICA_READS = Counter(
    "parley_replica_reads", "Requests by strangers, by where they read.", ("server",)
)
CACHE_BYTES = Gauge(
    "parley_cache_bytes", "Size of the cached answers.", multiprocess_mode="livesum"
)
CACHE_ANSWERS = Gauge("parley_cache_answers", "Cached answers.", multiprocess_mode="livesum")


def count_request(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count one response, by the template of its route, and its duration in seconds."""
    number, times = _counters_of(method if method in METHODS else "other", route or "none", status)
    number.inc()
    times.observe(seconds)


@cache
def _counters_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return the counters of these labels, which the library takes longer to find than to count."""
    return REQUESTS.labels(method, route, status), REQUEST_SECONDS.labels(route)


class MeasuredPool(AsyncAdaptedQueuePool):
    """Connection pool that counts its connections in use and the requests waiting for one."""

    def _do_get(self) -> ConnectionPoolEntry:
        with POOL_WAITING.track_inprogress():
            found = super()._do_get()
        POOL_IN_USE.inc()
        return found

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        POOL_IN_USE.dec()
        super()._do_return_conn(record)


def measure_statements(engine: AsyncEngine) -> None:
    """Measure the duration of every statement, including those that fail."""

    def begin(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        context.parley_began = time.perf_counter()

    def end(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        SQL_SECONDS.observe(time.perf_counter() - context.parley_began)

    def failed(failure: Any) -> None:
        began = getattr(failure.execution_context, "parley_began", None)
        if began is not None:
            SQL_SECONDS.observe(time.perf_counter() - began)

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", failed)


def exposition(**more: float) -> bytes:
    """Return all counts in the Prometheus text format, with `more` numbers as gauges.

    `more` are numbers that one process knows for all workers.
    """
    registry = REGISTRY
    folder = os.environ.get(FOLDER)
    if folder:
        _forget_the_dead(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)
    lines = b"".join(
        b"# TYPE %s gauge\n%s %.17g\n" % (n.encode(), n.encode(), value)
        for n, value in more.items()
    )
    return generate_latest(registry) + lines


def _forget_the_dead(folder: Path) -> None:
    """Delete the gauges of killed workers; their counters remain."""
    for file in folder.glob("gauge_live*_*.db"):
        number = int(file.stem.rpartition("_")[2])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            with contextlib.suppress(FileNotFoundError):
                file.unlink()
        except PermissionError:
            pass
