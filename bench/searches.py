"""Measure searches among 25,000 positions with 30,000 quotes: python -m bench search.

Each search is asked three times, without the cache of answers; the median counts. Beside it stands
what PostgreSQL needs alone to find all matches in its word index.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
from starlette.testclient import TestClient

from app.db.dsn import conninfo
from app.db.schema import migrate
from app.embedded_postgres.server import serve
from app.main import create_app
from bench.making import make_package
from tests.datapackage.packages import take_in
from tests.support.fixtures import SETTINGS

POSITIONS = 25_000  # with 1.2 quotes each
TYPED = ("cea", "ceas", "ceasefire", "ceasefire mon", "sec", "sector1", "sector199", "xqz")
ASKED = (
    "sector199", "ceasefire", "ceasefire monitoring border", '"ceasefire monitoring"',
    "ceasefire -border", "Speaker", "sektor199", "ceasefyre",
)  # fmt: skip
FILTERS = ("", "&party=p3", "&firmness=red_line", "&since=2025-01-01&language=en")
ALONE = """
SELECT count(*) FROM log_holding, websearch_to_tsquery('english', %s) AS q WHERE words @@ q
UNION ALL SELECT count(*) FROM quote, websearch_to_tsquery('english', %s) AS q WHERE words @@ q
"""
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def median(work: Callable[[], object], times: int = 3) -> float:
    """Return the median of some runs, in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def measure(client: TestClient, database: "psycopg.Connection[tuple[int]]") -> None:
    """Print a line for each search."""

    def ask(path: str, **headers: str) -> None:
        got = client.get(path, headers=headers)
        assert got.status_code == 200, got.text[:500]

    def alone_for(q: str) -> None:
        database.execute(ALONE, [q, q]).fetchall()

    for q in TYPED:
        took = median(partial(ask, f"/search?typing=1&q={q}", **PART))
        print(f"typing  {q:32} {took:7.1f} ms")
    for q in ASKED:
        alone = median(partial(alone_for, q))
        for more in FILTERS:
            took = median(partial(ask, f"/search?q={q}{more}"))
            print(f"page    {q + more:52} {took:7.1f} ms, PostgreSQL alone {alone:.1f}")
        took = median(partial(ask, f"/api/v1/search?q={q}"))
        print(f"api     {q:52} {took:7.1f} ms, PostgreSQL alone {alone:.1f}", flush=True)


def main() -> int:
    """Fill a database, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        make_package(Path(folder) / "package", POSITIONS)
        with serve(Path(folder) / "home") as server:
            migrate(server.owner_url, server.url)
            take_in(server.url, Path(folder) / "package")
            app = create_app(SETTINGS.model_copy(update={"cache": False}), server.url)
            with (
                psycopg.connect(conninfo(server.owner_url), autocommit=True) as database,
                TestClient(app) as client,
            ):
                database.execute("VACUUM ANALYZE")
                measure(client, database)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
