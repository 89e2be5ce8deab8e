"""Test the event stream on a real server: what sends an event, what does not, and how it ends."""

import contextlib
import http.client
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from app.feeds import listeners
from app.main import create_app
from tests.support.fixtures import SETTINGS, Lake
from tests.support.patience import PATIENCE
from tests.support.processes import running
from tests.support.worlds import connect

PROGRAM = Path(__file__).resolve().parents[2] / "docs/mirror.py"
Database = tuple[Any, dict[str, tuple[str, str]]]


@dataclass(frozen=True)
class Live:
    """The lake behind a real server; writes go to the database from another process."""

    lake: Lake
    url: str
    listeners: listeners.Listeners


@pytest.fixture
def live(lake: Lake) -> Iterator[Live]:
    """Serve the lake in a thread of this process."""
    app = create_app(SETTINGS, lake.database.url)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Live(
        lake,
        f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}",
        app.state.listeners,
    )
    server.should_exit = True
    thread.join()


class Ear:
    """A client that reads one event after the other."""

    def __init__(self, url: str, known: str | None = None, timeout: float = PATIENCE) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
        headers = {"Accept-Encoding": "gzip"} | ({"Last-Event-ID": known} if known else {})
        self.connection.request("GET", "/api/v1/events", headers=headers)
        self.answer = self.connection.getresponse()

    def block(self) -> dict[str, str]:
        """Return the fields of the next event or comment; none once the stream has ended."""
        lines = []
        while line := self.answer.readline().decode().rstrip("\n"):
            lines.append(line)
        return dict(line.split(": ", 1) for line in lines if line)

    def event(self) -> dict[str, str]:
        while True:
            found = self.block()
            if "event" in found or not found:
                return found


@contextlib.contextmanager
def listening(url: str, known: str | None = None) -> Iterator[Ear]:
    ear = Ear(url, known)
    try:
        yield ear
    finally:
        ear.connection.close()


def newest(live: Live) -> str:
    return str(live.lake.ada.get("/changes", limit=500).data[-1]["cursor"])


def test_it_tells_where_the_feed_is_and_each_time_that_it_went_on(live: Live) -> None:
    with listening(live.url) as ear:
        kind = ear.answer.getheader("content-type", "")
        assert ear.answer.status == 200 and kind.startswith("text/event-stream")
        assert ear.answer.getheader("content-encoding") is None
        assert ear.answer.getheader("cache-control") == "no-store"
        assert ear.answer.getheader("access-control-allow-origin") == "*"
        first = ear.event()
        assert (first["event"], first["id"]) == ("change", newest(live))
        live.lake.ada.state()
        told = ear.event()
        assert (
            told["id"] == newest(live) != first["id"]
            and told["data"] == f'{{"cursor":"{told["id"]}"}}'
        )
        following = live.lake.ada.get("/changes", after=first["id"]).data
        assert following[-1]["cursor"] == told["id"]
    with listening(live.url, first["id"]) as ear:
        assert ear.event()["id"] == told["id"]


def test_a_draft_rings_for_nobody(live: Live) -> None:
    with listening(live.url, newest(live)) as ear:
        live.lake.ada.draft(summary="private")
        live.lake.ada.draft("south", summary="private too")
        live.lake.ada.state("south", "dam")
        assert ear.event()["id"] == newest(live)
        assert "private" not in live.lake.stranger.client.get("/api/v1/changes?limit=500").text


def test_signs_of_life_and_no_more_listeners_than_there_are_seats(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = live.listeners
    monkeypatch.setattr(shared, "heartbeat", 0.1)
    monkeypatch.setattr(shared, "free", 2)
    with listening(live.url, newest(live)) as one, listening(live.url) as two:
        one.block()
        assert [one.answer.readline() for _ in range(4)] == [b": \n", b"\n"] * 2
        two.event()
        with listening(live.url) as refused:
            assert refused.answer.status == 503
            assert refused.answer.getheader("retry-after") == str(listeners.RETRY_AFTER)
            assert refused.answer.getheader("content-type") == "application/problem+json"
    until = time.monotonic() + PATIENCE
    while shared.free < 2:  # until the seats of clients that left are free again
        assert time.monotonic() < until
        time.sleep(0.02)
    with listening(live.url) as again:
        assert again.answer.status == 200


def test_many_listeners_cost_one_connection(live: Live) -> None:
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    with contextlib.ExitStack() as stack, connect(live.lake.database.owner_url) as database:
        ears = [stack.enter_context(listening(live.url)) for _ in range(40)]
        first = {ear.event()["id"] for ear in ears}
        held = database.execute(count).fetchone()
        live.lake.ada.state()
        assert {ear.event()["id"] for ear in ears} == {newest(live)} != first
        assert held is not None and held[0] <= 13  # the pool, the listener, and this one


@pytest.mark.parametrize(("how", "cache"), [(signal.SIGTERM, "on"), (signal.SIGINT, "off")])
def test_it_ends_when_the_process_stops_and_does_not_hold_it_up(
    lake_database: Database, tmp_path: Path, how: signal.Signals, cache: str
) -> None:
    settings = {
        "DATABASE_URL": lake_database[0].url,
        "PARLEY_CACHE": cache,
        "PARLEY_DRAIN_SECONDS": "0.3",
    }
    with running(tmp_path, **settings) as server, listening(server.url) as ear:
        assert ear.event()["event"] == "change"
        server.process.send_signal(how)
        assert ear.event() == {}
        server.process.wait(PATIENCE)
        assert "failed" not in server.log.read_text()


def test_the_mirror_follows_without_asking_again_and_again(live: Live, tmp_path: Path) -> None:
    command = [sys.executable, str(PROGRAM), live.url, str(tmp_path / "mirror.sqlite"), "--follow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        try:
            assert int(running.stdout.readline().split()[0]) > 10
            live.lake.ada.state()
            said = running.stdout.readline()
            assert int(said.split()[0]) >= 1
        finally:
            running.kill()
