"""Test docs/mirror.py, the example of how to follow the feed: it holds what the database holds."""

import importlib.util
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn

from app.main import create_app
from tests.support.factories import Answer, Desk, quote
from tests.support.fixtures import SETTINGS, Lake

PROGRAM = Path(__file__).resolve().parents[2] / "docs/mirror.py"


@pytest.fixture(scope="module")
def mirror() -> ModuleType:
    """Import docs/mirror.py as a module."""
    spec = importlib.util.spec_from_file_location("mirror", PROGRAM)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def address(lake: Lake) -> Iterator[str]:
    """Serve the lake on a port of its own."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(SETTINGS, lake.database.url), port=0, log_config=None)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_it_holds_what_the_database_holds_whatever_is_written_and_however_often_it_is_stopped(
    lake: Lake, mirror: ModuleType, address: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "mirror.sqlite")
    writers = [threading.Thread(target=_edit, args=(lake, n)) for n in range(3)]
    for thread in writers:
        thread.start()
    # A new process each time, and one that is killed while it works.
    while any(thread.is_alive() for thread in writers):
        running = subprocess.Popen(
            [sys.executable, PROGRAM, address, file], stdout=subprocess.DEVNULL
        )
        time.sleep(0.15)
        running.kill()
        running.wait()
    for thread in writers:
        thread.join()
    done = subprocess.run(
        [sys.executable, PROGRAM, address, file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout.endswith("new entries\n"), done
    held = mirror.Mirror(address, file)
    assert held.catch_up() == 0
    _same(lake, held)
    other = mirror.Mirror(address, str(tmp_path / "other.sqlite"))
    assert other.catch_up(limit=5) > 40
    _same(lake, other)


def test_it_begins_again_when_the_log_is_another_one(
    lake: Lake, mirror: ModuleType, address: str, tmp_path: Path
) -> None:
    held = mirror.Mirror(address, str(tmp_path / "mirror.sqlite"))
    held.catch_up()
    with held.db:
        held.db.execute("UPDATE place SET cursor = 'bm90IG91cnM'")
        held.db.execute("INSERT INTO object VALUES ('party', 999, 1, 'published', '', '{}')")
    assert held.catch_up() > 10
    assert 999 not in held.all("party")


def test_it_says_so_when_there_is_no_server(tmp_path: Path) -> None:
    command = [sys.executable, PROGRAM, "http://127.0.0.1:9", tmp_path / "x.sqlite"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "mirror:" in done.stderr and "Traceback" not in done.stderr


def test_a_busy_server_is_asked_again_after_the_time_it_names(
    mirror: ModuleType, tmp_path: Path
) -> None:
    answers = [(503, "0"), (429, "0"), (200, None), (503, "0"), (503, "0")]
    asked: list[str] = []

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, retry_after = answers[len(asked)]
            asked.append(self.path)
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(b'{"data": []}')

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        held = mirror.Mirror(
            f"http://127.0.0.1:{server.server_port}", str(tmp_path / "mirror.sqlite")
        )
        assert held.catch_up() == 0
        assert len(asked) == 3
        with pytest.raises(urllib.error.HTTPError, match="503"):  # it gives up in the end
            held.ask(f"{held.base}/api/v1/changes", tries=2)
        server.shutdown()


class Patient(Desk):
    """An editor who repeats a write that a busy database refused."""

    def ask(self, method: str, path: str, **sent: Any) -> Answer:
        while True:
            got = super().ask(method, path, **sent)
            if got.status != 503:
                return got
            assert got.json["type"] != "urn:parley:outcome-unknown"
            time.sleep(int(got.headers["retry-after"]))


def _edit(lake: Lake, n: int) -> None:
    """Do what an editor does in a day."""
    editor = (lake.ada, lake.bo, lake.root)[n]
    desk = Patient(editor.client, editor.token, editor.name)
    source = desk.source(text="The gates open at noon, she said. The gates open at noon.")["id"]
    for i in range(4):
        spoken = quote(
            "The gates open at noon",
            source,
            suffix=", she",
            speaker="Mara Venn" if n == 0 and i < 2 else None,
        )
        said = {
            "attitudes": {"q40": "prefers", "q20": "rejects"},
            "inferred": ["q20", "q40"],
            "summary": f"{n} {i}",
        }
        number = desk.state("north" if i % 2 else "south", quotes=[spoken], **said)["id"]
        desk.draft("south", "dam", summary="private")
        if i == 1:
            desk.correct(number, summary="corrected")
        if i == 2:
            desk.retract(number)
    if n == 0:
        corrected = {
            "title": "Another title",
            "published_on": "2024-05",
            "url": "https://moved.example/1",
        }
        desk.patch(f"/sources/{source}", corrected)
        desk.patch("/speakers/1", {"name": "Mara J. Venn"})
        desk.patch("/parties/south", {"name": "South Shore"})
    if n == 1:
        desk.patch(f"/sources/{source}", {"text": "The gates stay closed."})
        desk.patch("/negotiations/lake/issues/quota", {"options": [{"slug": "q20", "rank": 9}]})


def _same(lake: Lake, held: Any) -> None:
    positions = held.positions()
    published = {p["id"] for p in lake.ada.get("/positions", limit=500).data}
    assert (
        published == {n for n, p in positions.items() if p["status"] == "published"}
        and len(published) == 9
    )
    for number, position in positions.items():
        assert lake.stranger.client.get(f"/api/v1/positions/{number}").json()["data"] == position
    for type, path in {"source": "sources", "party": "parties", "speaker": "speakers"}.items():
        assert lake.stranger.get(f"/{path}").data == [
            held.all(type)[n] for n in sorted(held.all(type))
        ]
    issues = {i["slug"]: i for i in held.all("issue").values()}
    assert {i["slug"]: i for i in lake.stranger.get("/negotiations/lake/issues").data} == issues
