"""Run the program as in production: processes of `parley serve`, signals, and busy clients."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner, Result

from app.cli.main import cli
from tests.support.patience import PATIENCE
from tests.support.servers import free_port

ROOT = Path(__file__).parents[2]
PARLEY = [sys.executable, "-c", "from app.cli.main import main; main()"]
# The settings of a deployment on this machine must not reach the tests.
CLEAN = {
    n: v
    for n, v in os.environ.items()
    if not n.startswith(("PARLEY_", "DATABASE_", "PG", "PROMETHEUS"))
}


def command(*arguments: str, **settings: str) -> Result:
    """Run a command in this process, since starting another costs much more."""
    others = dict.fromkeys(set(os.environ) - set(CLEAN))
    return CliRunner().invoke(cli, arguments, env=others | settings)


def parley(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end in a process of its own."""
    return subprocess.run(
        [*PARLEY, *arguments], cwd=ROOT, env=CLEAN | settings, capture_output=True, text=True
    )


@dataclass
class Running:
    """A process that serves, and its output."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Send a request; return status and body. Underscores stand for hyphens of header names."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(
                method, path, body, {n.replace("_", "-"): v for n, v in headers.items()}
            )
            answer = connection.getresponse()
            return answer.status, answer.read()

    def is_ready(self) -> bool:
        """Tell whether `/readyz` answers 200."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("/readyz")[0] == 200
        return False

    def wait_until_ready(self, seconds: float = PATIENCE) -> float:
        """Wait until it is ready; return how long that took."""
        began = time.monotonic()
        while not self.is_ready():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() - began < seconds, self.log.read_text()[-3000:]
            time.sleep(0.05)
        return time.monotonic() - began

    def terminate(self) -> int:
        """Send SIGTERM, as a supervisor does, and wait until the process has ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def running(
    folder: Path, *options: str, port: int | None = None, **settings: str
) -> Iterator[Running]:
    """Serve until the block ends; `settings` are environment variables."""
    port = port or free_port()
    log = folder / f"serve-{port}-{time.monotonic_ns()}.log"
    environment = {"PARLEY_UNSAFE_DATABASE": "on", "PARLEY_HOME": str(folder / "home")} | settings
    with open(log, "wb") as out:
        command = [*PARLEY, "serve", "--port", str(port), *options]
        process = subprocess.Popen(
            command, cwd=ROOT, env=CLEAN | environment, stdout=out, stderr=out
        )
    made = Running(process, port, log)
    try:
        made.wait_until_ready()
        yield made
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass
class Load:
    """Clients that send requests until they are stopped, and the outcomes."""

    port: int
    path: str
    wanted: bytes  # must be in every response with 200
    headers: Mapping[str, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    pause: float = 0  # seconds after each response
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send requests in one thread until stopped."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while not self.stopping.is_set():
            outcome = self._ask(connection)
            self.outcomes[outcome] += 1
            self.told.append(outcome)
            time.sleep(0.02 if outcome == "refused" else self.pause)
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> str:
        try:
            if connection.sock is None:
                connection.connect()
        except OSError:
            connection.close()
            return "refused"
        try:
            connection.request("GET", self.path, headers=dict(self.headers))
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return f"dropped ({type(error).__name__})"
        if answer.status != 200:
            return str(answer.status)
        return "ok" if self.wanted in body else "wrong"


@contextlib.contextmanager
def load(
    port: int, path: str, wanted: bytes, *, clients: int = 6, pause: float = 0, **headers: str
) -> Iterator[Load]:
    """Request one address from several threads until the block ends, pausing after each."""
    made = Load(port, path, wanted, headers, pause=pause)
    threads = [threading.Thread(target=made.run, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stopping.set()
        for thread in threads:
            thread.join(PATIENCE)
