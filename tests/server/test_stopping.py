"""Test with real processes under load that SIGTERM finishes open requests and drops none."""

import signal
import threading
import time
from functools import partial
from pathlib import Path

import psycopg
import pytest

from app.embedded_postgres.server import Server
from tests.support.patience import PATIENCE
from tests.support.processes import load, parley, running
from tests.support.servers import taken_port
from tests.support.waiting import wait_until
from tests.support.worlds import connect

Lake = tuple[Server, dict[str, tuple[str, str]]]


@pytest.mark.parametrize(("cache", "workers"), [("on", "1"), ("off", "1"), ("on", "2")])
def test_nothing_is_dropped_when_it_is_told_to_stop(
    lake_database: Lake, tmp_path: Path, cache: str, workers: str
) -> None:
    url = lake_database[0].url
    with running(tmp_path, "--workers", workers, DATABASE_URL=url, PARLEY_CACHE=cache) as server:
        with load(server.port, "/n/lake", b"Water quota") as clients:
            while clients.outcomes["ok"] < 20:  # takes a second, or many on a busy machine
                assert clients.outcomes.keys() <= {"ok"}, clients.outcomes
                time.sleep(0.1)
            assert server.terminate() in (0, -15)
            assert not server.is_ready()
        assert clients.outcomes.keys() <= {"ok", "refused"}, clients.outcomes


def test_what_is_in_flight_is_finished(lake_database: Lake, tmp_path: Path) -> None:
    database, secrets = lake_database
    with running(tmp_path, DATABASE_URL=database.url) as server:
        answers: list[int] = []

        def write() -> None:
            body = '{"slug": "late", "name": "Late"}'
            headers = {
                "Authorization": f"Bearer {secrets['ada'][0]}",
                "Content_Type": "application/json",
            }
            answers.append(server.ask("/api/v1/parties", "POST", body, **headers)[0])

        with connect(database.owner_url, autocommit=False) as other:
            other.execute("LOCK TABLE party IN SHARE MODE")  # the write has to wait here
            writer = threading.Thread(target=write)
            writer.start()
            _wait_for_the_lock(other)
            server.process.terminate()
            time.sleep(2.5)
            assert server.process.poll() is None
            other.rollback()
        writer.join(PATIENCE)
        assert answers == [201]
        assert server.process.wait(PATIENCE) in (0, -15)


def _wait_for_the_lock(session: psycopg.Connection) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not (session.execute(waiting).fetchone() or (0,))[0]:
        time.sleep(0.02)


def test_a_process_that_stops_is_not_ready_but_still_answers(
    lake_database: Lake, tmp_path: Path
) -> None:
    with running(tmp_path, DATABASE_URL=lake_database[0].url, PARLEY_DRAIN_SECONDS="60") as server:
        began = time.monotonic()
        server.process.terminate()
        wait_until(lambda: not server.is_ready())
        status, body = server.ask("/readyz")
        assert (status, b"stopping" in body) == (503, True)
        assert server.ask("/n/lake")[0] == 200
        server.process.terminate()  # the second signal stops it at once
        server.process.wait(PATIENCE)
        assert time.monotonic() - began < 60


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_embedded_database_stops_with_it(
    tmp_path: Path, workers: str, how: signal.Signals
) -> None:
    running_database = partial((tmp_path / "home").rglob, "postmaster.pid")
    with running(tmp_path, "--workers", workers) as server:
        assert len(list(running_database())) == 1
        server.process.send_signal(how)
        assert server.process.wait(PATIENCE) == 0
        assert list(running_database()) == []


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with taken_port() as port:
        for workers in ("1", "2"):
            done = parley(
                "serve",
                "--port",
                str(port),
                "--workers",
                workers,
                PARLEY_HOME=str(tmp_path / "home"),
            )
            assert (done.returncode, done.stderr) == (
                1,
                f"parley: 127.0.0.1:{port}: Address already in use\n",
            )
