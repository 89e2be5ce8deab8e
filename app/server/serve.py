"""Start serving: find the database, migrate it, print the sign-in link, run the processes."""

import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actions import issue_link
from app.core.clock import now
from app.db import schema
from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres import server as postgres
from app.embedded_postgres.server import Server
from app.models.negotiation import Negotiation
from app.server import scheduled_backups
from app.server.connections import ImpatientProtocol
from app.server.workers import run as run_workers
from app.settings import Settings

WATCH_SECONDS = 1.0
GRACE_SECONDS = 20  # for requests in progress at a stop
# For a worker to start on a slow machine; after that uvicorn takes it for hung and restarts it.
START_SECONDS = 60


@contextlib.contextmanager
def database(settings: Settings, *, migrated: bool = True) -> Iterator[Server]:
    """Give the database of the settings; the embedded one is started and migrated if necessary.

    Raises SchemaError if an external database has an unsuitable schema, unless `migrated` is false.
    """
    if settings.database_url is not None:
        server = Server(settings.database_url, settings.database_owner_url or settings.database_url)
        if migrated:
            _require_schema(server.url)
        yield server
        return
    with postgres.serve(settings.home) as server:
        if migrated:
            scheduled_backups.migrate_safely(settings.home, server)
        yield server


def _require_schema(url: str) -> None:
    with schema.connected(url) as connection:
        schema.require_server(connection)
        problem = schema.problem_of(connection)
    if problem:
        raise schema.SchemaError(problem)


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    prepare: Callable[[str], None] | None = None,
) -> None:
    """Serve until stopped; print the URL and, on loopback, a one-time link for the local admin.

    `prepare` is called with the database's URL before anything is served.
    """
    # uvicorn raises the signal again after it has stopped; the default handler would then end this
    # process before the database is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.closing(_bound(host, port)) as door, database(settings) as server:
        port = door.getsockname()[1]  # the chosen port, if 0 was given
        if prepare is not None:
            prepare(server.url)
        print(f"Parley is at http://{_in_url(host)}:{port}", flush=True)
        if settings.database_url is None and _is_loopback(host):
            secret = asyncio.run(_make_link(server.url))
            print("Sign in as the local admin with this link (once, within an hour):", flush=True)
            print(f"  http://{_in_url(host)}:{port}/login?link={secret}", flush=True)
        os.environ["DATABASE_URL"] = server.url  # for the worker processes
        config = uvicorn.Config(
            "app.main:from_environment",
            factory=True,
            workers=workers,
            http=ImpatientProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=",".join(settings.proxies),
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_worker_healthcheck=START_SECONDS,
        )
        with _kept_alive(settings, server), contextlib.suppress(KeyboardInterrupt):
            if workers > 1:
                run_workers(config, door)
            else:
                uvicorn.Server(config).run([door])


def _bound(host: str, port: int) -> socket.socket:
    """Bind the port before anything else; connections are accepted once we serve."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family, kind)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.set_inheritable(True)  # for workers
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from None
    return door


async def _make_link(url: str) -> str:
    engine = make_engine(url)
    try:
        async with transaction(make_sessions(engine)) as session:
            return await issue_link(session, now=now())
    finally:
        await engine.dispose()


@contextlib.contextmanager
def _kept_alive(settings: Settings, server: Server) -> Iterator[None]:
    """Restart the embedded server if it dies while we serve, and back it up by schedule."""
    if settings.database_url is not None:
        yield
        return
    done = threading.Event()
    tasks = [threading.Thread(target=_watch, args=(settings, done), daemon=True)]
    if settings.backups is not None:
        work = partial(
            scheduled_backups.keep_backing_up, settings.home, server, settings.backups, done, _warn
        )
        tasks.append(threading.Thread(target=work, daemon=True))
    for task in tasks:
        task.start()
    try:
        yield
    finally:
        done.set()
        for task in tasks:
            task.join()


def _watch(settings: Settings, done: threading.Event) -> None:
    while not done.wait(WATCH_SECONDS):
        try:
            if postgres.ensure(settings.home):
                print(
                    "The embedded database had stopped and was started again.",
                    file=sys.stderr,
                    flush=True,
                )
        except postgres.PostgresError as error:
            _warn(str(error))


def _warn(text: str) -> None:
    print(f"parley: {text}", file=sys.stderr, flush=True)


async def is_empty(session: AsyncSession) -> bool:
    """Tell whether the database has no negotiation."""
    return not await session.scalar(select(exists(select(Negotiation.id))))


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
