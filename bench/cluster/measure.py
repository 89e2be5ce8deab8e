"""Take the leader of a cluster away again and again, and count what was lost.

python -m bench cluster [--trials N] [--seed N] [--asynchronous] [--direct] [--record]. Needs root
on Linux, and of Debian etcd-server, haproxy and iproute2. Patroni is installed from PyPI, once.
"""

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from app.embedded_postgres.server import Server
from bench.cluster import net, nodes, probe, reads, setting, walk
from bench.cluster.clients import Clients
from bench.fidelity import record
from bench.fidelity.programs import say
from tests.support.fixtures import LAKE
from tests.support.processes import Running, parley, running
from tests.support.worlds import connect, copied

HERE = Path(__file__).parent
KINDS = ("killed", "paused", "cut off")
PROGRAMS = ("etcd", "haproxy", "ip", "setpriv")
AGAIN = 20  # saves after which they go through again
LONGEST = 180.0  # seconds that a trial waits for that


@dataclass(frozen=True)
class Trial:
    """What was done to the leader, and what followed."""

    seed: int
    kind: str
    leader: int
    next_leader: int | None
    seconds: float  # without any save
    whole_after: float


@contextlib.contextmanager
def probes(folder: Path) -> Iterator[list[Path]]:
    """Note on each node when its server acknowledges writes."""
    logs = [folder / f"probe-{number}.txt" for number in nodes.NODES]
    started = []
    for number, log in zip(nodes.NODES, logs, strict=True):
        address = nodes.url([f"{net.address(number)}:5432"])
        command = [*net.inside(number), sys.executable, "-m", "bench.cluster.probe", address]
        with open(log, "wb") as out:
            started.append(subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL))
    try:
        yield logs
    finally:
        for one in started:
            one.terminate()
            one.wait()


def doubles(logs: Sequence[Path]) -> str:
    """Say how often two servers acknowledged writes at once, and for how long at most."""
    asked = sum(len(log.read_text().splitlines()) for log in logs)
    found = probe.overlaps([probe.spells(log.read_text().splitlines()) for log in logs])
    longest = max((end - start for start, end in found), default=0.0)
    return (
        f"- Two servers that acknowledged writes at once: {len(found)} times, {longest:.1f} s at "
        f"most; each was asked every {probe.PAUSE:.1f} s, {asked:,} times in all."
    )


def lose(kind: str, leader: int) -> None:
    """Take the leader away."""
    if kind == "killed":
        net.end_all(leader, signal.SIGKILL)
    elif kind == "paused":
        net.end_all(leader, signal.SIGSTOP)
    else:
        net.cut_off(leader)


def find(kind: str, node: nodes.Node) -> None:
    """Give it back."""
    if kind == "killed":
        node.start()
    elif kind == "paused":
        net.end_all(node.number, signal.SIGCONT)
    else:
        net.join(node.number)


def try_once(seed: int, made: Sequence[nodes.Node], clients: Clients, synchronous: bool) -> Trial:
    """Take the leader away under load, wait until saves go through again, and give it back."""
    chance = random.Random(seed)
    kind, wait = chance.choice(KINDS), chance.uniform(1, 4)
    leader = nodes.leader()
    if leader is None:
        raise SystemExit("There is no leader.")
    time.sleep(wait)
    began = time.time()
    lose(kind, leader)
    seconds = longest_gap(clients, began)
    next_leader = nodes.leader()
    time.sleep(chance.uniform(0, 5))
    find(kind, next(node for node in made if node.number == leader))
    whole = nodes.wait_until_whole(synchronous=synchronous)
    return Trial(seed, kind, leader, next_leader, seconds, whole)


def longest_gap(clients: Clients, began: float) -> float:
    """Wait until saves go through again; return for how many seconds none did."""
    until = time.time() + LONGEST
    while time.time() < until:
        after = sorted(at for at in tuple(clients.saved.values()) if at >= began)
        gaps = [b - a for a, b in zip([began, *after], after, strict=False)]
        # Those that were under way when the leader went come before the gap.
        if gaps and max(gaps) > 2 and len(after) - gaps.index(max(gaps)) >= AGAIN:
            return max(gaps)
        if len(after) >= AGAIN * 50:
            return max(gaps)
        time.sleep(0.2)
    raise SystemExit(f"No saves for {LONGEST:.0f} s.")


def checked(url: str, clients: Clients) -> list[str]:
    """Compare what was answered with what is there; return lines about it."""
    with connect(url) as session:
        stored = [row[0] for row in session.execute("SELECT summary FROM position").fetchall()]
        at = [row[0] for row in session.execute("SELECT at FROM log_commit ORDER BY seq")]
    lost, twice = set(clients.saved) - set(stored), len(stored) - len(set(stored))
    verified = parley("verify", "--log", DATABASE_URL=url, DATABASE_OWNER_URL=url).returncode == 0
    told = ", ".join(f"{n:,} × {status}" for status, n in sorted(clients.statuses.items()))
    return [
        f"- Saves answered 201: {len(clients.saved):,}; of these lost: {len(lost)}; "
        f"written twice: {twice}.",
        f"- Instants of the log grow: {'yes' if at == sorted(set(at)) else 'NO'}; "
        f"its hashes are right: {'yes' if verified else 'NO'}.",
        f"- Reads answered wrongly: {len(clients.wrong)}. All answers: {told}.",
        *(f"  - {one}" for one in clients.wrong[:5]),
    ]


def table(trials: Sequence[Trial]) -> list[str]:
    """Return the trials as a table, with a line for each kind."""
    lines = [
        "| seed | the leader is | node | then leads | seconds without a save | whole after, s |",
        "| ---: | --- | --- | --- | ---: | ---: |",
    ]
    lines += [
        f"| {t.seed} | {t.kind} | n{t.leader} | n{t.next_leader} | {t.seconds:.1f} "
        f"| {t.whole_after:.0f} |"
        for t in trials
    ]
    for kind in KINDS:
        found = sorted(t.seconds for t in trials if t.kind == kind)
        if found:
            middle = found[len(found) // 2]
            lines.append(
                f"| | {kind}, {len(found)} times | | | {found[0]:.1f} to {found[-1]:.1f}, "
                f"median {middle:.1f} | |"
            )
    return lines


def measure(said: argparse.Namespace) -> list[str]:
    """Start everything, try, and return the lines of the result."""
    synchronous = not said.asynchronous
    with setting.cluster(synchronous=synchronous) as made, contextlib.ExitStack() as running_now:
        hosts, folder = made.hosts, made.shared.folder
        origin = Server(nodes.url(hosts), nodes.url(hosts))
        database, known = running_now.enter_context(copied(origin, LAKE))
        name = make_url(database.url).database or ""
        writes = hosts if said.direct else [f"{net.HERE}:{nodes.WRITES}"]
        settings = {
            "DATABASE_URL": nodes.url(writes, name) + "&target_session_attrs=read-write",
            "DATABASE_READ_URL": nodes.url(hosts, name),
            "PARLEY_UNSAFE_DATABASE": "off",
        }
        servers: list[Running] = [
            running_now.enter_context(running(folder, **settings)) for _ in range(2)
        ]
        logs = running_now.enter_context(probes(folder))
        clients = Clients(servers, known["ada"][0], seed=said.seed)
        trials: list[Trial] = []
        with clients.busy():
            until = time.monotonic() + said.minutes * 60
            for seed in range(said.seed, said.seed + said.trials):
                if time.monotonic() > until:
                    break
                trials.append(try_once(seed, made.nodes, clients, synchronous))
                say(str(trials[-1]))
        return [
            *table(trials),
            "",
            *checked(nodes.url(hosts, name), clients),
            doubles(logs),
        ]


def main() -> int:
    """Run one of the cluster's benches."""
    others = {"walk": walk.main, "reads": reads.main}
    if sys.argv[1:2] and sys.argv[1] in others:
        return others[sys.argv.pop(1)]()
    return trials()


def trials() -> int:
    """Measure, and print or record the result."""
    parser = argparse.ArgumentParser(prog="python -m bench cluster", description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=600, help="no trial begins after these")
    parser.add_argument("--seed", type=int, default=1, help="of the first trial; then one more")
    parser.add_argument("--asynchronous", action="store_true", help="saves wait for no standby")
    parser.add_argument("--direct", action="store_true", help="all hosts instead of HAProxy")
    parser.add_argument("--record", action="store_true", help="write it into bench/RESULTS.md")
    said = parser.parse_args()
    if lacking := setting.missing():
        print(lacking, file=sys.stderr)
        return 2
    began = time.monotonic()
    lines = measure(said)
    said_of = setting.heading(" ".join(["cluster", *sys.argv[1:]]), time.monotonic() - began)
    print("\n".join([said_of, "", *lines]))
    if said.record:
        section = "cluster" + "".join(
            f", {name}" for name in ("asynchronous", "direct") if getattr(said, name)
        )
        record.write(section, [said_of, "", *lines])
    return 0
