"""Test that the work for every dear address ends when its reader has left."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from fastapi import FastAPI

from app.db import engine
from app.db.engine import plain_url
from app.embedded_postgres.server import Server
from app.http.dear import is_dear
from app.main import create_app
from tests.support import live
from tests.support.fixtures import SETTINGS, Secrets
from tests.support.patience import PATIENCE
from tests.support.routes import fill, routes

VALUES = {"slug": "lake", "number": 1, "party": "north", "issue": "dam", "image": "svg"}
QUERY = {"/n/{slug}/compare": "?party=north&party=south"}
QUERY["/n/{slug}/compare.csv"] = QUERY["/n/{slug}/compare"]
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def served(
    lake_database: tuple[Server, Secrets], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, FastAPI, psycopg.Connection]]:
    """Serve the lake, whose log nobody can read while the test runs, however long one waits."""
    database, _ = lake_database
    monkeypatch.setitem(engine.LIMITS, "lock_timeout", 0)
    monkeypatch.setitem(engine.LIMITS, "statement_timeout", 0)
    made: list[FastAPI] = []

    @contextmanager
    def application(_settings: object, url: str) -> Iterator[FastAPI]:
        made.append(create_app(SETTINGS, url))
        yield made[0]

    monkeypatch.setattr(live, "application", application)
    address = plain_url(database.owner_url)
    with (
        live.serving(database.url) as url,
        psycopg.connect(address, autocommit=True) as watching,
        psycopg.connect(address) as owner,
    ):
        owner.execute("LOCK TABLE log_commit, log_revision IN ACCESS EXCLUSIVE MODE")
        yield url, made[0], watching
        owner.rollback()


def becomes(expected: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not expected():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_dear_work_ends_with_its_reader(
    served: tuple[str, FastAPI, psycopg.Connection], subtests: pytest.Subtests
) -> None:
    url, app, watching = served
    parts = urlsplit(url)

    def waiting() -> int:
        found = watching.execute(WAITING).fetchone()
        return int(found[0]) if found else 0

    paths = [path for method, path in routes(app) if method == "GET"]
    dear = [path for path in paths if is_dear(path, b"", signed_in=True) and "releases" not in path]
    assert len(dear) > 15
    for path in dear:
        with subtests.test(path):
            with socket.create_connection((parts.hostname or "", parts.port or 0)) as reader:
                asked = fill(path, VALUES) + QUERY.get(path, "")
                reader.sendall(f"GET {asked} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
                assert becomes(lambda: waiting() == 1)
            assert becomes(lambda: waiting() == 0 and app.state.lines.under_way == 0)
            assert app.state.lines.dear.free == 2
