"""Test what follows the log: faults of ours, parties that were merged, very many alerts."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import matching, sending, worker
from app.alerts.matching import Commit, _followed
from app.alerts.sending import Sender
from app.alerts.worker import Worker
from app.db.notifier import Bell, Stopping
from app.log.reader import moment
from app.models.alert import Alert
from tests.alerts.conftest import Process, allow, ask
from tests.alerts.receiver import Receiver
from tests.support.fixtures import Lake
from tests.support.waiting import wait_until
from tests.support.worlds import connect


def test_a_fault_of_ours_does_not_end_the_worker(
    lake: Lake, receiver: Receiver, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again, and what was due is told once the fault is gone."""
    allow(lake, receiver)
    ask(lake.vic, receiver)
    monkeypatch.setattr(worker, "AFTER_FAULT", 0.01)
    follow, calls = sending.follow, 0

    async def follows(sender: Sender) -> None:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise LookupError("a fault")
        await follow(sender)

    monkeypatch.setattr(worker, "follow", follows)
    lake.ada.state()

    async def working(sender: Sender) -> None:
        bell = Bell()
        stopping = Stopping(bell)
        task = asyncio.create_task(Worker(sender, (bell,), stopping).run())
        await asyncio.to_thread(wait_until, lambda: bool(receiver.got))
        stopping.set()
        await task

    process.do(working)
    assert calls >= 3 and len(receiver.got) == 1


def test_what_was_merged_is_followed() -> None:
    assert _followed([1], {1: 2, 2: 3, 4: 5}) == {1, 2, 3}
    assert _followed([1], {1: 2, 2: 1}) == {1, 2}
    assert _followed([], {1: 2}) == set()


def test_an_alert_of_a_merged_party_tells_of_the_other(
    lake: Lake, receiver: Receiver, process: Process
) -> None:
    lake.ada.state("council", "dam")
    allow(lake, receiver)
    ask(lake.vic, receiver, parties=["council"])
    with connect(lake.database.owner_url) as connection:
        [(south,)] = connection.execute("SELECT id FROM party WHERE slug = 'south'").fetchall()

    async def with_merged(sender: Sender) -> int:
        async with sender.sessions() as session:
            alert = await session.get_one(Alert, 1)
            commit = await matching.read_commit(
                session, await moment(session), alert.negotiation_id, await _last(session)
            )
            merged = {alert.party_ids[0]: south}
            told = Commit(commit.seq, commit.changes, merged)
            return len(await matching.choose(session, alert, told))

    lake.ada.state("south", "dam", attitudes={"open": "prefers"})
    assert process.do(with_merged) == 1
    assert process.work() == 0


async def _last(session: AsyncSession) -> int:
    return await session.scalar(text("SELECT max(seq) FROM log_commit")) or 0


def test_a_stopped_alert_is_told_on_every_page(
    lake: Lake, receiver: Receiver, process: Process
) -> None:
    allow(lake, receiver)
    ask(lake.vic, receiver)
    said = "An alert has stopped"
    assert said not in lake.vic.page("/n/lake").text
    with connect(lake.database.url) as connection:
        connection.execute("UPDATE alert SET state = 'stopped', stopped_for = 'gone'")
    for path in ("/", "/n/lake", "/search?q=dam", "/account"):
        assert said in lake.vic.page(path).text, path
        assert said not in lake.bo.page(path).text
        assert said not in lake.stranger.page(path).text
