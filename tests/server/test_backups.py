"""Test that a restored backup answers the same, and is not taken for the old database."""

import itertools
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.db import schema
from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import PostgresError, Server, serve
from app.main import create_app
from app.proposals import deciding
from app.proposals.deciding import Decider
from app.server import scheduled_backups
from app.server.backups import BackupError, back_up, restore
from app.settings import Schedule, Settings
from tests.proposals.bodies import new_source, proposal
from tests.support.everything import addresses
from tests.support.factories import WORDS, Answer, Desk, quote
from tests.support.fixtures import SETTINGS, Lake
from tests.support.migrations import a_step_ahead
from tests.support.worlds import connect, named, on_server, run

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
numbers = itertools.count()


@pytest.fixture
def empty(postgres: Server) -> Iterator[Callable[[], Server]]:
    """Make databases without anything, not even tables."""
    made: list[str] = []

    def make() -> Server:
        made.append(f"empty_{os.getpid()}_{next(numbers)}")
        on_server(postgres, f"CREATE DATABASE {made[-1]} TEMPLATE template0")
        return Server(named(postgres.url, made[-1]), named(postgres.owner_url, made[-1]))

    yield make
    for name in made:
        on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def backup(lake: Lake, tmp_path: Path) -> Path:
    """Make a backup of a lake with something of every kind."""
    ada = lake.ada
    first = ada.state("north", "quota")["id"]
    ada.correct(first, summary="said better")
    ada.draft("south", "dam")
    ada.retract(ada.state("south", "quota")["id"])
    look = {"party": "council", "issue": "dam", "looked_on": "2024-05-20", "where": "the archive"}
    assert ada.post("/negotiations/lake/looks", look).status == 201
    path, _ = back_up(lake.database, tmp_path / "lake.zip", now=NOW)
    return path


def ask_everything(app: Any, desk: Desk) -> dict[str, Answer]:
    return {address: desk.ask("GET", address) for address in addresses(app, desk)}


def without_cursors(answer: Answer) -> Any:
    """Return the data without the cursors of /changes, which contain the log's epoch."""
    data = answer.data
    return (
        [{k: v for k, v in row.items() if k != "cursor"} for row in data]
        if isinstance(data, list)
        else data
    )


def test_every_answer_is_the_same_under_a_new_epoch(
    lake: Lake, backup: Path, empty: Callable[[], Server]
) -> None:
    before = {
        who: ask_everything(lake.app, desk)
        for who, desk in (("ada", lake.ada), ("nobody", lake.stranger))
    }
    cursor = lake.ada.get("/changes", limit=2).data[-1]["cursor"]
    ada, position = lake.ada, next(p for p in before["nobody"] if p.startswith("/positions/"))
    database = empty()
    restore(database, backup)
    app = create_app(SETTINGS, database.url)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        there = Desk(client, ada.token, "ada")
        for who, desk in (("ada", there), ("nobody", Desk(client))):
            after = ask_everything(app, desk)
            assert after.keys() == before[who].keys()
            for address, answer in after.items():
                assert without_cursors(answer) == without_cursors(before[who][address]), address
        assert len(before["ada"]) > 40
        # Earlier ETags and cursors are not accepted: their numbers will mean other entries.
        etag = before["nobody"][position].etag
        assert there.ask("GET", position, If_None_Match=etag).status == 200
        assert there.patch(position, {"summary": "again"}, etag=etag).status == 412
        assert there.get("/changes", after=cursor).status == 422
        # The restored site can be written to.
        assert there.patch(position, {"summary": "after the restore"}).status == 200
        assert client.get("/readyz").status_code == 200


async def accept(url: str, number: int, *, seen: int) -> None:
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        await deciding.accept(session, Decider("ada", NOW), number, seen=seen)
    await engine.dispose()


def test_proposals_come_back_and_can_be_decided(
    lake: Lake, tmp_path: Path, empty: Callable[[], Server]
) -> None:
    """With the text that a proposed source brings, which is in no log."""
    along = proposal(quotes=[{"exact": WORDS}], source=new_source())
    for desk, body in (
        (lake.vic, along), (lake.bo, along), (lake.vic, proposal("south", "dam")),
        (lake.vic, proposal()), (lake.vic, proposal("south")), (lake.vic, proposal("council")),
    ):  # fmt: skip
        assert desk.post("/proposals", body).status == 201
    wrong = proposal(quotes=[quote("These words are nowhere in it")])
    assert lake.vic.post("/proposals", wrong).status == 422
    for do, mark in (("accept", "3:1"), ("reject", "4:1"), ("put_off", "5:1")):
        sent = {"do": do, "proposal": mark, "why": "known"}
        assert lake.ada.browse("POST", "/n/lake/proposals", data=sent).status_code == 303
    assert lake.vic.post("/proposals/6/withdraw", {"reason": "Not so"}).status == 200
    asked = ("/proposals", "/proposals/figures", "/positions", *(f"/proposals/{n}" for n in (1, 6)))
    before = {path: lake.ada.get(path).data for path in asked}
    path, _ = back_up(lake.database, tmp_path / "lake.zip", now=NOW)
    database = empty()
    restore(database, path)
    app = create_app(SETTINGS, database.url)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        there = Desk(client, lake.ada.token, "ada", lake.ada.cookie)
        assert {path: there.get(path).data for path in asked} == before
        vic = Desk(client, lake.vic.token, "vic")
        assert [p["id"] for p in vic.get("/proposals").data] == [6, 5, 4, 3, 1]
        assert Desk(client).get("/proposals").status == 401
        # The same again is the same, also here.
        assert vic.post("/proposals", proposal()).data["id"] == 4
        # Its text is there for the other one who proposed it.
        assert vic.post("/proposals/1/withdraw", {}).status == 200
        run(accept(database.url, 2, seen=2))  # by the action: a backup has no sessions of browsers
        made = there.get("/proposals/2").data["position"]
        assert there.get(f"/positions/{made}").data["quotes"][0]["verification"] == "verified"


def test_the_serving_role_may_what_it_might_before(
    lake: Lake, backup: Path, empty: Callable[[], Server]
) -> None:
    database = empty()
    restore(database, backup)
    rights = (
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = current_user AND table_schema = 'public' ORDER BY 1, 2"
    )
    with connect(lake.database.url) as old, connect(database.url) as new:
        assert old.execute(rights).fetchall() == new.execute(rights).fetchall() != []


def test_only_an_empty_database_is_filled(lake: Lake, database: Server, backup: Path) -> None:
    with pytest.raises(BackupError, match="not empty"):
        restore(lake.database, backup)
    with connect(database.owner_url) as owner:
        owner.execute("CREATE TABLE stranger ()")
    restored = restore(database, backup)  # into a migrated database without data
    assert restored.revision > 0


def test_somebody_elses_tables_are_left_alone(empty: Callable[[], Server], backup: Path) -> None:
    database = empty()
    with connect(database.owner_url) as owner:
        owner.execute("CREATE TABLE theirs ()")
    with pytest.raises(BackupError, match="not empty"):
        restore(database, backup)


def test_what_does_not_fit_is_refused(
    tmp_path: Path, backup: Path, empty: Callable[[], Server]
) -> None:
    database = empty()
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BackupError, match="not a file from `parley backup`"):
        restore(database, tmp_path / "text.zip")
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(newer, "w") as new:
        manifest = json.loads(old.read("parley.json"))
        new.writestr(
            "parley.json", json.dumps(manifest | {"schema": "20990101_0001", "program": "9.0"})
        )
        new.writestr("database.dump", old.read("database.dump"))
    with pytest.raises(BackupError, match=r"Parley 9\.0 .* newer"):
        restore(database, newer)
    damaged = bytearray(backup.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with pytest.raises(BackupError, match="damaged"):
        restore(database, tmp_path / "damaged.zip")
    half = tmp_path / "half.zip"  # a complete zip with an incomplete backup
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(half, "w") as new:
        new.writestr("parley.json", old.read("parley.json"))
        dump = old.read("database.dump")
        new.writestr("database.dump", dump[: len(dump) * 2 // 3])
    with pytest.raises(PostgresError, match="pg_restore"):
        restore(database, half)
    with connect(database.owner_url) as owner:
        assert (
            owner.execute(
                "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            ).fetchall()
            == []
        )


def test_nobody_else_can_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert list(backup.parent.glob(".*")) == []


def test_the_embedded_database_is_backed_up_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(tmp_path / "home", fast=True) as server:
        assert scheduled_backups.migrate_safely(tmp_path / "home", server)[2] is None
        before = schema.newest()
        assert scheduled_backups.migrate_safely(tmp_path / "home", server) == (before, before, None)
        a_step_ahead(monkeypatch, tmp_path / "ahead", "CREATE TABLE later ()")
        *versions, path = scheduled_backups.migrate_safely(tmp_path / "home", server)
        assert versions == [before, "20990101_0001"]
        assert path is not None and path.parent == tmp_path / "home/backups"
    with serve(tmp_path / "new", fast=True) as server:
        assert restore(server, path).schema == before
        with connect(server.url) as serving:
            # Migrated, with rights for the serving role.
            assert serving.execute("SELECT FROM later").fetchall() == []


def test_the_schedule_keeps_as_many_as_it_says(lake: Lake, tmp_path: Path) -> None:
    schedule = Settings(backups="1h:2").backups
    assert schedule == Schedule(schedule.every, 2) if schedule else False
    for hour in range(4):
        made = scheduled_backups.back_up_if_due(
            tmp_path, lake.database, schedule, NOW.replace(hour=8 + hour)
        )
        assert made is not None
        os.utime(made, (made.stat().st_atime, NOW.replace(hour=8 + hour).timestamp()))
        assert (
            scheduled_backups.back_up_if_due(
                tmp_path, lake.database, schedule, NOW.replace(hour=8 + hour, minute=59)
            )
            is None
        )
    assert [
        path.name[9:11]
        for path in scheduled_backups.list_kept(tmp_path, scheduled_backups.SCHEDULED)
    ] == [
        "10",
        "11",
    ]
