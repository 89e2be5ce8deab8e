"""Test the practice negotiation against its answer sheet, which was worked out by hand."""

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.datapackage.packages import faults_of, hashed, take_in
from tests.practice.sheet import (
    DAYS,
    PACKAGE,
    N,
    expected_matrix,
    read,
    shown_agreement,
    shown_ground,
    shown_matrix,
    unlike,
)
from tests.support.applications import application
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS

EACH_DAY = pytest.mark.parametrize("day", DAYS)


@EACH_DAY
def test_the_matrix_is_that_of_the_answer_sheet(practice: Desk, day: str) -> None:
    expected, shown = expected_matrix(day), shown_matrix(practice, day)
    assert len(expected) == len(shown) == 13 * 8
    assert {at: shown[at] for at in expected} == expected


@EACH_DAY
def test_common_ground_is_that_of_the_answer_sheet(practice: Desk, day: str) -> None:
    expected = {(r["issue"], r["option"]): r[day] for r in read("common-ground.csv")}
    shown = shown_ground(practice, day)
    assert {at: shown[at] for at in expected} == expected
    assert {state for at, state in shown.items() if at not in expected} <= {"open"}


@EACH_DAY
def test_agreement_is_that_of_the_answer_sheet(practice: Desk, day: str) -> None:
    expected = {
        frozenset((r["party"], r["other"])): (
            float(r["agreement"]) if r["agreement"] else None,
            int(r["issues"]),
        )
        for r in read("agreement.csv")
        if r["as_of"] == day
    }
    shown = shown_agreement(practice, day)
    assert len(shown) == 28, "every pair is listed"
    assert {pair: shown[pair] for pair in expected} == expected
    if day == DAYS[-1]:
        assert {pair[0] for p, pair in shown.items() if p not in expected} == {None}


@EACH_DAY
def test_the_table_of_agreement_is_that_of_the_answer_sheet(practice: Desk, day: str) -> None:
    page = practice.page("/n/practice/agreement", as_of=day, min_issues=1)
    cells = {
        (link.attributes["href"] or "").split("?")[1]: link.text().split(": ")[1].split()
        for link in LexborHTMLParser(page.text).css(".heat td a")
    }
    for row in read("agreement.csv"):
        if row["as_of"] == day:
            pair = f"as_of={day}&party={row['party']}&party={row['other']}&min_issues=1"
            shown = cells[pair]
            if row["agreement"]:
                assert shown[1:2] == [row["issues"]]
                assert abs(float(shown[0]) - float(row["agreement"])) <= 0.00501
            else:
                assert shown == ["no", "issue", "in", "common"]


def test_the_moves_are_those_of_the_answer_sheet(practice: Desk) -> None:
    [path] = (PACKAGE / "answers").glob("moves-*.csv")
    first, last = path.stem.removeprefix("moves-").split("-to-")
    expected = sorted(tuple(r.values()) for r in read(path.name))
    moves = practice.get(f"{N}/changes", **{"from": first, "to": last}).data
    assert sorted((m["on"], m["party"], m["issue"], m["kind"]) for m in moves) == expected
    file = practice.page("/n/practice/changes.csv", **{"from": first, "to": last}).text
    rows = csv.DictReader(io.StringIO(file))
    assert sorted((m["on"], m["party"], m["issue"], m["kind"]) for m in rows) == expected
    page = practice.page("/n/practice/changes", **{"from": first, "to": last}).text
    counts = LexborHTMLParser(page).css_first("ul.stages").text().split()
    kinds = Counter(kind for *_, kind in expected)
    shown = dict(zip(counts[::2], map(int, counts[1::2]), strict=True))
    assert shown == {"all": len(expected), "corrections": shown["corrections"], **kinds}


def test_common_ground_appears_and_ends_on_the_days_that_the_sheet_names(practice: Desk) -> None:
    for row in read("days.csv"):
        at = row["issue"], row["option"]
        before = (date.fromisoformat(row["from"]) - timedelta(days=1)).isoformat()
        assert shown_ground(practice, row["from"])[at] == row["state"], row
        assert shown_ground(practice, before)[at] != row["state"], row


def test_every_quote_is_verified_but_nothing_else_is_promised(practice: Desk) -> None:
    positions = practice.get("/positions", negotiation="practice", limit=500).data
    quotes = {q["id"]: q["verification"] for p in positions for q in p["quotes"]}
    assert len(positions) > 190 and len(quotes) > 200
    assert set(quotes.values()) == {"verified"}


@contextmanager
def spoiled(url: str, folder: Path, table: str, old: str, new: str) -> Iterator[Path]:
    """Give a copy of the package with one mistake in a table."""
    copy = folder / "practice"
    shutil.copytree(PACKAGE, copy)
    text = (copy / table).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    (copy / table).write_text(text.replace(old, new), encoding="utf-8")
    hashed(copy)
    yield copy


def test_a_changed_attitude_is_found_by_the_answer_sheet(database: Server, tmp_path: Path) -> None:
    row = "kastrel-seat-2024-04-09-spokesman,1,pell-town,"
    with spoiled(database.url, tmp_path, "attitudes.csv", f"{row}rejects", f"{row}accepts") as copy:
        take_in(database.url, copy)
    with application(SETTINGS, database.url) as app, TestClient(app) as client:
        found = unlike(Desk(client))
    assert [line.split(":")[0] for line in found] == [f"{day} seat kastrel" for day in DAYS[1:4]], (
        found
    )


def test_an_altered_quote_is_found_by_the_check(database: Server, tmp_path: Path) -> None:
    words = "One hundred and eighty is a puddle"
    with spoiled(
        database.url, tmp_path, "quotes.csv", words, f"{words.removesuffix('puddle')}pond"
    ) as copy:
        faults = faults_of(database.url, copy)
    assert faults and all("does not occur in the text of its source" in f for f in faults), faults
