"""Create, start, find and stop the server of one PostgreSQL data folder.

`app/embedded_postgres/server.py` decides which process may do so, and when.
"""

import contextlib
import dataclasses
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.embedded_postgres.programs import PostgresError, as_owner, hand_over, server_command
from app.embedded_postgres.sockets import SOCKET, client_folder

MAJOR = "18"
DATABASE = "parley"
OWNER = "parley_owner"
USER = "parley"
PATIENCE = 120  # seconds for a start, which may include crash recovery, and for a stop

# On the command line, where neither files in the data folder nor ALTER SYSTEM can override them.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# In postgresql.conf, where the operator may change them.
DEFAULTS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The folder `pg` of a home; `fast` gives up durability, for disposable test servers."""

    folder: Path
    fast: bool = False

    @property
    def data(self) -> Path:
        """The data folder of PostgreSQL."""
        return self.folder / "data"

    @property
    def notes(self) -> Path:
        """The file with the server's process id and state; the server removes it at its end."""
        return self.data / "postmaster.pid"

    def start(self) -> None:
        """Create and start the server, unless it is running."""
        with errors_as_postgres_error(f"the embedded PostgreSQL in {self.folder} cannot be used"):
            client_folder(self.data)
            if not self.data.exists():
                self._initialise()
            self._check_version()
            if not self.is_ready():
                self._launch()
            self._prepare()

    def stop(self) -> None:
        """Stop the server, and remove the link to its socket."""
        if process := self._postmaster():
            # First a normal shutdown, then an immediate one: committed data is safe in both.
            for kind in (signal.SIGINT, signal.SIGQUIT):
                if not _signal(process, kind) or until(
                    lambda: not self.notes.exists() or not _signal(process, 0)
                ):
                    break
        with contextlib.suppress(OSError):
            if os.readlink(link := client_folder(self.data, make=False)) == str(self.data):
                link.unlink()

    def url(self, user: str) -> str:
        """Return the URL for one of the two roles, for SQLAlchemy."""
        host = quote(str(client_folder(self.data, make=False)), safe="")
        return f"postgresql+psycopg://{user}@/{DATABASE}?host={host}&port=5432"

    def is_ready(self) -> bool:
        """Tell whether the server is running and accepts connections."""
        return self._postmaster() is not None

    def _postmaster(self) -> int | None:
        """Return the process id of a server that is ready; 0 if it is in another container."""
        try:
            noted = self.notes.read_text().splitlines()
            with socket.socket(socket.AF_UNIX) as probe:
                # Only a running server answers: by now the noted process id may belong to any
                # program.
                probe.connect(str(client_folder(self.data) / SOCKET))
                process = int(noted[0])
                if sys.platform == "linux":
                    process = struct.unpack(
                        "3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
                    )[0]
            return process if noted[7].strip() == "ready" else None
        except (OSError, IndexError, ValueError):
            return None

    def _initialise(self) -> None:
        """Create the data folder under a temporary name, so that one named `data` is complete."""
        new = self.folder / "data.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        hand_over(new)
        # Trust authentication: the folder's mode controls who can reach the socket, the only
        # access.
        command = [
            *server_command("initdb", new),
            f"--username={OWNER}",
            "--auth=trust",
            "--data-checksums",
        ]
        # The libc locale matters beside the built-in one: full-text search and trigrams use it to
        # recognise letters.
        command += [
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
        ]
        command += [f"--set={name}={value}" for name, value in DEFAULTS.items()]
        command += ["--no-sync"] if self.fast else []
        made = subprocess.run(command, capture_output=True, **as_owner(new))
        if made.returncode:
            raise PostgresError(self._reason(made.stderr) or f"initdb ended with {made.returncode}")
        new.rename(self.data)

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise PostgresError(f"{self.data} is not a data folder of PostgreSQL") from None
        if found != MAJOR:
            raise PostgresError(
                f"it was made by PostgreSQL {found}, and this Parley brings PostgreSQL {MAJOR}"
            )

    def _launch(self) -> None:
        """Start the server; wait for one that is stopping, and for the remains of a killed one."""
        path = self.folder / "server.log"
        full = path.exists() and path.stat().st_size > 1 << 20
        deadline = time.monotonic() + PATIENCE
        with opened(path, os.O_APPEND | (os.O_TRUNC if full else 0)) as log:
            while reason := self._try_to_launch(log):
                if (
                    not re.search("already exists|still in use", reason)
                    or time.monotonic() > deadline
                ):
                    raise PostgresError(reason)
                time.sleep(0.05)

    def _try_to_launch(self, log: int) -> str | None:
        """Start the server and wait until it is ready; return the reason if it ended."""
        begin = os.lseek(log, 0, os.SEEK_END)
        settings = SETTINGS | (FAST if self.fast else {})
        command = [
            *server_command("postgres", self.data),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]
        ways = as_owner(self.data)
        ways["env"] |= self._stale()
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **ways)
        # Reaped as soon as it ends, so that this process does not take a dead server for a running
        # one.
        threading.Thread(target=server.wait, daemon=True).start()
        if not until(lambda: self.is_ready() or server.poll() is not None):
            server.send_signal(signal.SIGQUIT)
            raise PostgresError(f"no answer for {PATIENCE} s")
        if self.is_ready():
            return None
        return self._reason(os.pread(log, 1 << 16, begin)) or f"it ended with {server.returncode}"

    def _stale(self) -> dict[str, str]:
        """Return an environment that tells a new server that the noted process id is reused.

        The server then ignores that process, as it does for pg_ctl, but still looks for users of
        the old shared memory.
        """
        with contextlib.suppress(OSError, IndexError):
            process = self.notes.read_text().split()[0]
            status = Path(f"/proc/{process}/stat").read_text()
            if "(postgres) " not in status or "(postgres) Z" in status:
                return {"PG_GRANDPARENT_PID": process}
        return {}

    def _prepare(self) -> None:
        """Create the serving role and the database if they are missing."""
        host = str(client_folder(self.data))
        with psycopg.connect(
            host=host, port=5432, user=OWNER, dbname="postgres", autocommit=True
        ) as session:
            if not self.fast and session.execute("SHOW fsync").fetchone() != ("on",):
                raise PostgresError("a throwaway server runs there, without fsync")
            if not session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
                session.execute(f"CREATE ROLE {USER} LOGIN")
            if not session.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                session.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def _reason(self, output: bytes) -> str:
        """Return the line of a program's output that says why it failed."""
        # A full disk often leaves no space for the message either.
        if shutil.disk_usage(self.folder).free < 1 << 20:
            return "no space is left on the disk"
        lines = output.decode(errors="replace").splitlines()
        told = [line for line in lines if re.search(r"(FATAL|PANIC|error): ", line)] or lines[-1:]
        return re.sub(r"^.*?(FATAL|PANIC|error): +", "", told[0]) if told else ""


def _signal(process: int, kind: int) -> bool:
    """Send a signal to a process; False if it does not exist."""
    try:
        os.kill(process, kind)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool]) -> bool:
    """Wait for a condition; False if it is still not met after `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


@contextlib.contextmanager
def opened(path: Path, flags: int = 0) -> Iterator[int]:
    """Open a private file, without following a link; yields its descriptor."""
    with errors_as_postgres_error(f"{path} cannot be opened"):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600)
    try:
        yield file
    finally:
        os.close(file)


@contextlib.contextmanager
def errors_as_postgres_error(what: str) -> Iterator[None]:
    """Turn errors of the system and of the database into a PostgresError of one line."""
    try:
        yield
    except (OSError, subprocess.SubprocessError, psycopg.Error, PostgresError) as error:
        told = (error.strerror if isinstance(error, OSError) else None) or " ".join(
            str(error).split()
        )
        raise PostgresError(f"{what}: {told}") from error
