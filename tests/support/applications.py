"""Provide applications for tests.

Routes and compiled statements are made once per test worker; all state is new for each test.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.engine import driver_url, make_engine
from app.main import attach, create_app
from app.settings import Settings

Kind = tuple[object, ...]


@dataclass
class Engine:
    """An engine that connects to a database of choice and keeps its compiled statements."""

    engine: AsyncEngine
    database: str | None

    def turn_to(self, database: str | None) -> None:
        """Connect to another database from now on.

        Connections in use stay with those who use them.
        """
        self.database = database
        self.engine.sync_engine.dispose(close=False)


apps: defaultdict[Kind, list[FastAPI]] = defaultdict(list)  # those not in use
engines: defaultdict[Kind, list[Engine]] = defaultdict(list)


@contextlib.contextmanager
def application(settings: Settings, database_url: str) -> Iterator[FastAPI]:
    """Yield an application over a database; a concurrent call gets another one."""
    kind = (settings.hosts, settings.secure, settings.cache)  # used when an application is made
    with _engine(settings, database_url) as engine:
        app = apps[kind].pop() if apps[kind] else create_app(settings, database_url)
        attach(app, settings, database_url, engine)
        routes = list(app.router.routes)
        try:
            yield app
        finally:
            app.router.routes[:] = routes
            apps[kind].append(app)


@contextlib.contextmanager
def _engine(settings: Settings, database_url: str) -> Iterator[AsyncEngine]:
    url = driver_url(database_url)
    kind = (url.set(database="any"), settings.pool_size, settings.pool_wait_seconds)
    made = engines[kind].pop() if engines[kind] else _make(settings, database_url)
    made.turn_to(url.database)
    try:
        yield made.engine
    finally:
        made.turn_to(None)
        engines[kind].append(made)


def _make(settings: Settings, database_url: str) -> Engine:
    engine = make_engine(
        database_url, pool_size=settings.pool_size, pool_wait_seconds=settings.pool_wait_seconds
    )
    made = Engine(engine, None)

    @event.listens_for(engine.sync_engine, "do_connect")
    def elsewhere(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
        assert made.database is not None, "a test goes on after its end"
        named["dbname"] = made.database

    return made
