"""Test streaming: one moment, flat memory, two exports at once, and a visible cut."""

import csv
import gc
import io
import time
from collections.abc import AsyncGenerator
from itertools import pairwise
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import text
from starlette.requests import ClientDisconnect
from starlette.types import Message, Send

from app.cli.export_file import Form, save
from app.core.clock import now
from app.core.errors import TooMany
from app.db.engine import make_engine, make_sessions
from app.exports import download, pages
from app.exports.concurrency import AT_ONCE, Slots, slots
from app.exports.csv_export import export_csv
from app.exports.download import Download
from app.exports.query_params import CsvQuery
from app.exports.row_keys import Batch
from app.exports.selection import BATCH, FEW, count_positions, select_cells
from app.exports.stored_rows import Row
from bench.multiply import multiply
from tests.support.factories import quote
from tests.support.fixtures import Lake

pytestmark = pytest.mark.anyio
MANY = 20_000


def megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def test_it_is_one_moment_while_others_write(lake: Lake) -> None:
    first = lake.ada.state()
    multiply(lake.database.url, 5 * BATCH, quotes=1)
    pins = {"as_of": "2026-01-01", "known_at": lake.ada.known_now()}
    before = lake.stranger.page("/n/lake/export.csv", **pins)
    engine = make_engine(lake.database.url)
    async with make_sessions(engine)() as session:
        query = CsvQuery.model_validate({"as_of": pins["as_of"]})
        chosen = await select_cells(session, "lake", query, now=now())
        total = await count_positions(session, chosen)
        pieces = []
        async for piece in export_csv(session, chosen, query, base="http://testserver", now=now()):
            pieces.append(piece)
            if len(pieces) < 4:
                lake.ada.correct(first["id"], summary=f"corrected {len(pieces)}")
                lake.ada.state("south", stated_on="2024-05-01")
        lake.ada.retract(first["id"])
    await engine.dispose()
    assert b"".join(pieces) == before.content
    rows = list(csv.DictReader(io.StringIO(before.text, newline="")))
    assert (
        len({r["position_id"] for r in rows})
        == len(rows)
        == total
        == int(before.headers["x-total-positions"])
    )
    assert total == 5 * BATCH + 1
    assert sum(r["current"] == "true" for r in rows) == 3


async def test_memory_stays_flat(lake: Lake) -> None:
    lake.ada.state()
    multiply(lake.database.url, MANY)
    engine = make_engine(lake.database.url)
    async with make_sessions(engine)() as session:
        query = CsvQuery()
        chosen = await select_cells(session, "lake", query, now=now())
        size, start, most = 0, 0.0, 0.0
        async for piece in export_csv(session, chosen, query, base="", now=now()):
            size += len(piece)
            start = start or (megabytes() if size > 1_000_000 else 0)
            most = max(most, megabytes())
    await engine.dispose()
    assert size > 10_000_000
    assert most - start < 8


@pytest.fixture
def of_our_own(monkeypatch: pytest.MonkeyPatch) -> Slots:
    """Provide slots of this test's own.

    Those of earlier exports are freed only a moment after their last byte.
    """
    made = Slots()
    for module in (pages, download):
        monkeypatch.setattr(module, "slots", made)
    return made


def test_others_wait_while_two_are_being_written(lake: Lake, of_our_own: Slots) -> None:
    of_our_own.free = 0
    for kind in ("csv", "json", "xlsx", "zip"):
        got = lake.stranger.page(f"/n/lake/export.{kind}")
        assert (got.status_code, got.headers["retry-after"]) == (429, "10")
    of_our_own.free = 1
    for _ in range(3):
        assert lake.stranger.page("/n/lake/export.csv").status_code == 200
        while of_our_own.free < 1:
            time.sleep(0.01)


def test_a_slot_is_given_back_whatever_happens() -> None:
    some = Slots(1)
    with pytest.raises(ValueError, match="cut"), some.taken():
        with pytest.raises(TooMany), some.taken():
            pass
        raise ValueError("cut")
    assert some.free == 1


async def test_a_slow_reader_gives_way_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exports.concurrency.MOST_WAITED", 0.01)
    some, stalled = Slots(1), anyio.Event()
    monkeypatch.setattr(download, "slots", some)

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b"x"

    def reader(seconds: float, most: float) -> Send:
        taken = 0

        async def send(message: Message) -> None:
            nonlocal taken
            taken += 1
            if taken > most:
                stalled.set()
                await anyio.sleep_forever()
            await anyio.sleep(seconds)

        return send

    async def receive() -> Message:
        await anyio.sleep_forever()
        return {}

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Download(endless(), {}), scope, receive, reader(0.02, 5))
        await stalled.wait()
        with some.taken():  # the slow one is cut off, with nothing raised
            await anyio.sleep(0.01)
    assert some.free == 1
    with some.taken(), pytest.raises(TooMany), some.taken():
        pass


async def test_who_leaves_early_frees_everything_and_a_cut_stream_has_no_end() -> None:
    closed: list[str] = []
    sent: list[Message] = []

    async def endless() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"x" * 1000
        finally:
            closed.append("session")

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) > 3:
            raise OSError("gone")

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    free = slots.free
    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    with pytest.raises(ClientDisconnect):
        await Download(endless(), {})(scope, receive, send)
    assert (closed, slots.free) == (["session"], free)
    assert all(m.get("more_body", True) for m in sent)


async def test_who_leaves_ends_what_is_read_ahead(lake: Lake) -> None:
    lake.ada.state()
    multiply(lake.database.url, 3 * BATCH, quotes=1)
    engine = make_engine(lake.database.url, pool_size=1)
    async with make_sessions(engine)() as session:
        chosen = await select_cells(session, "lake", CsvQuery(), now=now())
        pieces = export_csv(session, chosen, CsvQuery(), base="", now=now())
        for _ in range(3):
            await anext(pieces)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await pieces.aclose()
    async with make_sessions(engine)() as session:  # of the pool's only connection
        running = text("SELECT count(*) FROM pg_stat_activity WHERE query ~ '^(COPY|FETCH)'")
        assert await session.scalar(running) == 0
    await engine.dispose()


async def test_who_stops_reading_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.05)

    async def one() -> AsyncGenerator[bytes]:
        yield b"x"

    async def send(message: Message) -> None:
        await anyio.sleep(30)

    async def receive() -> Message:
        await anyio.sleep(30)
        return {"type": "http.disconnect"}

    free = slots.free
    with pytest.raises(ClientDisconnect):
        await Download(one(), {})({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    assert slots.free == free


def test_who_is_refused_costs_nothing_and_who_has_it_already_is_told_so(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, of_our_own: Slots
) -> None:
    fresh = {"Cookie": "of=another site"}  # requests with a cookie bypass the cache
    etag = lake.stranger.client.get("/n/lake/export.csv", headers=fresh).headers["etag"]
    while of_our_own.free < AT_ONCE:
        time.sleep(0.01)

    async def count(*_: object) -> int:
        raise AssertionError("nothing is counted for somebody who is refused")

    monkeypatch.setattr(pages, "count_positions", count)
    of_our_own.free = 0
    assert lake.stranger.client.get("/n/lake/export.csv", headers=fresh).status_code == 429
    again = lake.stranger.client.get("/n/lake/export.csv", headers={**fresh, "If-None-Match": etag})
    assert again.status_code == 304


async def test_others_are_answered_while_one_is_being_written(lake: Lake) -> None:
    lake.ada.state()
    multiply(lake.database.url, 2 * BATCH)
    engine = make_engine(lake.database.url)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await anyio.lowlevel.checkpoint()
            turns += 1

    async with make_sessions(engine)() as session, anyio.create_task_group() as group:
        chosen = await select_cells(session, "lake", CsvQuery(), now=now())
        group.start_soon(others)
        between = []
        async for _ in export_csv(session, chosen, CsvQuery(), base="", now=now()):
            between.append(turns)
        group.cancel_scope.cancel()
    await engine.dispose()
    assert len(between) > 2 * BATCH / FEW
    assert all(later > earlier for earlier, later in pairwise(between))


async def test_its_statements_may_take_longer_than_those_of_a_page_and_only_its(lake: Lake) -> None:
    engine = make_engine(lake.database.url, pool_size=1)
    shown = {}
    async with make_sessions(engine)() as session:
        for when in ("export", "page"):
            if when == "export":
                await download.give_time(session)
            limits = ("statement_timeout", "idle_in_transaction_session_timeout")
            shown[when] = [await session.scalar(text(f"SHOW {limit}")) for limit in limits]
            await session.rollback()
    await engine.dispose()
    assert shown == {"export": ["2min", "10min"], "page": ["15s", "30s"]}


@pytest.mark.parametrize("form", [Form.PACKAGE, Form.CSV])
async def test_the_command_s_may_too(lake: Lake, form: Form, tmp_path: Path) -> None:
    engine = make_engine(lake.database.url, pool_size=1)
    async with make_sessions(engine)() as session:
        await save(session, "lake", form, tmp_path / "out.zip", now=now())
        assert await session.scalar(text("SHOW statement_timeout")) == "2min"
    await engine.dispose()


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_rows_are_let_go_without_the_collector(lake: Lake, kind: str) -> None:
    """They would be in memory until garbage is collected, and there may be very many."""
    lake.ada.state(quotes=[quote("forty per cent", speaker="Mara Venn")])
    lake.stranger.uncached(f"/n/lake/export.{kind}")
    gc.collect()
    gc.disable()
    try:
        assert lake.stranger.uncached(f"/n/lake/export.{kind}").status_code == 200
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = [found for found in gc.garbage if isinstance(found, Row | Batch)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []
