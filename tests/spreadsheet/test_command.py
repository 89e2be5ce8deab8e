"""Test `parley import FILE.csv`: faults on standard error, one a line, then a summary.

What is unclear is asked.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from tests.spreadsheet.make import other, said, sheet
from tests.support.fixtures import Lake


@pytest.fixture
def run(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that imports a file with the command on the lake's database."""
    monkeypatch.setenv("DATABASE_URL", lake.database.url.replace("+psycopg", ""))
    monkeypatch.setenv("PARLEY_UNSAFE_DATABASE", "1")

    def run(data: bytes, *options: str) -> Result:
        (tmp_path / "lake.csv").write_bytes(data)
        return CliRunner().invoke(cli, ["import", str(tmp_path / "lake.csv"), *options])

    return run


def test_a_file_is_taken_in_once(run, lake: Lake) -> None:
    data = sheet(said(), other(), delimiter=";", encoding="utf-8-sig")
    tried = run(data, "--negotiation", "lake", "--dry-run")
    assert tried.exit_code == 0, tried.stderr
    assert (
        tried.stderr
        == "sources: 1 already in Parley; positions: 2 added (dry run: nothing was written)\n"
    )
    assert lake.stranger.get("/positions").data == []
    assert (
        run(data, "--negotiation", "lake").stderr
        == "sources: 1 already in Parley; positions: 2 added\n"
    )
    assert run(data, "--negotiation", "lake").stderr == "positions: 2 already in Parley\n"


def test_faults_are_lines_and_the_exit_code_says_so(run) -> None:
    got = run(sheet(said(), other(party="east"), other(stated_on="never")), "--negotiation", "lake")
    assert got.exit_code == 1 and got.stdout == ""
    assert got.stderr.splitlines()[0] == "lake.csv:3:party: there is no party “east”"
    assert got.stderr.splitlines()[1].startswith("lake.csv:4:stated_on: “never” is not a date")
    assert got.stderr.splitlines()[2:] == ["2 errors; nothing was written."]


def test_encoding_and_order_of_dates_are_options(run, lake: Lake) -> None:
    data = sheet(said(summary="Сорок", stated_on="4.5.2024"), encoding="windows-1251")
    got = run(data, "--negotiation", "lake")
    assert got.exit_code == 1 and "--encoding windows-1252, windows-1251" in got.stderr
    got = run(data, "--negotiation", "lake", "--encoding", "windows-1251")
    assert got.exit_code == 1 and "can mean two days" in got.stderr
    assert (
        run(data, "--negotiation", "lake", "--encoding", "windows-1251", "--dates", "dmy").exit_code
        == 0
    )
    held = lake.stranger.cell("north", "quota")["position"]
    assert (held["summary"], held["stated_on"]) == ("Сорок", "2024-05-04")


def test_a_discourse_network_is_written(lake: Lake, run, tmp_path: Path) -> None:
    run(sheet(said()), "--negotiation", "lake")
    got = CliRunner().invoke(cli, ["export", "lake", str(tmp_path / "lake.dna"), "--format", "dna"])
    assert got.exit_code == 0, got.stderr
    assert (tmp_path / "lake.dna").read_bytes().startswith(b"SQLite format 3\0")
