"""A site on a cluster, as docs/larger.md describes it: two processes behind the shipped proxy."""

import contextlib
import os
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.embedded_postgres.server import Server
from bench.cluster import nodes, setting
from bench.cluster.clients import Clients
from bench.cluster.net import HERE
from bench.fidelity.programs import say
from tests.support.fixtures import LAKE
from tests.support.processes import ROOT, Running, parley, running
from tests.support.servers import free_port
from tests.support.waiting import wait_until
from tests.support.worlds import connect

BALANCER = [f"{HERE}:{nodes.WRITES}"]
DRAIN = 3.0
REPLICA_SECONDS = 60.0  # for so long a process may go on without the primary


@dataclass
class Site:
    """The settings of a site, and the processes that serve it."""

    cluster: setting.Cluster
    proxy: int = field(default_factory=free_port)
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    token: str = ""
    steps: list[str] = field(default_factory=list)
    _serving: dict[int, contextlib.ExitStack] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Return the folder of everything that belongs to it."""
        return self.cluster.shared.folder

    @property
    def owner(self) -> str:
        """Return the address of its database for `migrate`."""
        return nodes.url(BALANCER, "parley", "parley_owner")

    @property
    def settings(self) -> dict[str, str]:
        """Return the variables of a process, as `make env CLUSTER=yes` writes them."""
        return {
            "DATABASE_URL": nodes.url(BALANCER, "parley", "parley"),
            "DATABASE_READ_URL": nodes.url(self.cluster.hosts, "parley", "parley"),
            "PARLEY_UNSAFE_DATABASE": "off",
            "PARLEY_HOSTS": "127.0.0.1",
            "PARLEY_PROXIES": "127.0.0.1",
            "PARLEY_DRAIN_SECONDS": str(DRAIN),
        }

    def command(self, *words: str) -> str:
        """Run a command of the program as the owner; return what it prints."""
        done = parley(*words, **self.settings, DATABASE_OWNER_URL=self.owner)
        if done.returncode:
            raise SystemExit(f"parley {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def sql(self, statement: str, database: str = "parley") -> list[tuple[object, ...]]:
        """Run a statement on the leader as the owner; return its rows."""
        with connect(nodes.url(BALANCER, database, "parley_owner")) as session:
            found = session.execute(statement.encode())
            return found.fetchall() if found.description else []

    def start(self, port: int) -> None:
        """Start the process of a port."""
        stack = contextlib.ExitStack()
        stack.enter_context(running(self.folder, port=port, **self.settings))
        self._serving[port] = stack

    def stop(self, port: int) -> None:
        """Stop the process of a port as a supervisor does."""
        self._serving.pop(port).close()

    def stop_all(self) -> None:
        """Stop all processes."""
        for port in tuple(self._serving):
            self.stop(port)

    def note(self, words: str, began: float) -> None:
        """Add a step to the report."""
        self.steps.append(f"{words} ({time.monotonic() - began:.0f} s)")
        say(f"  {self.steps[-1]}")

    def clients(self, seed: int) -> Clients:
        """Return clients of the proxy, which trust its certificate."""
        line = Running(subprocess.Popen(["true"]), self.proxy, self.folder)
        trusting = ssl._create_unverified_context()  # noqa: S323 (on this machine)
        return Clients([line], self.token, seed=seed, tls=trusting, patience=REPLICA_SECONDS)


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """Start a cluster and serve from it until the block ends."""
    with setting.cluster() as made:
        found = Site(made)
        found.command("migrate")
        url = nodes.url(BALANCER, "parley", "parley")
        found.token = LAKE.fill(Server(url, found.owner), {})["ada"][0]
        try:
            for port in found.ports:
                found.start(port)
            with _proxy(found):
                yield found
        finally:
            found.stop_all()


@contextlib.contextmanager
def _proxy(made: Site) -> Iterator[None]:
    """Run the shipped Caddy file, with a certificate of its own."""
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(made.folder),
        "XDG_CONFIG_HOME": str(made.folder / "caddy"),
        "XDG_DATA_HOME": str(made.folder / "caddy"),
        "SITE": f"127.0.0.1:{made.proxy}",
        "TLS": "tls internal",
        "APPS": " ".join(f"127.0.0.1:{port}" for port in made.ports),
    }
    file = ["--config", ROOT / "deploy/Caddyfile", "--adapter", "caddyfile"]
    with open(made.folder / "caddy.log", "wb") as log:
        run = subprocess.Popen(["caddy", "run", *file], stdout=log, stderr=log, env=variables)
    try:
        asked = made.clients(0)
        wait_until(lambda: asked.ask(0, "GET", "/readyz")[0] == 200)
        yield
    finally:
        run.terminate()
        run.wait()
