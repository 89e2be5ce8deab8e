"""Start etcd, PostgreSQL under Patroni and HAProxy, with the files of deploy/cluster."""

import contextlib
import http.client
import json
import os
import pwd
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from app.embedded_postgres.programs import SERVICE_ACCOUNT, hand_over, program
from bench.cluster.net import HERE, address, inside

SHIPPED = Path(__file__).parents[2] / "deploy/cluster"
SECRET = "only-for-this-bench"  # noqa: S105 (of servers that nobody else can reach)
NODES = (1, 2, 3)
WRITES, READS = 5000, 5001  # the ports of haproxy.cfg
STARTED = 180.0  # seconds for the cluster to start


@dataclass(frozen=True)
class Shared:
    """What all nodes have in common: a folder with the programs, the settings and the archive."""

    folder: Path
    patroni: Path  # where it is installed

    @property
    def archive(self) -> Path:
        """Return the folder of the archive."""
        return self.folder / "archive"

    def make(self, *, synchronous: bool) -> None:
        """Copy what is shipped, so that the servers' account can read it."""
        shutil.copytree(SHIPPED / "bin", self.folder / "bin")
        calls = {"patroni": "patroni.__main__ import main", "patronictl": "patroni.ctl import ctl"}
        for name, call in calls.items():
            code = f"from {call}; {call.split()[-1]}()"
            words = f'exec env PYTHONPATH={self.patroni} /usr/bin/python3 -c "{code}" "$@"'
            path = self.folder / "bin" / name
            path.write_text(f"#!/bin/sh\n{words}\n")
            path.chmod(0o755)
        settings = (SHIPPED / "patroni.yml").read_text()
        if not synchronous:
            settings = settings.replace("synchronous_mode: true", "synchronous_mode: false")
            settings = settings.replace("mode_strict: true", "mode_strict: false")
        (self.folder / "patroni.yml").write_text(settings)
        self.archive.mkdir()
        hand_over(self.archive)


@dataclass
class Node:
    """One server: its folder, and the programs that it runs."""

    number: int
    shared: Shared
    programs: Path  # of PostgreSQL
    recover_to: str = ""
    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Return the folder of its data and logs."""
        return self.shared.folder / f"n{self.number}"

    def start(self) -> None:
        """Start etcd and Patroni, which starts PostgreSQL."""
        if self.number in NODES:
            self.start_etcd()
        self.start_server()

    def start_etcd(self) -> None:
        """Start etcd."""
        self._run("etcd")

    def start_server(self) -> None:
        """Start Patroni, as the image does."""
        self._run("parley-server")

    def stop_server(self) -> None:
        """Stop Patroni and PostgreSQL, as the container's end does."""
        stopped = self.running["parley-server"]
        stopped.terminate()
        stopped.wait(STARTED)

    def environment(self) -> dict[str, str]:
        """Return the variables that docker-compose.yml sets for etcd and for a server."""
        here = address(self.number)
        peers = ",".join(f"e{n}=http://{address(n)}:2380" for n in NODES)
        data = str(self.folder / "data")
        paths = [f"{self.shared.folder}/bin", str(self.programs), os.defpath, "/usr/sbin"]
        return {
            "PATH": ":".join(paths),
            "LC_ALL": "C.UTF-8",
            "ETCD_ADVERTISE_CLIENT_URLS": f"http://{here}:2379",
            "ETCD_AUTO_COMPACTION_RETENTION": "1",
            "ETCD_DATA_DIR": str(self.folder / "etcd"),
            "ETCD_INITIAL_ADVERTISE_PEER_URLS": f"http://{here}:2380",
            "ETCD_INITIAL_CLUSTER": peers,
            "ETCD_LISTEN_CLIENT_URLS": "http://0.0.0.0:2379",
            "ETCD_LISTEN_PEER_URLS": "http://0.0.0.0:2380",
            "ETCD_NAME": f"e{self.number}",
            "ARCHIVE": str(self.shared.archive),
            "DATA": data,
            "DB_OWNER_PASSWORD": SECRET,
            "PATRONICTL_CONFIG_FILE": str(self.shared.folder / "patroni.yml"),
            "PATRONI_ETCD3_HOSTS": ",".join(f"{address(n)}:2379" for n in NODES),
            "PATRONI_NAME": f"n{self.number}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"{here}:5432",
            "PATRONI_POSTGRESQL_DATA_DIR": data,
            "PATRONI_POSTGRESQL_LISTEN": "0.0.0.0:5432",
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / "pgpass"),
            "PATRONI_REPLICATION_PASSWORD": SECRET,
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"{here}:8008",
            "PATRONI_RESTAPI_LISTEN": "0.0.0.0:8008",
            "PATRONI_RESTAPI_PASSWORD": SECRET,
            "PATRONI_RESTAPI_USERNAME": "patroni",
            "PATRONI_SUPERUSER_PASSWORD": SECRET,
            "RECOVER_TO": self.recover_to,
        }

    def _command(self, *command: str) -> list[str]:
        account = pwd.getpwnam(SERVICE_ACCOUNT)
        drop = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
        return [*inside(self.number), *drop, "--clear-groups", *command]

    def _run(self, name: str) -> None:
        with open(self.folder / f"{name}.log", "ab") as log:
            self.running[name] = subprocess.Popen(
                self._command(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment(),
                start_new_session=True,
            )

    def do(self, *command: str, given: str = "") -> str:
        """Run a command to its end, as `docker compose exec` does; return what it prints."""
        done = subprocess.run(
            self._command(*command),
            input=given,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment(),
        )
        if done.returncode:
            raise SystemExit(f"failed: {' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout


def postgres_programs() -> Path:
    """Return the folder of PostgreSQL's programs, where the servers' account can run them."""
    return Path(program("postgres", pwd.getpwnam(SERVICE_ACCOUNT).pw_uid)).parent


def make_nodes(shared: Shared, numbers: Sequence[int] = NODES) -> list[Node]:
    """Make a folder for each node, and start all of them."""
    made = [Node(number, shared, postgres_programs()) for number in numbers]
    for node in made:
        node.folder.mkdir(mode=0o700)
        hand_over(node.folder)
    for node in made:
        node.start()
    return made


Members = dict[int, dict[str, Any]]


def views(numbers: Sequence[int] = NODES) -> list[Members]:
    """Return what each node that answers says of all: role, state and timeline by number.

    One that was cut off still says what it knew, for a moment.
    """
    found = []
    for node in numbers:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            asked = http.client.HTTPConnection(address(node), 8008, timeout=2)
            with contextlib.closing(asked):
                asked.request("GET", "/cluster")
                said = json.loads(asked.getresponse().read())
                found.append({int(member["name"][1:]): member for member in said["members"]})
    return found


def leader() -> int | None:
    """Return the number of the leader, as most nodes say."""
    said = Counter(
        number
        for view in views()
        for number, member in view.items()
        if (member["role"], member["state"]) == ("leader", "running")
    )
    [(number, times)] = said.most_common(1) or [(None, 0)]
    return number if times > 1 else None


def leader_of(number: int) -> int | None:
    """Return the number of the leader that runs, as one node says."""
    for view in views([number]):
        for other, member in view.items():
            if (member["role"], member["state"]) == ("leader", "running"):
                return other
    return None


def is_whole(numbers: Sequence[int] = NODES, *, synchronous: bool = True) -> bool:
    """Tell whether all agree on a leader that all others follow, one of them synchronously."""
    others = ["replica"] * (len(numbers) - 1)
    roles = ["leader", *others]
    if synchronous:
        roles[-1] = "sync_standby"
    said = views(numbers)
    return len(said) == len(numbers) and all(
        sorted(m["role"] for m in view.values()) == roles
        and sorted(m["state"] for m in view.values()) == ["running", *["streaming"] * len(others)]
        and len({m.get("timeline") for m in view.values()}) == 1
        and view.keys() == said[0].keys()
        and all(view[n]["role"] == said[0][n]["role"] for n in view)
        for view in said
    )


def wait_until_whole(
    numbers: Sequence[int] = NODES, *, synchronous: bool = True, seconds: float = STARTED
) -> float:
    """Wait until the cluster is whole; return how long that took."""
    began = time.monotonic()
    while not is_whole(numbers, synchronous=synchronous):
        if time.monotonic() - began > seconds:
            raise SystemExit(f"The cluster is not whole after {seconds:.0f} s: {views(numbers)}")
        time.sleep(0.5)
    return time.monotonic() - began


@contextlib.contextmanager
def haproxy(folder: Path) -> Iterator[None]:
    """Forward local ports to the leader and the standbys, as Patroni says who they are."""
    servers = {f"DB{n}": address(n) for n in NODES}
    log: IO[bytes]
    with open(folder / "haproxy.log", "wb") as log:
        run = subprocess.Popen(
            ["haproxy", "-f", SHIPPED / "haproxy.cfg", "-db"],
            stdout=log,
            stderr=log,
            env={"PATH": f"{os.defpath}:/usr/sbin", "LISTEN": HERE, **servers},
        )
    try:
        yield
    finally:
        run.terminate()
        run.wait()


def url(hosts: Sequence[str], database: str = "postgres", user: str = "postgres") -> str:
    """Return the address of the database on these hosts, with their ports."""
    named = "&".join(f"host={host}" for host in hosts)
    return f"postgresql+psycopg://{user}:{SECRET}@/{database}?{named}"
