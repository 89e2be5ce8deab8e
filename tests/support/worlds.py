"""Fill databases once per worker, and copy them for each test that asks for one."""

import asyncio
import itertools
import os
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from sqlalchemy import make_url

from app.db.engine import plain_url
from app.db.schema import migrate
from app.embedded_postgres.server import Server

T = TypeVar("T")
Known = dict[str, Any]  # what a test must know of a world: secrets, ids
templates: dict[tuple[str, str], tuple[str, Known]] = {}  # by server and world
numbers = itertools.count()


@dataclass(frozen=True)
class World:
    """Name what fills a database, and the world that it is filled on top of.

    `fill` gets what is known of that world, and returns what it adds.
    """

    name: str
    fill: Callable[[Server, Known], Known]
    upon: "World | None" = None


def _migrate(server: Server, _known: Known) -> Known:
    migrate(server.owner_url, server.url)
    return {}


EMPTY = World("empty", _migrate)


@contextmanager
def copied(postgres: Server, world: World) -> Iterator[tuple[Server, Known]]:
    """Provide a copy of a world until the block ends, and what is known of it."""
    template, known = _template(postgres, world)
    with database(postgres, f"test_{os.getpid()}_{next(numbers)}", template) as server:
        yield server, dict(known)


@contextmanager
def database(postgres: Server, name: str, template: str = "template0") -> Iterator[Server]:
    """Create a database, and drop it when the block ends."""
    yield _create(postgres, name, template)
    on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _template(postgres: Server, world: World) -> tuple[str, Known]:
    place = (postgres.url, world.name)
    if place not in templates:
        base, known = _template(postgres, world.upon) if world.upon else ("template0", {})
        name = f"template_{os.getpid()}_{world.name}"
        server = _create(postgres, name, base)
        templates[place] = (name, known | world.fill(server, known))
    return templates[place]


def _create(postgres: Server, name: str, template: str) -> Server:
    on_server(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return Server(named(postgres.url, name), named(postgres.owner_url, name))


def named(url: str, database: str) -> str:
    """Return the address of another database on the same server."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def on_server(server: Server, statement: str) -> None:
    """Run a statement on the server as its owner."""
    with connect(named(server.owner_url, "postgres")) as connection:
        connection.execute(statement)


def connect(url: str, **more: object) -> psycopg.Connection:
    """Connect without the program, for what it would never do; autocommit by default."""
    return psycopg.connect(plain_url(url), **{"autocommit": True, **more})


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own, where no event loop is running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
