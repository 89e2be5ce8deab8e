"""Ask for what is not kept, with no replica, and with one, two and three of them.

python -m bench cluster reads [--seconds N] [--rounds N] [--record]. Needs wrk, too. All servers,
the program and wrk share this machine, so that more replicas cannot give more in all.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import make_url

from app.embedded_postgres.server import Server
from bench.cluster import net, nodes, setting
from bench.fidelity import record
from bench.fidelity.programs import say
from tests.support.factories import position
from tests.support.fixtures import LAKE
from tests.support.processes import Running, running
from tests.support.waiting import wait_until
from tests.support.worlds import copied

NUMBERS = (1, 2, 3, 4)  # the fourth has no etcd
POSITIONS, CONNECTIONS = 200, 16
ADDRESS = "/api/v1/positions?negotiation=lake&limit=100"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Found:
    """What was seen with so many replicas, a value for each round."""

    replicas: int
    per_second: list[float] = field(default_factory=list)
    failed: int = 0
    primary: list[float] = field(default_factory=list)  # ms of its processors for a read
    others: list[float] = field(default_factory=list)  # the same of all others
    from_replica: float = 0.0  # of all reads, in the last round


def processor_seconds(node: int) -> float:
    """Return how long the processors have worked for the processes of a node."""
    total = 0
    for process in net.processes(node):
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
            total += sum(int(ticks) for ticks in told[11:15])
    return total / TICKS


def by_where(server: Running) -> tuple[float, float]:
    """Return how many reads replicas have answered, and how many in all."""
    told = server.ask("/metrics")[1].decode()
    found = re.findall(r'^parley_replica_reads_total\{server="(\w+)"\} (\S+)$', told, re.MULTILINE)
    counts = {where: float(count) for where, count in found}
    return counts.get("replica", 0.0), sum(counts.values())


def ask_all(server: Running, seconds: int) -> tuple[int, float, int]:
    """Let wrk ask; return requests that were answered, seconds and failures."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", server.url + ADDRESS]
    began = time.monotonic()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    taken = time.monotonic() - began
    count = re.search(r"(\d+) requests in", told)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    failed = int(refused[1]) if refused else 0
    return (int(count[1]) if count else 0) - failed, taken, failed


def one_round(server: Running, found: Found, leader: int, seconds: int) -> None:
    """Measure once."""
    before = {n: processor_seconds(n) for n in NUMBERS}
    replica, all_reads = by_where(server)
    count, taken, failed = ask_all(server, seconds)
    used = {n: processor_seconds(n) - before[n] for n in NUMBERS}
    replica, all_reads = by_where(server)[0] - replica, by_where(server)[1] - all_reads
    found.per_second.append(count / taken)
    found.failed += failed
    found.primary.append(used[leader] / count * 1_000)
    found.others.append(sum(s for n, s in used.items() if n != leader) / count * 1_000)
    found.from_replica = replica / all_reads if all_reads else 0.0


def fill(server: Running, token: str) -> None:
    """Add positions."""
    for n in range(POSITIONS):
        status, body = server.ask(
            "/api/v1/positions",
            "POST",
            json.dumps(position(summary=f"No. {n}")),
            Content_Type="application/json",
            Authorization=f"Bearer {token}",
        )
        if status != 201:
            raise SystemExit(f"{status} {body[:200]!r}")


def table(found: list[Found]) -> list[str]:
    """Return a line for each number of replicas."""
    lines = [
        "| replicas | reads/s, median | of rounds | failed | from replicas "
        "| primary, ms of processor a read | replicas, the same |",
        "| ---: | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for one in found:
        lines.append(
            f"| {one.replicas} | {statistics.median(one.per_second):,.0f} "
            f"| {min(one.per_second):,.0f} to {max(one.per_second):,.0f} | {one.failed} "
            f"| {one.from_replica:.0%} | {statistics.median(one.primary):.2f} "
            f"| {statistics.median(one.others):.2f} |"
        )
    return lines


def measure(seconds: int, rounds: int) -> list[str]:
    """Start four servers, and ask with so many of them as replicas, in turns."""
    with setting.cluster(NUMBERS) as made, contextlib.ExitStack() as stack:
        folder, hosts = made.shared.folder, made.hosts
        origin = Server(nodes.url(hosts), nodes.url(hosts))
        database, known = stack.enter_context(copied(origin, LAKE))
        name = make_url(database.url).database or ""
        leader = nodes.leader() or 0
        standbys = [f"{net.address(n)}:5432" for n in NUMBERS if n != leader]
        primary = nodes.url([f"{net.address(leader)}:5432"], name)
        found = [Found(n) for n in range(len(standbys) + 1)]
        servers = {}
        for one in found:
            settings = {"DATABASE_URL": primary, "PARLEY_CACHE": "off"}
            if one.replicas:
                settings["DATABASE_READ_URL"] = nodes.url(standbys[: one.replicas], name)
            servers[one.replicas] = stack.enter_context(running(folder, **settings))
        fill(servers[0], known["ada"][0])
        for one in found[1:]:
            wait_until(partial(_uses_replica, servers[one.replicas]))
        for turn in range(-1, rounds):
            for one in found if turn % 2 else reversed(found):
                into = Found(one.replicas) if turn < 0 else one  # the first only warms up
                one_round(servers[one.replicas], into, leader, 3 if turn < 0 else seconds)
                say(f"  round {turn}: {into.replicas} replicas, {into.per_second[-1]:,.0f}/s")
        return table(found)


def _uses_replica(server: Running) -> bool:
    before = by_where(server)[0]
    return server.ask(ADDRESS)[0] == 200 and by_where(server)[0] > before


def main() -> int:
    """Measure, and print or record the result."""
    parser = argparse.ArgumentParser(prog="python -m bench cluster reads", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--record", action="store_true", help="write it into bench/RESULTS.md")
    said = parser.parse_args()
    if lacking := setting.missing("wrk"):
        print(lacking, file=sys.stderr)
        return 2
    began, load = time.monotonic(), os.getloadavg()[0]
    lines = measure(said.seconds, said.rounds)
    words = " ".join(["cluster", "reads", *sys.argv[1:]])
    head = setting.heading(words, time.monotonic() - began)
    what = (
        f"100 positions as JSON, {CONNECTIONS} connections, `PARLEY_CACHE=off`, one process at a "
        f"time, load before: {load:.1f}. Everything runs on the same {os.cpu_count()} cores."
    )
    if load > 1:
        what += (
            " The machine was busy with other work: reads per second, and all that is divided by "
            "few of them, say nothing about replicas."
        )
    print("\n".join([head, what, "", *lines]))
    if said.record:
        record.write("cluster, reads", [head, what, "", *lines])
    return 0
