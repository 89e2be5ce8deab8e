"""Note, from inside a node, when its PostgreSQL acknowledges writes: when it is a leader.

python -m bench.cluster.probe ADDRESS: a line for each question with the times at which it was asked
and answered, by the system's clock, and the answer. One that comes late, or says that the server
only stopped waiting for its standby, acknowledges nothing.
"""

import contextlib
import select
import sys
import time
from collections.abc import Iterable, Sequence

import psycopg
from psycopg.pq import ExecStatus

from app.db.dsn import conninfo

PAUSE, LIMIT = 0.1, 1.0
ASKED = b"""
SELECT CASE WHEN pg_is_in_recovery() THEN 'standby'
  ELSE left('leader', 6 + 0 * length(pg_logical_emit_message(true, 'probe', '')::text)) END
"""
Spell = tuple[float, float]  # the first and the last answer of a leader


class Probe:
    """One connection at a time, and what its server says of commits."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.connection: psycopg.Connection | None = None
        self.unsure = False

    def ask(self) -> str:
        """Return what the server is within the limit: leader, standby, alone, late or away."""
        try:
            connection = self._connected()
            said = _answer(connection, time.monotonic() + LIMIT)
        except psycopg.Error:
            said = "away"
        if said not in ("leader", "standby"):
            self._leave()
        elif self.unsure:
            said = "alone"
        self.unsure = False
        return said

    def _connected(self) -> psycopg.Connection:
        if self.connection is None:
            self.connection = psycopg.connect(self.address, autocommit=True)
            self.connection.add_notice_handler(self._note)
        return self.connection

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        self.unsure = self.unsure or notice.source_function == "SyncRepWaitForLSN"

    def _leave(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(psycopg.Error):
                self.connection.cancel_safe(timeout=LIMIT)  # else it waits for ever
            self.connection.close()
            self.connection = None


def _answer(connection: psycopg.Connection, until: float) -> str:
    line = connection.pgconn
    line.send_query(ASKED)
    said = "away"
    while (left := until - time.monotonic()) > 0:
        if not select.select([line.socket], [], [], left)[0]:
            break
        line.consume_input()
        while not line.is_busy():
            result = line.get_result()
            if result is None:
                return said
            if result.status == ExecStatus.TUPLES_OK:
                said = (result.get_value(0, 0) or b"").decode()
    return "late"


def spells(lines: Iterable[str]) -> list[Spell]:
    """Return from when to when a node was a leader, by its answers."""
    found: list[Spell] = []
    before = ""
    for line in lines:
        _asked, answered, state = line.split()
        if state == "leader":
            first = found.pop()[0] if before == "leader" else float(answered)
            found.append((first, float(answered)))
        before = state
    return found


def overlaps(nodes: Sequence[Sequence[Spell]]) -> list[Spell]:
    """Return when two nodes were leaders at once."""
    found = []
    for n, one in enumerate(nodes):
        for other in nodes[n + 1 :]:
            for (a, b), (c, d) in ((x, y) for x in one for y in other):
                if max(a, c) <= min(b, d):
                    found.append((max(a, c), min(b, d)))
    return sorted(found)


def main() -> None:
    """Ask again and again, until the process is ended."""
    probe = Probe(conninfo(sys.argv[1], connect_timeout="2"))
    while True:
        asked = time.time()
        said = probe.ask()
        print(f"{asked:.3f} {time.time():.3f} {said}", flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
