"""Start a whole cluster, and what runs before it, until a block ends."""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.embedded_postgres.programs import hand_over
from bench.cluster import net, nodes
from bench.fidelity.programs import run, say, version

PROGRAMS = ("etcd", "haproxy", "ip", "setpriv")


@dataclass
class Cluster:
    """Servers that run, and what they share."""

    shared: nodes.Shared
    nodes: list[nodes.Node]

    @property
    def hosts(self) -> list[str]:
        """Return all servers, each with its port."""
        return [f"{net.address(node.number)}:5432" for node in self.nodes]


def missing(*more: str) -> str:
    """Return why the bench cannot run on this machine, or nothing."""
    path = "/usr/sbin:" + os.environ["PATH"]
    lacking = [name for name in (*PROGRAMS, *more) if not shutil.which(name, path=path)]
    if lacking or os.geteuid() != 0:
        return f"The bench needs root, and these programs: {', '.join(lacking)}"
    return ""


def patroni() -> Path:
    """Return where Patroni is, installed once where every account can read it."""
    pinned = nodes.SHIPPED / "requirements.txt"
    stamp = hashlib.sha256(pinned.read_bytes()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"parley-patroni-{stamp}"  # noqa: S108 (of root, as checked)
    if not (folder / "complete").exists():
        say("Installing Patroni, once …")
        quiet = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        wanted = ["--require-hashes", "-r", pinned, "--target", folder]
        if run([sys.executable, *quiet, *wanted]) is None:
            raise SystemExit("Patroni could not be installed.")
        (folder / "complete").touch()
    if folder.stat().st_uid != 0 or folder.is_symlink():
        raise SystemExit(f"{folder} is in the way.")
    return folder


@contextlib.contextmanager
def cluster(numbers: Sequence[int] = nodes.NODES, *, synchronous: bool = True) -> Iterator[Cluster]:
    """Start the servers and HAProxy, and stop them when the block ends."""
    installed = patroni()
    with tempfile.TemporaryDirectory(prefix="parley-cluster-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        shared = nodes.Shared(folder, installed)
        hand_over(folder)
        shared.make(synchronous=synchronous)
        with net.networks(numbers):
            made = nodes.make_nodes(shared, numbers)
            whole = nodes.wait_until_whole(numbers, synchronous=synchronous)
            say(f"whole after {whole:.0f} s")
            with nodes.haproxy(folder):
                yield Cluster(shared, made)


def heading(words: str, seconds: float) -> str:
    """Return the line above a result: the command, the day and the programs."""
    return (
        f'`make bench ARGS="{words}"`, {time.strftime("%Y-%m-%d")}, {seconds / 60:.0f} minutes. '
        f"{_versions()}, {os.cpu_count()} cores, load at the end: {os.getloadavg()[0]:.1f}."
    )


def _versions() -> str:
    command = ["env", f"PYTHONPATH={patroni()}", "/usr/bin/python3", "-m", "patroni", "--version"]
    return (
        f"PostgreSQL {version(nodes.postgres_programs() / 'postgres', '--version')}, "
        f"Patroni {version(*command)}, etcd {version('etcd', '--version')}, "
        f"HAProxy {version('haproxy', '-v')}"
    )
