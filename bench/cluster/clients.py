"""Save and read all the time, and remember what was answered."""

import contextlib
import http.client
import json
import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from tests.support.factories import position
from tests.support.processes import Running

Answer = tuple[int, bytes, str]  # status, body, Location


@dataclass
class Clients:
    """Writers and readers of some processes, each of which is asked as one client asks it."""

    servers: list[Running]
    token: str
    writers: int = 4
    readers: int = 2
    seed: int = 0
    tls: ssl.SSLContext | None = None
    patience: float = 0.0  # seconds in which a process may not know what another has saved
    late: list[float] = field(default_factory=list)  # seconds after which such a save was there
    saved: dict[str, float] = field(default_factory=dict)  # keys by when they were answered 201
    sent: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _places: list[list[tuple[str, str]]] = field(
        default_factory=list
    )  # and keys of what was saved, by process
    _done: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def busy(self) -> Iterator["Clients"]:
        """Let them work until the block ends."""
        self._places = [[] for _ in self.servers]
        work = [(self._write, n) for n in range(self.writers)]
        work += [(self._read, n) for n in range(self.readers)]
        threads = [threading.Thread(target=do, args=(n,), daemon=True) for do, n in work]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._done.set()
            for thread in threads:
                thread.join(60)

    def gap(self, since: float, until: float) -> float:
        """Return for how many seconds at most no save was answered between two times."""
        within = sorted(at for at in tuple(self.saved.values()) if since < at < until)
        return max(b - a for a, b in pairwise([since, *within, until]))

    def _write(self, writer: int) -> None:
        of, n = writer % len(self.servers), 0
        while not self._done.is_set():
            key = f"s{self.seed}-w{writer}-{n}"
            self.sent.add(key)
            status, _, place = self.ask(of, "POST", "/api/v1/positions", key)
            self.statuses[f"save {status}"] += 1
            if status == 201:
                self.saved[key] = time.time()
                self._places[of].append((place, key))
                n += 1
            self._done.wait(0.02 if status == 201 else 0.1)

    def _read(self, reader: int) -> None:
        of, chance = reader % len(self.servers), random.Random(f"{self.seed} {reader}")
        while not self._done.wait(0.02):
            places = self._places[of]
            if not places:
                continue
            # The newest is what a replica may not have yet.
            place, key = places[-1] if chance.random() < 0.5 else chance.choice(places)
            status, body, _ = self.ask(of, "GET", place)
            self.statuses[f"read {status}"] += 1
            right = status == 200 and f'"{key}"'.encode() in body
            if status == 404 and self._comes(of, place, key):
                self.late.append(time.time() - self.saved[key])
            elif not right and status not in (0, 503):
                self.wrong.append(f"{place}: {status} {body[:200]!r}")

    def _comes(self, of: int, place: str, key: str) -> bool:
        """Tell whether a save that is not there yet comes while one may be patient."""
        while time.time() < self.saved[key] + self.patience:
            status, body, _ = self.ask(of, "GET", place)
            if status == 200 and f'"{key}"'.encode() in body:
                return True
            time.sleep(0.1)
        return False

    def ask(self, of: int, method: str, path: str, key: str = "") -> Answer:
        """Ask a process; status 0 without an answer. With a key it is asked by the editor."""
        headers = {"Content-Type": "application/json"}
        body = None
        if key:
            headers |= {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
            body = json.dumps(position(summary=key))
        port = self.servers[of].port
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        if self.tls is not None:
            line = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=self.tls)
        with contextlib.closing(line):
            try:
                line.request(method, path, body, headers)
                got = line.getresponse()
                return got.status, got.read(), got.headers.get("Location", "")
            except (OSError, http.client.HTTPException):
                return 0, b"", ""
