"""Give up connections to a server that hangs or takes no writes, and doubt what it acknowledged.

A server that is paused or cut off neither answers nor closes its connections, and libpq waits for
as long as it takes. So whoever finds that out ends them, and everything that waits fails at once.
"""

import asyncio
import contextlib
import os
import select
import socket
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg.errors import ReadOnlySqlTransaction, TransactionResolutionUnknown
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

Driver = psycopg.AsyncConnection[Any]
ANSWER_SECONDS = 5.0  # in which a server answers a question that costs nothing, or hangs
UNSURE = (
    "The server stopped waiting for its standby: the change is saved there, "
    "and lost if another server takes over."
)
_open: weakref.WeakKeyDictionary[Engine, weakref.WeakSet[Driver]] = weakref.WeakKeyDictionary()
_unsure: weakref.WeakSet[Driver] = weakref.WeakSet()


def watch_connections(engine: AsyncEngine) -> None:
    """Keep track of an engine's connections, and of what its server says about commits."""
    drivers = _open.setdefault(engine.sync_engine, weakref.WeakSet())
    dialect = engine.dialect
    do_commit = dialect.do_commit

    def connected(connection: Any, _record: object) -> None:
        driver: Driver = connection.driver_connection
        drivers.add(driver)
        reference = weakref.ref(driver)

        def noticed(notice: psycopg.errors.Diagnostic) -> None:
            # This function of the server warns when a commit does not wait for a standby any more,
            # in whatever language: a limit of time or an administrator has ended the wait.
            if notice.source_function == "SyncRepWaitForLSN" and (found := reference()) is not None:
                _unsure.add(found)

        driver.add_notice_handler(noticed)

    def commit(connection: Any) -> None:
        do_commit(connection)
        require_sure(connection.driver_connection)

    def failed(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, ReadOnlySqlTransaction):
            context.is_disconnect = True  # the others lead to the same server

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "handle_error", failed)
    dialect.do_commit = commit  # type: ignore[assignment]  # no event comes after a commit


def require_sure(driver: Driver) -> None:
    """Raise TransactionResolutionUnknown if the last commit did not wait for its standby."""
    if driver in _unsure:
        _unsure.discard(driver)
        raise TransactionResolutionUnknown(UNSURE)


async def check_server(connection: Driver, give_up: Callable[[], None]) -> None:
    """End a connection, and call `give_up`, if its server hangs or takes no writes."""

    def lost() -> None:
        end(connection)
        give_up()

    def late() -> None:
        # An answer that is there, and was not read because this process was busy, is none too late.
        if not select.select([connection.fileno()], [], [], 0)[0]:
            lost()

    waiting = asyncio.get_running_loop().call_later(ANSWER_SECONDS, late)
    try:
        found = await (await connection.execute("SHOW transaction_read_only")).fetchone()
    finally:
        waiting.cancel()
    if found != ("off",):
        lost()


def give_up(engine: AsyncEngine) -> None:
    """End all connections of an engine at once, also those that wait for their server."""
    for driver in tuple(_open.get(engine.sync_engine, ())):
        end(driver)


def end(driver: Driver) -> None:
    """End a connection without a word to its server; who waits for an answer gets an error."""
    if not driver.closed:
        with contextlib.suppress(OSError, psycopg.Error), _socket_of(driver) as line:
            line.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _socket_of(driver: Driver) -> Iterator[socket.socket]:
    with socket.socket(fileno=os.dup(driver.fileno())) as line:
        yield line
