"""Prepare the database of the bench once, and serve it with a watchdog beside the event loop."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.db.schema import migrate
from app.embedded_postgres.server import serve
from bench.fidelity.programs import say
from tests.support.wide import SLUG, make_package

ROOT = Path(__file__).parents[2]
WIDE = SLUG  # 2,013 parties x 20 issues
TALL = "tall"  # 300 parties x 200 issues
COUNTS = ((WIDE, 2_013, 20), (TALL, 300, 200))


@dataclass(frozen=True)
class Ground:
    """A running server, and what is needed to measure it."""

    base: str
    process: int
    token: str
    late: Path  # the log of the watchdog

    @property
    def host(self) -> str:
        """Return the server's host and port."""
        return self.base.removeprefix("http://")

    def memory(self) -> float:
        """Return the memory of the server that no file backs, in MB."""
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(n.split()[1]) for n in lines if n.startswith("RssAnon:")) / 1024

    def held_up(self) -> list[dict[str, Any]]:
        """Return what held up the event loop since the last call, and forget it."""
        found = [json.loads(line) for line in self.late.read_text().splitlines()]
        os.truncate(self.late, 0)
        return found

    def save(self, number: int) -> float:
        """Save a position, and return the seconds that it took."""
        body = {
            "negotiation": WIDE, "party": f"p{number % 2_013}", "issue": "i1", "firmness": "open",
            "attitudes": {"o1": "prefers"}, "summary": f"Saved as number {number}",
            "stated_on": "2024-01-02",
            "quotes": [{"source_id": 1, "exact": f"We say it as number {number}"}],
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = json.dumps(body).encode()
        return ask(f"{self.base}/api/v1/positions", sent, headers, expected=201)


def ask(
    address: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    expected: int = 200,
) -> float:
    """Ask for something and read it all; return the seconds that it took."""
    asked = urllib.request.Request(address, body, dict(headers or {}))  # noqa: S310 - our server
    began = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=120) as got:  # noqa: S310 - the same
        if got.status != expected:
            raise RuntimeError(f"{address}: {got.status}")
        got.read()
    return time.perf_counter() - began


@contextmanager
def served(work: Path) -> Iterator[Ground]:
    """Serve the database of the bench, which is filled the first time, until the block ends."""
    home, late = work / "home", work / "late.jsonl"
    home.mkdir(parents=True, exist_ok=True)
    late.write_text("")
    with serve(home) as server:
        migrate(server.owner_url, server.url)
        environment = os.environ | {"DATABASE_URL": server.url, "PARLEY_HOME": str(home)}
        environment |= {"DATABASE_OWNER_URL": server.owner_url, "PARLEY_UNSAFE_DATABASE": "on"}
        token = _fill(work, environment)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "bench.hostile.watched", str(port), str(late)]
        with (work / "server.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
        try:
            ground = Ground(f"http://127.0.0.1:{port}", process.pid, token, late)
            _wait(ground)
            yield ground
        finally:
            process.terminate()
            process.wait()


def _fill(work: Path, environment: Mapping[str, str]) -> str:
    """Import the negotiations and add an editor, unless that was done; return a new token."""
    done = work / "filled"
    if not done.exists():
        for slug, parties, issues in COUNTS:
            say(f"Importing {parties:,} parties x {issues} issues, once …")
            folder = work / slug
            make_package(folder, parties, issues, slug=slug)
            _parley(environment, "import", str(folder))
        role = ("--role", "editor", "--password-stdin")
        _parley(environment, "user", "add", "bench", *role, given=secrets.token_urlsafe())
        done.touch()
    return _parley(environment, "token", "add", "bench", "--name", "bench").strip()


def _parley(environment: Mapping[str, str], *arguments: str, given: str = "") -> str:
    command = [str(Path(sys.executable).with_name("parley")), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"parley {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def _wait(ground: Ground) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            ask(f"{ground.base}/readyz")
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
