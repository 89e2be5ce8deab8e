"""Test large imports, which are written before they take the log's lock.

They give the same result as others, and make nobody wait.
"""

import asyncio
import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.errors import Conflict
from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import Server
from app.importing import actions
from app.importing.actions import import_package
from app.importing.reconcile import ImportRun
from app.log import commit_time
from app.log.bulk import writer
from app.log.bulk.writer import Staging
from tests.datapackage.packages import (
    SEEDS,
    ask,
    commits,
    faults_of,
    give_out,
    small,
    take_in,
    write,
)
from tests.log.test_rebuild import derived, rebuilt
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat every import as a large one."""
    monkeypatch.setattr(actions, "MANY", 1)


def pausing(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Any]) -> None:
    """Run an action when an import has written all it can and has not yet taken the log's lock."""
    original = Staging.draw

    async def draw(self: Staging, draw: Any) -> Any:
        await asyncio.get_running_loop().run_in_executor(None, meanwhile)
        return await original(self, draw)

    monkeypatch.setattr(Staging, "draw", draw)


def walk(lake: Lake, after: str | None = None) -> Iterator[dict[str, Any]]:
    """Return the change feed from a cursor to its end, in small pages."""
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = lake.stranger.get("/changes", **query).json["data"]
        if not page:
            return
        yield from page
        after = page[-1]["cursor"]


def said(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table, without when they were first recorded here."""
    with path.open(newline="") as file:
        return [
            {c: v for c, v in row.items() if c not in ("recorded_at", "first_published")}
            for row in csv.DictReader(file)
        ]


def test_it_is_as_if_it_had_been_written_under_the_lock(
    lake: Lake, database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in (SEEDS, write(tmp_path / "sea", small())):
        take_in(lake.database.url, package)
        monkeypatch.setattr(actions, "MANY", 10**9)
        take_in(database.url, package)
        monkeypatch.undo()
        monkeypatch.setattr(actions, "MANY", 1)
    assert verified(lake) == []
    before = derived(lake)
    rebuilt(lake)
    assert derived(lake) == before
    for slug in (SEEDS.name, "sea"):
        give_out(lake.database.url, slug, tmp_path / "ahead" / slug)
        give_out(database.url, slug, tmp_path / "under" / slug)
    for path in sorted((tmp_path / "ahead").rglob("*.csv")):
        other = tmp_path / "under" / path.relative_to(tmp_path / "ahead")
        assert said(path) == said(other), path
    [(first, recorded, at)] = ask(
        lake.database.url,
        "SELECT p.first_published_at, s.recorded_at, c.at FROM position p JOIN log_spell s"
        " ON s.position_id = p.id "
        "JOIN log_commit c ON c.seq = s.seq_from WHERE p.summary = 'Few'",
    )
    assert first == recorded == at
    before_again = commits(lake.database.url)
    take_in(lake.database.url, tmp_path / "sea")
    assert commits(lake.database.url) == before_again


def test_others_write_and_read_on_meanwhile(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.ada.state()
    seen = list(walk(lake))
    pinned: dict[str, Any] = {}

    def meanwhile() -> None:
        written = lake.ada.state("south", "dam")
        lake.ada.correct(written["id"], summary="Meanwhile")
        seen.extend(walk(lake, seen[-1]["cursor"]))
        pinned["at"] = lake.stranger.known_now()
        pinned["list"] = lake.stranger.get("/negotiations", known_at=pinned["at"]).raw_data

    pausing(monkeypatch, meanwhile)
    take_in(lake.database.url, write(tmp_path, small()))
    lake.ada.state("north", "dam")
    seen += walk(lake, seen[-1]["cursor"])
    assert seen == list(walk(lake))
    assert [e["data"]["summary"] for e in seen if e["type"] == "position"].count("Meanwhile") == 1
    assert [e["action"] for e in seen if e["type"] == "negotiation"] == ["published", "imported"]
    assert lake.stranger.get("/negotiations", known_at=pinned["at"]).raw_data == pinned["list"]
    numbers = [n for (n,) in ask(lake.database.url, "SELECT seq FROM log_commit ORDER BY at")]
    assert numbers == sorted(numbers)
    assert verified(lake) == []


def test_who_comes_late_for_its_instant_takes_another(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.ada.state()
    times: list[float] = []

    async def oversleep(seconds: float) -> None:
        times.append(seconds)
        await asyncio.get_running_loop().run_in_executor(
            None, lambda: lake.ada.state("south", "dam")
        )
        await original(seconds + (2 * 2 ** len(times) if len(times) <= missed else 0))

    original = asyncio.sleep
    monkeypatch.setattr(commit_time.asyncio, "sleep", oversleep)
    for missed in (1, commit_time.TRIES):
        times.clear()
        tables = small()
        tables["positions"][0] |= {"uid": f"p{missed}", "summary": f"Late {missed}"}
        for rows in ("attitudes", "links", "quotes"):
            tables[rows][0]["position"] = f"p{missed}"
        tables["quotes"][0]["uid"] = f"q{missed}"
        take_in(lake.database.url, write(tmp_path / str(missed), tables))
        assert min(missed + 1, commit_time.TRIES) <= len(times) <= commit_time.TRIES
        rows = ask(
            lake.database.url,
            "SELECT p.first_published_at = c.at, s.first_published = c.at, s.recorded_at = c.at, "
            "c.at > (SELECT max(at) FROM log_commit o WHERE o.seq < c.seq) FROM position p "
            "JOIN log_spell s ON s.position_id = p.id JOIN log_commit c ON c.seq = s.seq_from "
            f"WHERE p.summary = 'Late {missed}'",
        )
        assert rows == [(True, True, True, True)]
    assert verified(lake) == []


def test_no_more_than_there_is_room_for(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ask(lake.database.url, "SELECT count(*) FROM position")

    def meanwhile() -> None:
        with connect(lake.database.owner_url) as others:
            others.execute(
                "INSERT INTO log_commit (seq, at, previous, hash) "
                "SELECT seq + %s, clock_timestamp(), hash, hash FROM log_commit ORDER BY seq DESC"
                " LIMIT 1",
                [writer.ROOM + 1],
            )

    pausing(monkeypatch, meanwhile)
    with pytest.raises(Conflict, match="import it again"):
        take_in(lake.database.url, write(tmp_path, small()))
    assert ask(lake.database.url, "SELECT count(*) FROM position") == before
    monkeypatch.undo()
    take_in(lake.database.url, tmp_path)


def test_what_is_new_beside_positions_that_are_not(lake: Lake, tmp_path: Path) -> None:
    tables = small()
    take_in(lake.database.url, write(tmp_path, tables))
    tables["parties"].append({"slug": "reef", "name": "Reef"})
    tables["parties"][0] |= {"name": "Island", "version": "2"}
    report = take_in(lake.database.url, write(tmp_path, tables))
    assert (report.counts["parties"].added, report.counts["parties"].changed) == (1, 1)
    positions = {"version": "2", "summary": "Fewer"}
    tables["positions"].append(tables["positions"][0] | positions)
    tables["positions"].append(tables["positions"][0] | {"uid": "p2", "party": "coast"})
    tables["attitudes"] += [
        tables["attitudes"][0] | {"version": "2"},
        tables["attitudes"][0] | {"position": "p2"},
    ]
    tables["quotes"].append(tables["quotes"][0] | {"uid": "q2", "position": "p2"})
    report = take_in(lake.database.url, write(tmp_path, tables))
    assert report.counts["positions"].added == 2
    statement = (
        "SELECT version, seq_to = 9223372036854775807 FROM log_spell ORDER BY position_id, version"
    )
    assert ask(lake.database.url, statement) == [(1, False), (2, True), (1, True)]
    assert verified(lake) == []
    before = derived(lake)
    rebuilt(lake)
    assert derived(lake) == before


def test_a_fault_keeps_nothing_of_what_went_ahead(lake: Lake, tmp_path: Path) -> None:
    tables = small()
    tables["looks"][0]["issue"] = "moon"  # noticed only after the positions are written
    before = commits(lake.database.url)
    assert len(faults_of(lake.database.url, write(tmp_path, tables))) == 1
    for table in ("log_revision WHERE seq > 100", "position", "quote", "log_quote_use"):
        assert ask(lake.database.url, f"SELECT count(*) FROM {table}") == [(0,)]
    assert commits(lake.database.url) == before


def test_two_at_once_wait_for_each_other(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, small())

    async def both() -> None:
        engine = make_engine(lake.database.url, limits=False)

        async def one() -> str:
            async with transaction(make_sessions(engine)) as session:
                return str(
                    await import_package(session, tmp_path, ImportRun(by=None, now=clock.now()))
                )

        reports = await asyncio.gather(one(), one())
        await engine.dispose()
        assert sorted("positions: 1 added" in report for report in reports) == [False, True]

    asyncio.run(both())
    assert ask(lake.database.url, "SELECT count(*) FROM position") == [(1,)]
    assert verified(lake) == []


async def test_the_database_counts_anew(session: AsyncSession, database: Server) -> None:
    """The serving role may do so, though it is not the owner of the tables."""
    report = await import_package(session, SEEDS, ImportRun(by=None, now=clock.now()))
    await session.commit()
    await actions.gather_statistics(session, report)
    await session.commit()
    with connect(database.owner_url) as owner:
        counted = owner.execute(
            "SELECT relname FROM pg_class WHERE reltuples > 0 AND relkind = 'r'"
        ).fetchall()
    written = {"log_revision", "log_holding", "log_spell", "log_quote_use", "quote", "position"}
    assert written <= {name for (name,) in counted}
