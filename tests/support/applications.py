"""Applications for tests: routes and compiled statements are made once a worker, all that they hold anew each time."""

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
    """An engine that connects to the database it is told; it keeps the statements that it has compiled."""

    engine: AsyncEngine
    database: str | None

    def turn_to(self, database: str | None) -> None:
        """Leave the connections there are to whoever holds them, and make new ones elsewhere."""
        self.database = database
        self.engine.sync_engine.dispose(close=False)


apps: defaultdict[Kind, list[FastAPI]] = defaultdict(list)  # those that nobody uses
engines: defaultdict[Kind, list[Engine]] = defaultdict(list)


@contextlib.contextmanager
def application(settings: Settings, database_url: str) -> Iterator[FastAPI]:
    """An application over one database while the block runs; who asks meanwhile gets another."""
    kind = (settings.hosts, settings.secure, settings.cache)  # decided when it is put together
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
