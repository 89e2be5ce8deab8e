"""Starting to serve: the database the settings name, its schema, the sign-in link, the processes that answer."""

import asyncio
import contextlib
import ipaddress
import os
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn
from sqlalchemy import create_engine, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actions import issue_link
from app.core import postgres, schema
from app.core.clock import now
from app.core.database import driver_url, make_engine, make_sessions, transaction
from app.core.postgres import Server
from app.models.negotiation import Negotiation
from app.settings import Settings

WATCH_SECONDS = 1.0


@contextlib.contextmanager
def database(settings: Settings, *, migrated: bool = True) -> Iterator[Server]:
    """The database that the settings name; the embedded one is started where need be, and brought up to date."""
    if settings.database_url is not None:
        server = Server(settings.database_url, settings.database_owner_url or settings.database_url)
        if migrated:
            _require_schema(server.url)
        yield server
        return
    with postgres.serve(settings.home) as server:
        if migrated:
            schema.migrate(server.owner_url, server.url)
        yield server


def _require_schema(url: str) -> None:
    engine = create_engine(driver_url(url))
    try:
        with engine.connect() as connection:
            found = schema.version(connection)
    finally:
        engine.dispose()
    if found != schema.newest():
        newer = found is not None and not schema.knows(found)
        todo = "use the newer program" if newer else "run `parley migrate`"
        raise schema.SchemaError(
            f"The database's schema is {found or 'not there'}, this program needs {schema.newest()}: {todo}."
        )


def serve(
    settings: Settings, *, host: str, port: int, workers: int, prepare: Callable[[str], None] | None = None
) -> None:
    """Serve until told to stop; prints the address and, on loopback, a link that signs the local admin in once."""
    with database(settings) as server:
        if prepare is not None:
            prepare(server.url)
        print(f"Parley is at http://{_in_url(host)}:{port}", flush=True)
        if settings.database_url is None and _is_loopback(host):
            secret = asyncio.run(_make_link(server.url))
            print("Sign in as the local admin, once, within the hour:", flush=True)
            print(f"  http://{_in_url(host)}:{port}/login?link={secret}", flush=True)
        os.environ["DATABASE_URL"] = server.url  # for the processes that answer
        with _kept_alive(settings):
            uvicorn.run(
                "app.main:from_environment",
                factory=True,
                host=host,
                port=port,
                workers=workers,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=10,
            )


async def _make_link(url: str) -> str:
    engine = make_engine(url)
    try:
        async with transaction(make_sessions(engine)) as session:
            return await issue_link(session, now=now())
    finally:
        await engine.dispose()


@contextlib.contextmanager
def _kept_alive(settings: Settings) -> Iterator[None]:
    """Start the embedded server again should it die while we serve."""
    if settings.database_url is not None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(WATCH_SECONDS):
            try:
                if postgres.ensure(settings.home):
                    print("The embedded database had died and was started again.", file=sys.stderr, flush=True)
            except postgres.PostgresError as error:
                print(f"parley: {error}", file=sys.stderr, flush=True)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


async def is_empty(session: AsyncSession) -> bool:
    return not await session.scalar(select(exists(select(Negotiation.id))))


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
