"""Test that another server takes over without loss, and that nothing uncertain is called saved."""

import contextlib
import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pairs import Pair, log_of, paired, state, summaries, wait_for_standbys
from tests.support.patience import PATIENCE
from tests.support.processes import Running, parley, running
from tests.support.waiting import Started, wait_until
from tests.support.worlds import connect

BUSY = b"Nothing was changed"
MATRIX = "/api/v1/negotiations/lake/matrix"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Run a pair of servers for one test."""
    with paired(tmp_path) as made:
        yield made


class Writers:
    """Threads that state positions, each with a new key once it has an answer to the last one."""

    def __init__(self, server: Running, token: str, many: int = 4) -> None:
        self.server, self.token = server, token
        self.answered: list[str] = []
        self.unanswered: list[str] = []
        self.statuses: set[int] = set()
        self.done = threading.Event()
        self.threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(many)
        ]

    def _run(self, writer: int) -> None:
        for n in range(10_000):
            key = f"w{writer}-{n}"
            while (status := state(self.server, self.token, key)[0]) != 201:
                self.statuses.add(status)
                self.unanswered.append(key)
                if self.done.wait(0.05):
                    return
            self.answered.append(key)
            if self.done.is_set():
                return

    @contextlib.contextmanager
    def writing(self) -> Iterator["Writers"]:
        for thread in self.threads:
            thread.start()
        try:
            yield self
        finally:
            self.done.set()
            for thread in self.threads:
                thread.join(PATIENCE)

    def go_on(self, more: int = 12) -> None:
        """Wait for as many more answers."""
        so_far = len(self.answered)
        wait_until(lambda: len(self.answered) >= so_far + more)


@pytest.mark.parametrize("how", ["killed", "paused"])
def test_another_server_takes_over(pair: Pair, tmp_path: Path, how: str) -> None:
    one, two, token = pair.one, pair.two, pair.token
    before, epoch = log_of(pair.on(one))
    with running(tmp_path, DATABASE_URL=pair.both) as server:
        cursor = json.loads(server.ask("/api/v1/changes?limit=1")[1])["data"][0]["cursor"]
        assert server.ask(f"/api/v1/changes?after={cursor}")[0] == 200
        with Writers(server, token).writing() as writers:
            writers.go_on()
            if how == "killed":
                one.stop(signal.SIGKILL)
            else:
                one.pause()
            readers = [server.ask(MATRIX)[0] for _ in range(3)]
            two.promote()
            writers.go_on()
            if how == "paused":  # it comes back when nobody asks it any more
                one.resume()
                one.crash()
        wait_until(lambda: server.ask(MATRIX)[0] == 200)
        assert set(readers) <= {200, 503}
        assert writers.statuses <= {0, 409, 503}
        after, new_epoch = log_of(pair.on(two))
        stored = summaries(pair.on(two))
        # Cursors and ETags of before are not taken for those of now, since numbers could recur.
        assert new_epoch != epoch
        assert server.ask(f"/api/v1/changes?after={cursor}")[0] == 422
        for key in set(writers.unanswered) - set(writers.answered):
            assert state(server, token, key)[0] == 201
    assert set(writers.answered) <= set(stored)
    assert set(summaries(pair.on(two)).values()) == {1}
    numbers, instants = zip(*after, strict=True)
    assert list(numbers) == sorted(set(numbers))
    assert list(instants) == sorted(set(instants))
    assert after[: len(before)] == before
    url = pair.on(two)
    assert parley("verify", "--log", DATABASE_URL=url, DATABASE_OWNER_URL=url).returncode == 0


def test_what_no_standby_has_is_not_called_saved(pair: Pair, tmp_path: Path) -> None:
    one, made, token = pair.one, pair.database, pair.token
    with running(tmp_path, DATABASE_URL=made.url) as server, connect(made.owner_url) as owner:
        wait_for_standbys(one, "nobody")
        asked = Started(lambda: state(server, token, "alone"))
        waits = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        wait_until(lambda: owner.execute(waits).fetchone() == (True,))
        status, body = asked.result()
        assert (status, json.loads(body)["type"]) == (503, "urn:parley:outcome-unknown")
        # It is there after all, and the same key does not write it twice.
        wait_for_standbys(one, "")
        assert state(server, token, "alone")[0] == 201
        assert summaries(made.owner_url)["alone"] == 1


def test_a_server_that_takes_no_writes_is_left(pair: Pair, tmp_path: Path) -> None:
    made, token = pair.database, pair.token
    with running(tmp_path, DATABASE_URL=made.url) as server, connect(made.owner_url) as owner:
        assert state(server, token, "first")[0] == 201
        # As if a balancer did not know yet that another server takes writes.
        name = owner.info.dbname
        owner.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        wait_until(lambda: BUSY in state(server, token, "refused")[1])
        owner.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        # A connection that was made meanwhile would refuse every write for ever.
        wait_until(lambda: state(server, token, "second")[0] == 201)
