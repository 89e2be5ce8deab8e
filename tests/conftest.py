"""What tests stand on: a real PostgreSQL of their own, with a fresh migrated database for each test that asks for one."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.testclient import TestClient

from app.core.database import make_engine, make_sessions
from app.core.postgres import Server, serve
from app.core.schema import migrate
from app.main import create_app
from app.settings import Settings

TEMPLATE = "parley_template"
numbers = itertools.count()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A throwaway server with a migrated database to copy from."""
    with serve(Path(tmp_path_factory.mktemp("postgres")), fast=True) as server:
        _on_server(server, f"CREATE DATABASE {TEMPLATE}")
        migrate(_named(server.owner_url, TEMPLATE), _named(server.url, TEMPLATE))
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Server]:
    """A fresh, migrated, empty database for this test alone."""
    name = f"test_{os.getpid()}_{next(numbers)}"
    _on_server(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield Server(_named(postgres.url, name), _named(postgres.owner_url, name))
    _on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def sessions(database: Server) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = make_engine(database.url)
    yield make_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as made:
        yield made


@pytest.fixture
def settings() -> Settings:
    return Settings(hosts=("testserver", "127.0.0.1", "localhost"), unsafe_database=True)


@pytest.fixture
def app(database: Server, settings: Settings) -> FastAPI:
    return create_app(settings, database.url)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A stranger's client: no account, no cookies."""
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


def _on_server(server: Server, statement: str) -> None:
    address = make_url(_named(server.owner_url, "postgres")).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]  (names of our own making)


def _named(url: str, database: str) -> str:
    changed: URL = make_url(url).set(database=database)
    return changed.render_as_string(hide_password=False)

