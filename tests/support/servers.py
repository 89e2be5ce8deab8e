"""Run a PostgreSQL server as an operator would: over TCP, with passwords, two roles, and TLS."""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from app.embedded_postgres.programs import as_owner, hand_over, program, server_command
from app.embedded_postgres.server import Server
from tests.support.patience import PATIENCE

# The password has every character that could be taken for the end of a part of an address.
OWNER, SERVING, PASSWORD = (
    "keeper",
    "server",
    "p%/:@ s",
)
OFFERED, OFFERED_BY_TLS = b"SCRAM-SHA-256\0", b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0"
QUOTED = "p%25%2F%3A%40%20s"


def free_port() -> int:
    """Return a port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    """Hold a port while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@dataclass
class TcpServer:
    """A durable server in a folder of its own, which can be crashed and started."""

    data: Path
    port: int
    options: list[str] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    def url(
        self,
        user: str = OWNER,
        database: str = "postgres",
        host: str = "127.0.0.1",
        query: str = "",
    ) -> str:
        """Return an address of the server."""
        return f"postgresql://{user}:{QUOTED}@{host}:{self.port}/{database}{query}"

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        command = [*server_command("postgres", self.data), f"--port={self.port}", *self.options]
        with open(self.data.parent / "server.log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **as_owner(self.data))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(psycopg.OperationalError),
                psycopg.connect(self.url(), connect_timeout=30),
            ):
                return
            assert self.process.poll() is None, (self.data.parent / "server.log").read_text()[
                -2000:
            ]
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server; SIGINT ends open sessions."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)

    def crash(self) -> None:
        """Stop the server without a shutdown checkpoint, so that its next start recovers."""
        self.stop(signal.SIGQUIT)

    def pause(self) -> None:
        """Stop all its processes, so that it neither answers nor closes its connections."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def resume(self) -> None:
        """Let its processes go on."""
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def _processes(self) -> list[int]:
        if self.process is None or self.process.poll() is not None:
            return []
        first = self.process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def promote(self) -> None:
        """Let a standby take writes."""
        with psycopg.connect(self.url(), autocommit=True) as session:
            assert session.execute("SELECT pg_promote()").fetchone() == (True,)

    def make_database(self, name: str) -> Server:
        """Make a database of the owner; the first migration makes the serving role."""
        with psycopg.connect(self.url(), autocommit=True) as session:
            session.execute(f"CREATE DATABASE {name}")
        return Server(self.url(SERVING, name), self.url(OWNER, name))


@contextlib.contextmanager
def tcp_server(folder: Path, *more: str) -> Iterator[TcpServer]:
    """Make a server that accepts no connection without a password."""
    data = folder / "data"
    data.mkdir(parents=True, mode=0o700)
    for place in (folder, data):
        hand_over(place)
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    hand_over(secret)
    ways = as_owner(data)
    made = [
        *server_command("initdb", data),
        f"--username={OWNER}",
        "--pwfile=../secret",
        "--auth=scram-sha-256",
    ]
    subprocess.run(
        [*made, "--encoding=UTF8", "--locale=C.UTF-8"], check=True, capture_output=True, **ways
    )
    options = ["--listen_addresses=127.0.0.1", "--unix_socket_directories=", *more]
    server = TcpServer(data, free_port(), options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def standby_of(primary: TcpServer, folder: Path, *options: str) -> Iterator[TcpServer]:
    """Make a standby of a server, which replays what the other writes until it is promoted."""
    folder.mkdir(parents=True)
    hand_over(folder)
    hba = primary.data / "pg_hba.conf"
    if "replication all" not in hba.read_text():
        with open(hba, "a") as file:
            file.write("host replication all all scram-sha-256\n")
        with psycopg.connect(primary.url(), autocommit=True) as session:
            session.execute("SELECT pg_reload_conf()")
    copy = [
        program("pg_basebackup", folder.stat().st_uid),
        "--pgdata=data",
        "--write-recovery-conf",
    ]
    login = ["--host=127.0.0.1", f"--port={primary.port}", f"--username={OWNER}"]
    ways = as_owner(folder)
    ways["env"] |= {"PGPASSWORD": PASSWORD, "PGAPPNAME": folder.name}
    subprocess.run([*copy, *login, "--checkpoint=fast", "--no-sync"], check=True, **ways)
    standby = TcpServer(folder / "data", free_port(), [*primary.options, *options])
    standby.start()
    try:
        yield standby
    finally:
        standby.resume()
        standby.stop()


@contextlib.contextmanager
def tls_front(folder: Path, port: int) -> Iterator[tuple[int, Path]]:
    """Offer TLS in front of a server, whose wheel was built without it.

    Yields the port, and the certificate to trust. Like every server with TLS, it offers to bind the
    password to the connection, but it cannot keep that, so the driver needs
    `channel_binding=disable`.
    """
    key, certificate = folder / "server.key", folder / "server.crt"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    more = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*make, *more], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    front, loop, ready = free_port(), asyncio.new_event_loop(), threading.Event()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readexactly(8)  # the request for TLS, which is always accepted
            writer.write(b"S")
            await writer.start_tls(context)
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
            up_writer.write(await reader.read(1 << 16))
            length = int.from_bytes((await up_reader.readexactly(5))[1:], "big")
            offer = (await up_reader.readexactly(length - 4)).replace(OFFERED, OFFERED_BY_TLS)
            writer.write(b"R" + (len(offer) + 4).to_bytes(4, "big") + offer)
            await asyncio.wait(
                [
                    asyncio.ensure_future(_pump(*way))
                    for way in ((reader, up_writer), (up_reader, writer))
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
            up_writer.close()

    async def run() -> None:
        await asyncio.start_server(relay, "127.0.0.1", front)
        ready.set()

    def work() -> None:
        loop.create_task(run())
        loop.run_forever()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    yield front, certificate
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
