"""Start the embedded PostgreSQL with the first process that needs it, stop it with the last.

    home/pg/data        the data folder; it also has the socket, so its mode (0700) guards both
    home/pg/users.lock  held (shared) by every process that uses the server
    home/pg/state.lock  held while the server is created, started or stopped
    home/pg/server.log

Locks are flock(2), which the system releases however a process ends. A killed process leaves the
server running: the next process finds it, and the last one that leaves stops it.
"""

import contextlib
import dataclasses
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from app.embedded_postgres.cluster import (
    OWNER,
    USER,
    Cluster,
    errors_as_postgres_error,
    opened,
    until,
)
from app.embedded_postgres.programs import PostgresError, program

__all__ = ["PostgresError", "Server", "ensure", "program", "serve"]


@dataclasses.dataclass(frozen=True)
class Server:
    """SQLAlchemy URLs of a running server, for its two roles."""

    url: str  # for serving: only the rights that the migrations grant
    owner_url: str  # for migrations and backups: a superuser


@contextlib.contextmanager
def serve(home: Path, *, fast: bool = False) -> Iterator[Server]:
    """Keep the server of `home` running; `fast` gives up durability, for test servers only."""
    cluster = cluster_of(home, fast=fast)
    with errors_as_postgres_error(f"{home} cannot hold the database"):
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
                if _flock(users, fcntl.LOCK_EX):  # the last process
                    cluster.stop()


def ensure(home: Path, *, fast: bool = False) -> bool:
    """Restart the server if it died during `serve`; True if it had.

    Takes 0.2 ms if the server is running.
    """
    cluster = cluster_of(home, fast=fast)
    if cluster.is_ready():
        return False
    with _state_lock(cluster):
        if cluster.is_ready():
            return False
        cluster.start()
        return True


def cluster_of(home: Path, *, fast: bool = False) -> Cluster:
    """Return the cluster of a home."""
    return Cluster(Path(os.path.abspath(home)) / "pg", fast)


@contextlib.contextmanager
def _state_lock(cluster: Cluster) -> Iterator[None]:
    """Let only one process at a time create, start or stop the server."""
    with opened(cluster.folder / "state.lock") as file:
        if not until(lambda: _flock(file, fcntl.LOCK_EX)):
            raise PostgresError(f"another process keeps the database in {cluster.folder} locked")
        yield


def _flock(file: int, kind: int) -> bool:
    """Lock a file unless another process has locked it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
