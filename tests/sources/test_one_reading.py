"""Test that a file gives the same text by upload form, command and API."""

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from tests.sources import make
from tests.sources.html_pages import PAGES
from tests.sources.test_pages import send, values
from tests.support.fixtures import Lake

FILES = {
    "page.html": PAGES["article"],
    "soup.htm": PAGES["tables for layout, Windows-1251"],
    "told by content": PAGES["right to left"].decode().encode("utf-16"),
    "note.docx": make.docx(make.paragraph("We will ", "not move.")),
    "x.pdf": make.pdf("We will not move.", "Nobody will."),
    "pages.pdf": make.pdf_of_pages("We recog-", "", "nise no other line."),
    "x.txt": b"\xef\xbb\xbfWe will\r\nnot move.\r\n",
}


def test_a_file_gives_one_text_by_every_way(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", lake.database.url)
    for n, (name, data) in enumerate(FILES.items()):
        (tmp_path / name).write_bytes(data)
        shown = values(send(lake.ada, "/sources/new", {"title": "x"}, (name, data)))
        send(
            lake.ada,
            "/sources/new",
            {**shown, "url": f"https://form.example/{n}", "title": f"{n} by form"},
        )
        command = lake.ada.source(
            url=f"https://command.example/{n}", title=f"{n} by command", text=None
        )
        said = CliRunner().invoke(cli, ["text", str(command["id"]), str(tmp_path / name)])
        assert said.exit_code == 0, said.output
        lake.ada.source(url=f"https://api.example/{n}", title=f"{n} by the API", text=shown["text"])
        sums = [
            s["text_sha256"]
            for s in lake.ada.get("/sources").data
            if s["title"].startswith(f"{n} by")
        ]
        assert sums == [hashlib.sha256(shown["text"].encode()).hexdigest()] * 3, name
