"""Connect PostgreSQL's programs, which the wheel builds without TLS, to a server with TLS.

Where the driver connects with TLS, a socket in a private folder accepts connections of the programs
and forwards them with TLS, verified as the URL requires. No other pg_dump can replace
the wheel's: docs/decisions/0012-running-it.md says why.
"""

import asyncio
import contextlib
import ssl
import struct
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from app.db.dsn import conninfo
from app.embedded_postgres.programs import PostgresError

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
CHUNK = 1 << 16
SASL = struct.pack("!i", 10)  # message that offers authentication methods
BOUND = b"SCRAM-SHA-256-PLUS\0"  # the method that needs TLS on both ends


@contextlib.contextmanager
def way_in(url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give a program the address of the connected server, and the password in its environment."""
    with psycopg.connect(conninfo(url)) as session:
        info, secured = session.info, session.pgconn.ssl_in_use
        given, host, port = info.get_parameters(), info.host, info.port
        named = {"user": info.user, "dbname": info.dbname}
        secret = {"PGPASSWORD": info.password} if info.password else {}
    # All users of the machine can see arguments, but not the environment.
    if not secured:
        yield make_conninfo(host=host, port=str(port), **named), secret
        return
    with _tunnel(host, port, _context(given)) as folder:
        yield make_conninfo(host=folder, port="5432", **named), secret


def _context(given: Mapping[str, str]) -> ssl.SSLContext:
    """Return a TLS context that verifies the server as libpq would with the same parameters."""
    mode, root = given.get("sslmode", "prefer"), given.get("sslrootcert", "")
    usual = Path.home() / ".postgresql/root.crt"
    root = root or (str(usual) if usual.exists() else "")
    made = ssl.create_default_context(cafile=root if root and root != "system" else None)
    made.check_hostname = mode == "verify-full" or root == "system"
    if mode not in ("verify-ca", "verify-full") and not root:
        made.verify_mode = ssl.CERT_NONE
    if given.get("sslcert"):
        made.load_cert_chain(given["sslcert"], given.get("sslkey"), given.get("sslpassword"))
    return made


@contextlib.contextmanager
def _tunnel(host: str, port: int, context: ssl.SSLContext) -> Iterator[str]:
    """Forward connections to a socket in a new folder, in a thread."""
    loop, ready, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # The tasks are cancelled when the tunnel is closed, which asyncio would report as an
            # error.
            expected = OSError, asyncio.IncompleteReadError, asyncio.CancelledError
            with contextlib.closing(writer), contextlib.suppress(*expected):
                up_reader, up_writer = await asyncio.open_connection(host, port)
                with contextlib.closing(up_writer):
                    up_writer.write(SSL_REQUEST)
                    if await up_reader.readexactly(1) == b"S":
                        await up_writer.start_tls(context, server_hostname=host)
                        await _both(_pump(reader, up_writer), _forward_answers(up_reader, writer))

        async def run() -> None:
            await asyncio.start_unix_server(relay, f"{folder}/.s.PGSQL.5432")
            ready.set()
            await ended.wait()

        def work() -> None:
            # Leaving the runner ends the connections that are still open.
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        if not ready.wait(10):
            raise PostgresError("no socket could be opened for PostgreSQL's programs")
        try:
            yield folder
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()


async def _forward_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Remove the method that a program without TLS would take for an attack; forward the rest."""
    kind = b""
    while kind not in (b"R", b"E"):
        kind, length = struct.unpack("!ci", await reader.readexactly(5))
        body = await reader.readexactly(length - 4)
        if kind == b"R" and body.startswith(SASL):
            body = body.replace(BOUND, b"")
        writer.write(struct.pack("!ci", kind, len(body) + 4) + body)
        await writer.drain()
    await _pump(reader, writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


async def _both(*ways: Coroutine[Any, Any, None]) -> None:
    """Run both directions until one of them ends."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
