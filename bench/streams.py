"""Measure very many open pages that follow one negotiation: memory, and when a save is told.

python -m bench streams [NUMBER] [--rounds N]. The server runs as `parley serve` does, with the
example on an embedded PostgreSQL. Each stream is a connection of its own; half of the memory of a
connection is the system's, which is not counted.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import secrets
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.memory import own_memory
from tests.support.processes import CLEAN, PARLEY, ROOT, Running, running

SLUG, PARTY, ISSUE = "ukraine-ceasefire-2025", "russia", "kursk"
AT_ONCE = 100  # connections that are opened side by side
STREAMS = 2_000


def memory(server: Running) -> float:
    """Return the memory of the server that no file backs, in KiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in status if line.startswith("RssAnon:"))


async def follow(port: int, told: "asyncio.Queue[float]", places: asyncio.Semaphore) -> None:
    """Open one stream, and note when each event comes."""
    async with places:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4_096)
        ask = f"GET /api/v1/events?negotiation={SLUG} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        writer.write(ask.encode())
        await reader.readuntil(b"\r\n\r\n")
    with contextlib.closing(writer):
        while line := await reader.readline():
            if line.startswith(b"event: change"):
                told.put_nowait(time.perf_counter())


def save(server: Running, token: str, number: int) -> None:
    """Note a search of a cell, which every page shows."""
    body = {"party": PARTY, "issue": ISSUE, "looked_on": "2025-03-17", "where": f"No. {number}"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{server.url}/api/v1/negotiations/{SLUG}/looks"
    asked = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our server
    with urllib.request.urlopen(asked, timeout=60) as got:  # noqa: S310 - the same
        got.read()


async def measure(server: Running, token: str, count: int, rounds: int) -> None:
    """Open the streams, save some times, and print what was seen."""
    told: asyncio.Queue[float] = asyncio.Queue()
    before = memory(server)
    places = asyncio.Semaphore(AT_ONCE)
    streams = [asyncio.create_task(follow(server.port, told, places)) for _ in range(count)]
    began = time.perf_counter()
    for _ in range(count):  # each is told at first where it is
        await told.get()
    opened = time.perf_counter() - began
    each = (memory(server) - before) / count
    print(f"{count} streams opened in {opened:.1f} s, {each:.1f} KiB each")
    firsts, lasts = [], []
    for number in range(rounds):
        began = time.perf_counter()
        await asyncio.to_thread(save, server, token, number)
        answered = time.perf_counter() - began
        times = [await told.get() - began for _ in range(count)]
        firsts.append(min(times))
        lasts.append(max(times))
        print(f"saved in {answered:.3f} s; told the first after {min(times):.3f}, the last after"
              f" {max(times):.3f} s")  # fmt: skip
    print(f"medians: first {statistics.median(firsts):.3f}, last {statistics.median(lasts):.3f} s;"
          f" {(memory(server) - before) / count:.1f} KiB each at the end,"
          f" {own_memory():.0f} MB in this process")  # fmt: skip
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


def main() -> int:
    """Measure with the example in a folder of its own."""
    asked = argparse.ArgumentParser(prog="bench streams")
    asked.add_argument("count", type=int, nargs="?", default=STREAMS)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        settings = {"PARLEY_HOME": str(Path(folder) / "home"), "PARLEY_UNSAFE_DATABASE": "on"}
        for command in (
            ("import", f"seeds/{SLUG}"),
            ("user", "add", "bench", "--role", "editor", "--password-stdin"),
            ("token", "add", "bench", "--name", "bench"),
        ):
            done = subprocess.run(
                [*PARLEY, *command],
                cwd=ROOT,
                env=CLEAN | settings,
                input=f"{secrets.token_hex()}\n",
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise SystemExit(done.stderr)
        asyncio.run(measure(server, done.stdout.strip(), given.count, given.rounds))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
