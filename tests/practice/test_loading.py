"""Test how the practice negotiation is offered, loaded, started anew, and told from real ones."""

import csv
import io
import json
from pathlib import Path
from shutil import copytree

import pytest

from app.embedded_postgres.server import Server
from app.practice import actions
from tests.datapackage.packages import ask
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.processes import command

OFFER = 'action="/practice"'
BANNER = "Invented for practice: no place, person or paper here exists."


def load(lake: Lake) -> None:
    assert lake.root.browse("POST", "/practice").headers["location"] == "/n/practice"


def test_only_admins_are_offered_it_and_one_click_loads_it(lake: Lake) -> None:
    offering = ("/", "/help")
    assert all(OFFER in lake.root.page(address).text for address in offering)
    assert "An administrator can load it" in lake.stranger.page("/help").text
    for desk in (lake.stranger, lake.vic, lake.ada):
        assert all(OFFER not in desk.page(address).text for address in offering), desk.name
        answer = desk.browse("POST", "/practice")
        assert answer.status_code == (401 if desk.name == "stranger" else 403), desk.name
    foreign = {"Cookie": str(lake.root.cookie), "Sec-Fetch-Site": "cross-site"}
    assert lake.root.client.post("/practice", headers=foreign).status_code == 403
    assert lake.stranger.get("/negotiations/practice").status == 404
    load(lake)
    assert all(OFFER not in lake.root.page(address).text for address in offering)
    assert 'href="/n/practice"' in lake.stranger.page("/help").text
    load(lake)
    found = lake.stranger.get("/negotiations").data
    assert [(n["slug"], n["invented"]) for n in found] == [("lake", False), ("practice", True)]


def test_what_fails_half_way_leaves_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The newer text of a source is saved after everything else: here it is no text."""
    package = tmp_path / "practice"
    copytree(actions.PACKAGE, package)
    for text in (package / "later").glob("*.txt"):
        text.write_bytes(b"\xff")
    whole = actions.PACKAGE
    monkeypatch.setattr(actions, "PACKAGE", package)
    assert lake.root.browse("POST", "/practice").status_code == 500
    assert lake.stranger.get("/negotiations/practice").status == 404
    monkeypatch.setattr(actions, "PACKAGE", whole)
    load(lake)


def test_its_newer_text_is_saved_and_loses_one_quote(lake: Lake) -> None:
    load(lake)
    checks = "SELECT verification, count(*) FROM (SELECT DISTINCT ON (quote_id) verification FROM"
    last = " quote_check ORDER BY quote_id, seq DESC) newest GROUP BY 1 ORDER BY 1"
    assert ask(lake.database.url, checks + last) == [("mismatch", 1), ("verified", 219)]


def test_it_says_everywhere_that_it_is_invented(lake: Lake, subtests: pytest.Subtests) -> None:
    load(lake)
    desk = lake.ada
    [p] = desk.get("/positions", negotiation="practice", issue="ferry", party="dorrin").data
    quote, source = p["quotes"][0]["id"], p["quotes"][0]["source"]["id"]
    inside = [f"/n/practice{path}" for path in (
        "", "/cells/dorrin/ferry", "/issues/ferry", "/parties/dorrin", "/common-ground",
        "/coverage", "/about", "/releases", "/desk", "/drafts", "/code-book",
    )]  # fmt: skip
    own = [p["url"], f"{p['url']}/versions/1", f"/quotes/{quote}", f"/sources/{source}"]
    for path in inside + own:
        with subtests.test(path):
            assert BANNER in desk.page(path).text
            if path.startswith("/n/practice"):
                assert BANNER not in desk.page(path.replace("practice", "lake")).text
    for path in ("/n/practice", *own):
        with subtests.test(f"cite {path}"):
            cited = desk.page(f"{path}/cite.txt").text
            assert "(invented for practice)" in cited, cited
    assert "(invented for practice)" in desk.page("/n/practice/feed.atom").text
    assert "(invented for practice)" not in desk.page("/n/lake/cite.txt").text


def test_exports_say_that_it_is_invented_and_those_of_others_stay_as_they_were(lake: Lake) -> None:
    lake.ada.state()
    before = lake.stranger.page("/n/lake/export.csv").content
    load(lake)
    rows = list(csv.DictReader(io.StringIO(lake.stranger.page("/n/practice/export.csv").text)))
    assert len(rows) > 200 and {r["invented"] for r in rows} == {"true"}
    matrix = lake.stranger.page("/n/practice/export.csv", shape="matrix").text
    assert {r["invented"] for r in csv.DictReader(io.StringIO(matrix))} == {"true"}
    for slug, invented in (("practice", True), ("lake", False)):
        meta = json.loads(lake.stranger.page(f"/n/{slug}/export.json").content)["meta"]
        assert meta["invented"] is invented
    after = lake.stranger.page("/n/lake/export.csv").content
    assert after.splitlines()[0] == before.splitlines()[0] and b"kastrel" not in after


def test_the_matrices_of_other_negotiations_do_not_change(lake: Lake) -> None:
    lake.ada.state()
    pages = ("/matrix", "/common-ground", "/agreement", "/coverage", "/timeline")
    before = [lake.stranger.get(f"/negotiations/lake{p}", as_of="2025-12-31").data for p in pages]
    load(lake)
    after = [lake.stranger.get(f"/negotiations/lake{p}", as_of="2025-12-31").data for p in pages]
    assert after == before


def test_the_command_loads_it_once_and_reset_starts_it_anew(lake: Lake, database: Server) -> None:
    where = {"DATABASE_URL": lake.database.url}
    assert "/n/practice" in command("practice", **where).stderr
    assert "there already" in command("practice", **where).stderr
    change = {"title": "Mine", "reason": "practising"}
    assert lake.ada.patch("/negotiations/practice/issues/ferry", change).status == 200
    assert lake.ada.patch("/parties/dorrin", {"name": "My Dorrin"}).status == 200
    [one] = lake.ada.get("/positions", negotiation="practice", issue="ferry", party="dorrin").data
    lake.ada.retract(one["id"], "practising")
    done = command("practice", "--reset", **where)
    assert (done.exit_code, done.stderr.strip()) == (
        0,
        "Loaded the practice negotiation: /n/practice-2",
    ), done.stderr
    both = {n["slug"]: n for n in lake.stranger.get("/negotiations").data}
    assert [both[s]["status"] for s in ("practice", "practice-2")] == ["concluded", "ongoing"]
    first, second = (
        lake.stranger.get(f"/negotiations/{slug}/matrix", issue="ferry").data
        for slug in ("practice", "practice-2")
    )
    assert (first["issues"][0]["title"], second["issues"][0]["title"]) == ("Mine", "Ferries")
    shown = [c["position"] for c in second["cells"] if c["party"] == "dorrin"]
    assert [p["attitudes"] for p in shown] == [{"lorries-only": "accepts"}]
    assert shown[0]["uid"] != one["uid"]
    assert "practice-2 (--reset" in command("practice", **where).stderr
    assert command("verify", "--log", **where).stderr.count("mismatch") >= 1


def test_invented_is_a_field_of_every_negotiation(lake: Lake) -> None:
    assert lake.ada.get("/negotiations/lake").data["invented"] is False
    said = lake.ada.patch("/negotiations/lake", {"invented": True})
    assert said.data["invented"] is True
    known_at = lake.ada.get("/negotiations/lake").meta["known_at"]
    assert lake.ada.patch("/negotiations/lake", {"invented": None}).status == 422
    assert lake.ada.patch("/negotiations/lake", {"invented": False}).data["invented"] is False
    assert lake.ada.get("/negotiations/lake", known_at=known_at).data["invented"] is True
    assert Desk(lake.stranger.client).page("/n/lake").text.count(BANNER) == 0
