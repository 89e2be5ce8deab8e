"""Test real processes: two at once, one killed in the middle, and what is due after a restart."""

import signal
import time
from pathlib import Path

from tests.alerts.conftest import allow, ask
from tests.alerts.receiver import Receiver
from tests.support.fixtures import Lake
from tests.support.processes import running
from tests.support.waiting import wait_until
from tests.support.worlds import connect


def test_two_servers_tell_each_move_once(lake: Lake, receiver: Receiver, tmp_path: Path) -> None:
    allow(lake, receiver)
    for desk in (lake.vic, lake.bo):
        ask(desk, receiver)
    url = {"DATABASE_URL": lake.database.url}
    with running(tmp_path, **url), running(tmp_path, **url):
        for day in range(10, 20):
            option = f"q{20 + day % 2 * 10}"
            lake.ada.state(stated_on=f"2024-05-{day}", attitudes={option: "prefers"})
        wait_until(lambda: len(receiver.got) >= 20)
        time.sleep(1)
    assert len(receiver.keys) == len(set(receiver.keys)) == 20


def test_a_killed_server_loses_nothing(lake: Lake, receiver: Receiver, tmp_path: Path) -> None:
    """Killed while the receiver thinks: its outcome is unknown, and the same key comes again."""
    allow(lake, receiver)
    ask(lake.vic, receiver)
    receiver.open.clear()
    url = {"DATABASE_URL": lake.database.url}
    with running(tmp_path, **url) as server:
        lake.ada.state()
        wait_until(lambda: len(receiver.got) == 1)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    lake.ada.state(stated_on="2024-06-01", attitudes={"q30": "prefers"})  # while none serves
    receiver.open.set()
    with connect(lake.database.url) as connection:  # as if the time of the lost turn were over
        connection.execute("UPDATE alert SET busy_until = now()")
    with running(tmp_path, **url) as server:
        wait_until(lambda: len(receiver.got) == 3)
        assert server.terminate() == 0
    assert receiver.keys[0] == receiver.keys[1] != receiver.keys[2]
    assert [g.changes[0]["what"] for g in receiver.got] == ["new", "new", "moved"]
    with connect(lake.database.url) as connection:
        rows = connection.execute("SELECT state FROM alert_delivery ORDER BY id").fetchall()
    assert rows == [("delivered",), ("delivered",)]


def test_an_attempt_under_way_is_ended_when_the_server_stops(
    lake: Lake, receiver: Receiver, tmp_path: Path
) -> None:
    allow(lake, receiver)
    ask(lake.vic, receiver)
    receiver.open.clear()
    with running(tmp_path, DATABASE_URL=lake.database.url) as server:
        lake.ada.state()
        wait_until(lambda: len(receiver.got) == 1)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        receiver.open.set()
        server.process.wait(60)
    with connect(lake.database.url) as connection:
        rows = connection.execute("SELECT ok FROM alert_attempt").fetchall()
    assert rows == [(True,)]


def test_a_server_that_is_told_to_sends_nothing(
    lake: Lake, receiver: Receiver, tmp_path: Path
) -> None:
    allow(lake, receiver)
    ask(lake.vic, receiver)
    lake.ada.state()
    with running(tmp_path, DATABASE_URL=lake.database.url, PARLEY_ALERTS="off"):
        time.sleep(1)
    assert receiver.got == []
