"""Provide a real PostgreSQL, with a fresh migrated database for each test that asks for one."""

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.testclient import TestClient

from app.accounts import passwords
from app.db.engine import driver_url, make_engine, make_sessions
from app.embedded_postgres.server import Server, serve
from app.settings import Settings
from tests.support.applications import application
from tests.support.folders import folder, sweep
from tests.support.worlds import EMPTY, Known, World, connect, copied, named

pytest_plugins = ["tests.support.fixtures", "tests.support.live", "tests.support.order"]

# Otherwise each process that a test starts would compile the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

COSTLY = SimpleNamespace(HASHER=passwords.HASHER, NOBODYS=passwords.NOBODYS)

# Limits the number of examples of a property, not the time, which depends on the machine.
for name, examples in (("quick", 25), ("full", 100)):
    hypothesis.settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
hypothesis.settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-url",
        default=os.environ.get("PARLEY_TEST_DATABASE_URL"),
        metavar="URL",
        help="run on this server, by a role that may make databases and roles, instead of on a"
        " throwaway one",
    )


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder as pytest's fixture does, in memory if there is room, for this test only."""
    with folder() as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at Argon2id's lowest cost; tests of the real cost use `costly_passwords`."""
    cheap = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "HASHER", cheap)
        patched.setattr(passwords, "NOBODYS", cheap.hash(os.urandom(32)))
        yield


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the program's real cost."""
    monkeypatch.setattr(passwords, "HASHER", COSTLY.HASHER)
    monkeypatch.setattr(passwords, "NOBODYS", COSTLY.NOBODYS)


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[Server]:
    """Return a server to create databases on: a temporary one, or --database-url's."""
    url = pytestconfig.getoption("database_url")
    sweep()
    with folder() as home, _on_other(url) if url else serve(home, fast=True) as server:
        yield server


@contextlib.contextmanager
def _on_other(url: str) -> Iterator[Server]:
    """Use a server that keeps running, with a serving role for these tests alone.

    Role and databases of the tests are removed at the end.
    """
    role, mine = f"parley_test_{os.getpid()}", f"_{os.getpid()}(_|$)"
    owner = driver_url(url)
    server = Server(
        *(
            u.render_as_string(hide_password=False)
            for u in (owner.set(username=role, password=role), owner)
        )
    )
    yield server
    with connect(named(server.owner_url, "postgres")) as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ %s", [mine]
        ).fetchall():
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
def world() -> World:
    """Say what `database` is filled with; a file or folder of tests may override it."""
    return EMPTY


@pytest.fixture
def database(copy: tuple[Server, Known]) -> Server:
    """Return a fresh database for this test alone: migrated, and filled as `world` says."""
    return copy[0]


@pytest.fixture
def copy(postgres: Server, world: World) -> Iterator[tuple[Server, Known]]:
    """Return the database, and what a test must know of its contents."""
    with copied(postgres, world) as made:
        yield made


@pytest.fixture
async def sessions(database: Server) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Return a factory of sessions on this test's database."""
    engine = make_engine(database.url)
    yield make_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Open a session on this test's database."""
    async with sessions() as made:
        yield made


@pytest.fixture
def settings() -> Settings:
    """Return the settings of a test application."""
    return Settings(hosts=("testserver", "127.0.0.1", "localhost"), unsafe_database=True)


@pytest.fixture
def app(database: Server, settings: Settings) -> Iterator[FastAPI]:
    """Return an application on this test's database."""
    with application(settings, database.url) as made:
        yield made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Return a client without account and cookies."""
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as made:
        yield made
