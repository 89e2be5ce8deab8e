"""The way into a server for PostgreSQL's programs out of the wheel, which were built without TLS.

Where the driver comes in by TLS, a socket in a folder of our own takes what the programs send and sends it on by TLS,
checked as the address asks for.
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
SASL = struct.pack("!i", 10)  # begins the offer of ways to prove a password
BOUND = b"SCRAM-SHA-256-PLUS\0"  # the one of them that needs TLS at both ends


@contextlib.contextmanager
def way_in(url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the address for a program, of the one server that is connected to, and the environment with the password."""
    with psycopg.connect(conninfo(url)) as session:
        info, secured = session.info, session.pgconn.ssl_in_use
        given, host, port = info.get_parameters(), info.host, info.port
        named = {"user": info.user, "dbname": info.dbname}
        secret = {"PGPASSWORD": info.password} if info.password else {}
    # An argument is seen by every user of the machine, the environment is not.
    if not secured:
        yield make_conninfo(host=host, port=str(port), **named), secret
        return
    with _tunnel(host, port, _context(given)) as folder:
        yield make_conninfo(host=folder, port="5432", **named), secret


def _context(given: Mapping[str, str]) -> ssl.SSLContext:
    """Check the server as libpq would by the same parameters."""
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
    """Relay from a socket in a new folder, on a thread of its own."""
    loop, ready, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Cancelled when the tunnel is taken down, of which asyncio would make an error.
            expected = OSError, asyncio.IncompleteReadError, asyncio.CancelledError
            with contextlib.closing(writer), contextlib.suppress(*expected):
                up_reader, up_writer = await asyncio.open_connection(host, port)
                with contextlib.closing(up_writer):
                    up_writer.write(SSL_REQUEST)
                    if await up_reader.readexactly(1) == b"S":
                        await up_writer.start_tls(context, server_hostname=host)
                        await _both(_pump(reader, up_writer), _answer(up_reader, writer))

        async def run() -> None:
            await asyncio.start_unix_server(relay, f"{folder}/.s.PGSQL.5432")
            ready.set()
            await ended.wait()

        def work() -> None:
            with asyncio.Runner(
                loop_factory=lambda: loop
            ) as runner:  # ends what is still being relayed
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


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Leave out of the server's offer what a program without TLS takes for an attack; the rest goes through."""
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
    """Go on until one side has ended."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
