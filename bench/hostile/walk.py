"""Ask every public address while others ask whether the server is alive."""

import contextlib
import http.client
import threading
import time
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass

from app.main import create_app
from bench.hostile.ground import Ground, ask
from tests.http.test_wide import QUERIES, VALUES
from tests.support.fixtures import SETTINGS
from tests.support.routes import fill, routes

LATE, LONG, MUCH = 0.1, 1.0, 50.0  # goals: seconds of the loop, of an answer, and MB
EVERY = 0.005  # seconds
ENDLESS = ("/api/v1/events",)
# Two million pairs: minutes of computing, sent while it goes on.
ALL_PAIRS = ("/export/edges.csv", "/export.graphml")


@dataclass
class Asked:
    """An address, and what was seen while it was answered."""

    address: str
    seconds: float = 0
    health: float = 0  # the longest wait of /healthz
    worked: float = 0  # the longest work of the event loop without a pause, by its processor's time
    memory: float = 0  # MB more at most

    @property
    def is_beyond(self) -> bool:
        """Tell whether a goal is not reached."""
        return max(self.health, self.worked) > LATE or self.seconds > LONG or self.memory > MUCH

    @property
    def row(self) -> str:
        """Return it as a row of a table."""
        times = f"{self.seconds:.2f} | {self.health * 1000:.0f} | {self.worked * 1000:.0f}"
        return f"| `{self.address}` | {times} | {self.memory:.0f} |"


def walk(ground: Ground, slug: str) -> Iterator[Asked]:
    """Ask every public address of a negotiation once."""
    for address in _addresses(slug):
        ground.held_up()
        asked = Asked(address)
        with _watched(ground, asked):
            try:
                asked.seconds = ask(ground.base + address)
            except urllib.error.HTTPError as refused:
                refused.close()
                continue
        worked = [each["worked"] for each in ground.held_up()]
        asked.worked = max(worked, default=0) / 1000
        yield asked


def _addresses(slug: str) -> list[str]:
    values = VALUES | {"slug": slug}
    paths = [
        path
        for method, path in routes(create_app(SETTINGS, "postgresql://x@x/x"))
        if method == "GET" and path not in ENDLESS and not path.endswith(ALL_PAIRS)
    ]
    return [fill(path, values) + query for path in paths for query in QUERIES.get(path, ("",))]


@contextlib.contextmanager
def _watched(ground: Ground, asked: Asked) -> Iterator[None]:
    before, done = ground.memory(), threading.Event()

    def health() -> None:
        connection = http.client.HTTPConnection(ground.host)
        while not done.is_set():
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            asked.health = max(asked.health, time.perf_counter() - began)
            asked.memory = max(asked.memory, ground.memory() - before)
            time.sleep(EVERY)

    thread = threading.Thread(target=health, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
