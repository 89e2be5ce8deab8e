"""The embedded PostgreSQL: started by the first process that needs it, stopped with the last.

    home/pg/data        the data folder; the server's socket lies in it, so that its mode (0700) guards both
    home/pg/users.lock  held shared by every process that uses the server
    home/pg/state.lock  held while the server is made, started or stopped
    home/pg/server.log

Locks are flock(2), which the system releases when a process dies, however it dies. A process that was killed leaves the
server running: the next one finds it, and the last one that leaves stops it.
"""

import contextlib
import dataclasses
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from app.embedded_postgres.cluster import OWNER, USER, Cluster, opened, told, until
from app.embedded_postgres.programs import PostgresError, program

__all__ = ["PostgresError", "Server", "ensure", "program", "serve"]


@dataclasses.dataclass(frozen=True)
class Server:
    """Name the two ways into a running server, as SQLAlchemy URLs."""

    url: str  # for serving: may do only what the migrations grant
    owner_url: str  # for migrations and backups: superuser


@contextlib.contextmanager
def serve(home: Path, *, fast: bool = False) -> Iterator[Server]:
    """Hold the server of `home` running; `fast` gives up durability, for throwaway test servers."""
    cluster = cluster_of(home, fast=fast)
    with told(f"{home} cannot hold the database"):
        for folder in (home, cluster.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(cluster.folder / "users.lock") as users:
        try:
            with _state_lock(cluster):
                fcntl.flock(users, fcntl.LOCK_SH)
                cluster.start()
            yield Server(cluster.url(USER), cluster.url(OWNER))
        finally:
            with _state_lock(cluster):
                if _flock(users, fcntl.LOCK_EX):  # the last one
                    cluster.stop()


def ensure(home: Path, *, fast: bool = False) -> bool:
    """Start the server again if it has died, within `serve`; True if it had. Takes 0.2 ms if all is well."""
    cluster = cluster_of(home, fast=fast)
    if cluster.is_ready():
        return False
    with _state_lock(cluster):
        if cluster.is_ready():
            return False
        cluster.start()
        return True


def cluster_of(home: Path, *, fast: bool = False) -> Cluster:
    return Cluster(Path(os.path.abspath(home)) / "pg", fast)


@contextlib.contextmanager
def _state_lock(cluster: Cluster) -> Iterator[None]:
    """Let one process at a time make, start or stop the server."""
    with opened(cluster.folder / "state.lock") as file:
        if not until(lambda: _flock(file, fcntl.LOCK_EX)):
            raise PostgresError(f"another process keeps the database in {cluster.folder} locked")
        yield


def _flock(file: int, kind: int) -> bool:
    """Lock a file if nobody stands in the way."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
