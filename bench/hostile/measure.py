"""Measure whether one reader holds up others, and whether memory is bounded.

Three parts: `walk` asks every public address of two large negotiations, cold; `strangers` lets 30
clients ask for the dearest of them while an editor saves and a reader reads; `memory` lets readers
try to fill the memory. Other programs on the machine make times longer; ratios are of one run.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bench.fidelity import record
from bench.fidelity.programs import say
from bench.hostile.ground import ROOT, TALL, WIDE, Ground, ask, served
from bench.hostile.walk import LATE, LONG, MUCH, walk

WORK = Path(tempfile.gettempdir()) / "parley-hostile"  # kept for the next run
PARTS = ("walk", "strangers", "memory")
STRANGERS = 30
ROUNDS = 15  # saves, each followed by a reader
ORDINARY = 150.0  # seconds
ASKED = 4  # ordinary readers at once
# What they ask for, with a number drawn each time.
READ = tuple(
    address
    for slug in (WIDE, TALL)
    for address in (
        f"/n/{slug}", f"/n/{slug}/cells/p{{0}}/i{{1}}", f"/n/{slug}/parties/p{{0}}",
        f"/n/{slug}/issues/i{{1}}", f"/n/{slug}?as_of=2024-02-1{{2}}", f"/n/{slug}/agreement",
        f"/n/{slug}/coverage", f"/n/{slug}/timeline?issue=i{{1}}", "/positions/{3}",
        "/quotes/{3}", f"/api/v1/negotiations/{slug}/matrix", f"/n/{slug}/export.csv",
        f"/api/v1/positions?negotiation={slug}&party=p{{0}}", "/search?q=party",
    )
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench hostile", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=PARTS, help="all, if left out")
    parser.add_argument("--minutes", type=float, default=10, help="of the part `memory`")
    parser.add_argument("--work", type=Path, default=WORK, help=f"folder of the data; {WORK}")
    parser.add_argument("--record", action="store_true", help="write it into bench/RESULTS.md")
    said = parser.parse_args(arguments)
    began, lines = time.monotonic(), list[str]()
    load = os.getloadavg()[0]
    for part in said.parts or PARTS:
        with served(said.work) as ground:
            say(f"{part} …")
            if part == "walk":
                lines += _walk(ground)
            elif part == "strangers":
                lines += _strangers(ground)
            else:
                lines += _memory(ground, said.minutes * 60)
    head = f"{datetime.now(UTC):%Y-%m-%d}, {(time.monotonic() - began) / 60:.0f} minutes,"
    head += f" {os.cpu_count()} processors, load before: {load:.1f}."
    print("\n".join([head, "", *lines]))
    if said.record:
        words = " ".join(["hostile", *(arguments or sys.argv[1:])])
        record.write("hostile", [f'`make bench ARGS="{words}"`, {head}', "", *lines])
    return 0


def _walk(ground: Ground) -> list[str]:
    lines = [
        "| address, cold | s | /healthz ms | loop at work ms | MB more |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    asked = 0
    for slug in (WIDE, TALL):
        for each in walk(ground, slug):
            asked += 1
            if each.is_beyond:
                say(each.row)
                lines.append(each.row)
    goals = f"{LONG:.0f} s, {LATE * 1000:.0f} ms and {MUCH:.0f} MB"
    return [f"{asked} addresses answered; those beyond {goals}:", "", *lines, ""]


def _strangers(ground: Ground) -> list[str]:
    since = datetime.now(UTC).isoformat()
    _round(ground, 0)  # what each process does once
    alone = [_round(ground, number) for number in range(1, ROUNDS + 1)]
    with _others("strangers", ground.host, str(STRANGERS), since):
        time.sleep(5)
        crowd = [_round(ground, number) for number in range(ROUNDS + 1, 2 * ROUNDS + 1)]
        health = [ask(f"{ground.base}{path}") for path in ("/healthz", "/readyz") * ROUNDS]
    lines = [
        f"| ms, median and worst of {ROUNDS} | alone | with {STRANGERS} strangers | times |",
        "| --- | ---: | ---: | ---: |",
    ]
    for place, name in enumerate(("a position saved", "matrix page after it", "matrix page kept")):
        one, many = ([each[place] * 1000 for each in times] for times in (alone, crowd))
        middle = statistics.median(one), statistics.median(many)
        lines.append(
            f"| {name} | {middle[0]:.1f}, {max(one):.1f} | {middle[1]:.1f}, {max(many):.1f}"
            f" | {middle[1] / middle[0]:.1f} |"
        )
    return [*lines, "", f"/healthz and /readyz then: {max(health) * 1000:.0f} ms at most.", ""]


def _round(ground: Ground, number: int) -> tuple[float, float, float]:
    saved = ground.save(number)
    read = ask(f"{ground.base}/n/{WIDE}")
    return saved, read, ask(f"{ground.base}/n/{WIDE}")


def _memory(ground: Ground, seconds: float) -> list[str]:
    ordinary = _ordinary(ground)
    most, until = 0.0, time.monotonic() + seconds
    with _others("abuse", ground.host, ground.token):
        while time.monotonic() < until:
            most = max(most, ground.memory())
            time.sleep(0.1)
    end = ground.memory()
    return [
        f"Memory: {ordinary:.0f} MB at most with ordinary readers, {most:.0f} MB at most in"
        f" {seconds / 60:.0f} minutes of hostile ones, {most / ordinary:.2f} times as much;"
        f" {end:.0f} MB at their end.",
        "",
    ]


def _ordinary(ground: Ground) -> float:
    """Return the most memory that the server takes while it has ordinary readers, in MB."""
    until, most = time.monotonic() + ORDINARY, 0.0

    def read(number: int) -> None:
        rng = random.Random(number)
        while time.monotonic() < until:
            drawn = [rng.randrange(most) for most in (300, 20, 10, 16_000)]
            with suppress(urllib.error.HTTPError):  # too many exports at once
                ask(ground.base + rng.choice(READ).format(*drawn[:3], drawn[3] + 1))

    with ThreadPoolExecutor(ASKED) as readers:
        asked = [readers.submit(read, number) for number in range(ASKED)]
        number = 0
        while time.monotonic() < until:
            most = max(most, ground.memory())
            time.sleep(0.5)
            number += 1
            if not number % 60:
                ground.save(number)
        for each in asked:
            each.result()
    return most


@contextmanager
def _others(kind: str, *arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", f"bench.hostile.{kind}", *arguments]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        process.wait()
