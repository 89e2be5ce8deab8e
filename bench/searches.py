"""Measure searches among 25,000 positions with 30,000 quotes: python -m bench search.

Without the cache of answers. Each search is asked three times by a process that knows nothing of
it, and three times again; the median counts. Beside it stands what PostgreSQL needs alone to find
all matches in its word index.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.memory import Memory
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


def median(
    work: Callable[[], object], times: int = 3, before: Callable[[], object] | None = None
) -> float:
    """Return the median of some runs, in milliseconds; `before` each, its time not counted."""
    found = []
    for _ in range(times):
        if before:
            before()
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def forget(app: FastAPI) -> None:
    """Let the process know nothing of what it has found."""
    sessions = app.state.sessions
    shelves: dict[str, Memory] = sessions.kw["info"]
    sessions.configure(info={name: Memory(kept.most_bytes) for name, kept in shelves.items()})


def measure(app: FastAPI, client: TestClient, database: "psycopg.Connection[tuple[int]]") -> None:
    """Print a line for each search."""

    def ask(path: str, **headers: str) -> None:
        got = client.get(path, headers=headers)
        assert got.status_code == 200, got.text[:500]

    def took(path: str, **headers: str) -> str:
        first = median(partial(ask, path, **headers), before=partial(forget, app))
        again = median(partial(ask, path, **headers))
        return f"first {first:7.1f} ms, again {again:6.1f}"

    def alone_for(q: str) -> None:
        database.execute(ALONE, [q, q]).fetchall()

    for q in TYPED:
        print(f"typing  {q:52} {took(f'/search?typing=1&q={q}', **PART)}")
    for q in ASKED:
        alone = f"PostgreSQL alone {median(partial(alone_for, q)):.1f}"
        for more in FILTERS:
            print(f"page    {q + more:52} {took(f'/search?q={q}{more}')}, {alone}")
        print(f"api     {q:52} {took(f'/api/v1/search?q={q}')}, {alone}", flush=True)


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
                measure(app, client, database)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
