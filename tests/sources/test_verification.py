"""Test `parley text` and `parley verify`, run beside a server."""

import hashlib
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.main import cli
from tests.support.factories import NOWHERE, OTHER_WORDS, TEXT, quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect


@pytest.fixture
def parley(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs a command on the lake's database."""
    monkeypatch.setenv("DATABASE_URL", lake.database.url)
    return lambda *words, **more: CliRunner().invoke(cli, list(words), **more)


def ran(result: Result, code: int, *said: str) -> None:
    assert result.exit_code == code and result.stdout == "", (result.exit_code, result.output)
    for words in said:
        assert words in result.stderr, result.stderr


@pytest.mark.parametrize(
    "name", ["1", "https://news.example/lake", "https://NEWS.example/lake?utm_source=x"]
)
def test_a_text_is_stored_as_the_upload_form_reads_it(
    lake: Lake, parley, tmp_path: Path, name: str
) -> None:
    lake.ada.state(quotes=[quote()])
    lake.ada.state("south", quotes=[quote(OTHER_WORDS)])
    data = f"\ufeff{TEXT[:200]}\r\n".encode()
    (tmp_path / "text.txt").write_bytes(data)
    ran(
        parley("text", name, str(tmp_path / "text.txt")),
        0,
        "1 verified, 1 mismatch",
        f"quote 2, source 1: mismatch: “{OTHER_WORDS}”",
    )
    assert (
        lake.ada.get("/sources/1").data["text_sha256"]
        == hashlib.sha256(f"{TEXT[:200]}\n".encode()).hexdigest()
    )
    ran(parley("text", name, str(tmp_path / "text.txt")), 0, "was already saved")


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"\xff\xfe", "1", "no text in it"),
        (b"", "1", "empty"),
        (b"a\0b", "1", "bytes that are not text"),
        (b"x", "99", "no source 99"),
        (b"x", "https://nowhere.example/", "no source at"),
        (b"x", "lake", "neither the number"),
    ],
)
def test_what_cannot_be_put_on_file_says_why(
    lake: Lake, parley, data: bytes, name: str, why: str
) -> None:
    ran(parley("text", name, "-", input=data), 1, why)
    ran(parley("text", name, "/no/such/file"), 1, "/no/such/file")
    assert len(lake.ada.get("/sources").data) == 1


def test_verify_says_what_no_longer_matches(lake: Lake, parley) -> None:
    lake.ada.state(quotes=[quote()])
    lake.ada.draft("south", quotes=[quote(NOWHERE)])
    ran(parley("verify"), 0, "2 quotes: 1 verified, 1 mismatch")
    lake.ada.patch("/sources/1", {"text": "Something else."})
    ran(parley("verify", "lake"), 1, "quote 1, source 1: mismatch", "1 no longer match")
    ran(parley("verify", "nowhere"), 1, "nowhere")


def test_verify_finds_a_text_that_was_changed_behind_its_back(lake: Lake, parley) -> None:
    lake.ada.state(quotes=[quote()])
    with connect(lake.database.owner_url) as connection:
        connection.execute("ALTER TABLE source_text DISABLE TRIGGER USER")
        connection.execute("UPDATE source_text SET text = 'x ' || text")
    ran(parley("verify"), 1, "the checksum differs", "quote 1, source 1: verified")
