"""Test that what the README of the practice negotiation promises happens in it."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from app.sources.matching import anchor
from tests.datapackage.packages import ask, commits, give_out, take_in
from tests.practice.sheet import PACKAGE, N, unlike
from tests.support.applications import application
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS
from tests.support.worlds import EMPTY, copied


def cell(desk: Desk, party: str, issue: str, day: str = "2025-03-31") -> Any:
    [found] = desk.get(f"{N}/matrix", party=party, issue=issue, as_of=day).data["cells"]
    return found


def test_moves_of_every_kind(practice: Desk) -> None:
    kinds = [m["kind"] for m in practice.get(f"{N}/changes", **{"from": "2024-01-01"}).data]
    assert set(kinds) == {"new", "moved", "hardened", "softened", "withdrawn", "restated"}


def test_acts_links_and_estimates(practice: Desk) -> None:
    positions = practice.get("/positions", negotiation="practice", limit=500).data
    acts = {"states", "proposes", "offers", "threatens", "asks", "withdraws"}
    assert {p["act"] for p in positions} == acts
    assert {link["kind"] for p in positions for link in p["links"]} == {
        "condition",
        "package",
        "sequence",
    }
    assert {p["firmness"] for p in positions} == {
        "red_line",
        "demand",
        "preference",
        "open",
        "unclear",
    }
    assert sum(p["salience"] is not None for p in positions) >= 8
    quotes = [q for p in positions for q in p["quotes"]]
    assert {(q["language"], q["translated_from"]) for q in quotes} == {
        ("en", None),
        ("uk", None),
        ("uk", "en"),
        ("ar", None),
    }
    assert all(q["translation"] for q in quotes if q["language"] != "en")
    assert {s["url"] is None for s in practice.get("/sources", limit=100).data} == {True, False}


def test_dates_that_overlap_and_two_positions_on_one_day(practice: Desk) -> None:
    seat = cell(practice, "kastrel", "seat", "2024-04-30")
    assert seat["position"]["quotes"][0]["speaker"]["name"] == "Pim Tassel"
    assert len(seat["order_uncertain"]) == 1, "the President, whose position was restored"
    ferry = cell(practice, "pell-islands", "ferry", "2024-04-30")
    assert (ferry["position"]["stated_on"], len(ferry["order_uncertain"])) == ("2024-04-23", 1)
    [year] = cell(practice, "pell-islands", "ferry", "2025-01-15")["order_uncertain"]
    assert practice.get(f"/positions/{year}").data["stated_on"] == "2024"


def test_hearsay_and_then_their_own_words(practice: Desk) -> None:
    heard = cell(practice, "lysmark", "fishing-season", "2024-05-31")["position"]
    own = cell(practice, "lysmark", "fishing-season", "2024-06-30")["position"]
    assert (heard["attributed_by"], own["attributed_by"]) == (["dorrin"], [])


def test_the_observer_never_speaks_and_both_silences_are_shown(practice: Desk) -> None:
    cells = practice.get(f"{N}/matrix", party="hallin").data["cells"]
    assert {c["position"] for c in cells} == {None}
    assert {c["silence"] for c in cells} == {"searched", "never_searched"}


def test_versions_long_after_the_fact(database: Server) -> None:
    take_in(database.url, PACKAGE)
    counted = dict(
        ask(
            database.url,
            "SELECT action, count(*) FROM log_revision WHERE kind = 'position' GROUP BY 1",
        )
    )
    assert counted == {
        "published": 196,
        "created": 3,
        "corrected": 2,
        "recoded": 2,
        "retracted": 2,
        "restored": 1,
    }
    drafts = "SELECT count(*) FROM position WHERE status = 'draft'"
    assert ask(database.url, drafts) == [(3,)]


def test_the_final_version_of_the_live_blog_lacks_one_quote(practice: Desk) -> None:
    later = (PACKAGE / "later" / "11-live-blog.txt").read_text(encoding="utf-8")
    quotes = [
        q
        for p in practice.get("/positions", negotiation="practice", limit=500).data
        for q in p["quotes"]
        if q["source"]["title"].startswith("As it happened")
    ]
    checked = {
        q["exact"]: anchor.check(later, q["exact"], q["prefix"], q["suffix"]).verification
        for q in quotes
    }
    assert [words for words, result in checked.items() if result != "verified"] == [
        "Joint teams at the gauges, yes, that is now what Kastrel would like best"
    ]
    assert any("…" in words for words in checked)


def test_import_export_import_is_identical(
    database: Server, postgres: Server, tmp_path: Path
) -> None:
    take_in(database.url, PACKAGE)
    with copied(postgres, EMPTY) as (other, _):
        give_out(database.url, "practice", tmp_path / "one.zip")
        take_in(other.url, tmp_path / "one.zip")
        give_out(other.url, "practice", tmp_path / "two.zip")
        assert (tmp_path / "two.zip").read_bytes() == (tmp_path / "one.zip").read_bytes()
        with application(SETTINGS, other.url) as app, TestClient(app) as client:
            assert unlike(Desk(client)) == []
            quotes = ask(other.url, "SELECT DISTINCT verification FROM quote_check")
    assert quotes == [("verified",)]
    seen = commits(database.url)
    assert not take_in(database.url, PACKAGE).counts["positions"].added
    assert commits(database.url) == seen, "importing it again changes nothing"
