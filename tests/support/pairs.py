"""Run a primary with a standby, and serve from them."""

import contextlib
import http.client
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.embedded_postgres.server import Server
from tests.support.factories import position
from tests.support.fixtures import LAKE
from tests.support.processes import Running
from tests.support.servers import TcpServer, standby_of, tcp_server
from tests.support.waiting import wait_until
from tests.support.worlds import connect, copied

QUICK = ["--fsync=off", "--wal_level=replica"]


@dataclass(frozen=True)
class Pair:
    """A primary and its standby, with the lake, and the token of its editor."""

    one: TcpServer
    two: TcpServer
    database: Server  # on the first
    token: str

    @property
    def both(self) -> str:
        """The address of the database that names both servers."""
        host = f"127.0.0.1:{self.one.port}"
        return self.database.url.replace(host, f"{host},127.0.0.1:{self.two.port}")

    def on(self, server: TcpServer) -> str:
        """Return the owner's address of the database on one of the servers."""
        return self.database.owner_url.replace(f":{self.one.port}/", f":{server.port}/")


@contextlib.contextmanager
def paired(folder: Path, *options: str) -> Iterator[Pair]:
    """Run a primary, and a standby that has what is acknowledged."""
    folder.chmod(0o711)
    with tcp_server(folder / "one", *QUICK) as one:
        origin = Server(one.url(), one.url())
        with (
            copied(origin, LAKE) as (made, known),
            standby_of(one, folder / "two", *options) as two,
        ):
            wait_for_standbys(one, "two")
            yield Pair(one, two, made, known["ada"][0])
            one.resume()
            if one.process is None or one.process.poll() is not None:
                one.start()
            wait_for_standbys(one, "")  # so that the copy can be dropped


def wait_for_standbys(server: TcpServer, names: str) -> None:
    """Let commits wait for these standbys from now on."""
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        session.execute("SELECT pg_reload_conf()")
        wanted = "SELECT current_setting('synchronous_standby_names') = %s"
        wait_until(lambda: session.execute(wanted, [names]).fetchone() == (True,))
    # Commits go by what the checkpointer has read, which may be later than this session. Who
    # gets a new connection knows that every process was told to read; a checkpointer that was
    # told has read once it begins a second checkpoint.
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute("CHECKPOINT")
        session.execute("CHECKPOINT")


def state(server: Running, token: str, key: str) -> tuple[int, bytes]:
    """State a position with its key as summary; return status and body, 0 without an answer."""
    sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    body = json.dumps(position(summary=key))
    try:
        return server.ask(
            "/api/v1/positions", "POST", body, Content_Type="application/json", **sent
        )
    except (OSError, http.client.HTTPException):
        return 0, b""


def summaries(url: str) -> Counter[str]:
    """Count the positions of a database by their summaries."""
    with connect(url) as session:
        return Counter(row[0] for row in session.execute("SELECT summary FROM position"))


def log_of(url: str) -> tuple[list[tuple[int, object]], str]:
    """Return the numbers and instants of the log, and its epoch."""
    with connect(url) as session:
        rows = session.execute("SELECT seq, at FROM log_commit ORDER BY seq").fetchall()
        epoch = session.execute("SELECT epoch::text FROM log_epoch").fetchone()
    assert epoch is not None
    return [(seq, at) for seq, at in rows], epoch[0]
