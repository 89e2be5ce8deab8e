"""Test that tombstones travel with a package, a backup, and the command line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli import main
from app.datapackage.faults import ImportFaults
from app.embedded_postgres.server import Server
from app.server.backups import back_up, restore
from tests.datapackage.packages import bare, give_out, take_in
from tests.redaction.test_redacting import WHY, dumped, full, redact
from tests.server.test_backups import empty
from tests.support.factories import WORDS, Desk
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect

__all__ = ["empty"]


def test_a_package_carries_the_tombstones(
    lake: Lake, database: Server, client: TestClient, tmp_path: Path
) -> None:
    full(lake)
    for what, version in (
        ("text", None),
        ("quote", None),
        ("source", None),
        ("summary", 1),
        ("reason", 2),
    ):
        assert redact(lake, what, 1, version).status_code == 303
    give_out(lake.database.url, "lake", tmp_path / "out.zip")
    assert take_in(database.url, tmp_path / "out.zip").counts["positions"].added == len(
        lake.stranger.get("/positions/1/versions").data
    )
    there = Desk(client)
    [number] = [p["id"] for p in there.get("/positions").data]
    shown, was = (
        d.get(f"/positions/{n}/versions").data for d, n in ((there, number), (lake.stranger, 1))
    )
    assert str(bare(shown)).replace("'attested'", "'verified'") == str(bare(was))
    assert (
        shown[0]["quotes"][0]["redacted"]["reason"]
        == shown[0]["redacted"]["summary"]["reason"]
        == WHY
    )
    assert set(there.get("/sources").data[0]["redacted"]) == {"data", "text"}
    again = take_in(database.url, tmp_path / "out.zip")
    assert again.counts["positions"].added == again.counts["sources"].added == 0


def test_an_older_package_brings_nothing_back(lake: Lake, tmp_path: Path) -> None:
    full(lake)
    give_out(lake.database.url, "lake", tmp_path / "old.zip")
    for what, version in (
        ("text", None),
        ("quote", None),
        ("source", None),
        ("summary", 1),
        ("reason", 2),
    ):
        assert redact(lake, what, 1, version).status_code == 303
    before = dumped(lake)
    take_in(lake.database.url, tmp_path / "old.zip")
    assert WORDS not in dumped(lake) and dumped(lake) == before


def test_a_package_with_a_tombstone_does_not_redact_here(
    lake: Lake, database: Server, tmp_path: Path
) -> None:
    full(lake)
    give_out(lake.database.url, "lake", tmp_path / "old.zip")
    take_in(database.url, tmp_path / "old.zip")
    redact(lake, "quote", 1)
    give_out(lake.database.url, "lake", tmp_path / "new.zip")
    with pytest.raises(ImportFaults) as refused:
        take_in(database.url, tmp_path / "new.zip")
    assert "parley redact quote" in "".join(refused.value.lines())


def test_a_backup_keeps_them_and_the_log_holds(
    lake: Lake, empty: Callable[[], Server], tmp_path: Path
) -> None:
    full(lake)
    redact(lake, "quote", 1)
    path, _ = back_up(
        lake.database, tmp_path / "lake.zip", now=datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    )
    server = empty()
    restore(server, path)
    with connect(server.url) as connection:
        told = connection.execute("SELECT redacted ->> 'reason' FROM quote WHERE id = 1").fetchone()
        assert told == (WHY,)
    assert verified(replace(lake, database=server)) == []


def run(lake: Lake, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("DATABASE_URL", lake.database.url)
    return CliRunner().invoke(main.cli, arguments)


def test_the_command(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    full(lake)
    before = dumped(lake)
    told = run(lake, monkeypatch, "redact", "quote", "1", "--reason", WHY)
    assert (told.exit_code, told.stderr.splitlines()) == (
        0,
        [
            "Would redact:",
            "  Quote 1: its text",
            "  Position 1: versions 1, 2 in the log",
            "  Source 1: 1 saved text, the passage, letter by letter",
            "  Release 1 of lake: its package is removed",
            "  2 answers kept for repeated requests",
            "Nothing was changed; add --yes to redact.",
        ],
    )
    assert dumped(lake) == before
    assert run(lake, monkeypatch, "redact", "quote", "1", "--reason", WHY, "--yes").exit_code == 0
    assert lake.stranger.get("/quotes/1").data["redacted"]["reason"] == WHY
    again = run(lake, monkeypatch, "redact", "quote", "1", "--reason", WHY, "--yes")
    assert again.exit_code == 1 and "already" in again.stderr
    checked = run(lake, monkeypatch, "verify", "--log")
    assert (
        checked.exit_code == 0 and "The log is intact, 2 payloads of it redacted." in checked.stderr
    )
