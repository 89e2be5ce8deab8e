"""Import a package with the texts of its sources, and the same one without them, in turns.

Run with python -m bench texts [COUNT].
"""

import asyncio
import csv
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.db.schema import migrate
from app.embedded_postgres.server import serve
from bench.imports import Phases, take_in
from bench.making import make_package

ROUNDS = 3


def run(count: int) -> None:
    """Print the seconds of each import, and how many times as long one with texts takes."""
    with tempfile.TemporaryDirectory() as folder:
        bare, full = Path(folder) / "bare", Path(folder) / "full"
        make_package(bare, count)
        shutil.copytree(bare, full)
        texts = add_texts(full)
        print(f"{count:,} positions, {texts:,} texts", flush=True)
        clock: dict[Path, list[float]] = {bare: [], full: []}
        busy: dict[Path, list[float]] = {bare: [], full: []}
        for turn in range(ROUNDS):
            for package in (bare, full) if turn % 2 else (full, bare):
                seconds, processor = _import(package)
                clock[package].append(seconds)
                busy[package].append(processor)
                print(f"  {package.name}: {seconds:.1f} s, {processor:.1f} s of Python", flush=True)
        for what, taken in (("clock", clock), ("processor's time of Python", busy)):
            print(f"with texts / without, {what}: {min(taken[full]) / min(taken[bare]):.2f}")


def _import(package: Path) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "pg") as server:
        migrate(server.owner_url, server.url)
        began, busy = time.perf_counter(), _processor()
        asyncio.run(take_in(server.url, package, Phases()))
        return time.perf_counter() - began, _processor() - busy


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def add_texts(package: Path) -> int:
    """Give each source a text with all its quotes; return how many have one."""
    said: dict[str, list[str]] = {}
    for quote in _rows(package / "quotes.csv"):
        words = " ".join((quote["prefix"], quote["exact"], quote["suffix"]))
        said.setdefault(quote["source"], []).append(words)
    sources = list(_rows(package / "sources.csv"))
    (package / "texts").mkdir()
    for source in sources:
        source["text"] = ""
        if spoken := said.get(source["uid"]):
            source["text"] = f"texts/{source['uid']}.txt"
            (package / source["text"]).write_text("\n\n".join(spoken), encoding="utf-8")
    with open(package / "sources.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(sources[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sources)
    return len(said)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
