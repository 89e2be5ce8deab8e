"""Test the page of packages, its JSON and its CSV."""

import csv
import io
from typing import Any

import pytest

from tests.support.fixtures import Lake
from tests.support.html import tree, words

PAGE, API, FILE = "/n/lake/packages", "/negotiations/lake/packages", "/n/lake/packages.csv"


@pytest.fixture
def talks(lake: Lake) -> Lake:
    """Let north and south speak, of whom the one rejects what the other wants of the dam."""
    lake.ada.state(
        "north", "dam", attitudes={"closed": "prefers", "open": "rejects"},
        firmness="red_line", salience=90,
    )  # fmt: skip
    lake.ada.state(
        "south", "dam", attitudes={"open": "prefers", "closed": "rejects"},
        firmness="preference", salience=40,
    )  # fmt: skip
    lake.ada.state("north", "quota", attitudes={"q20": "prefers"}, salience=20)
    lake.ada.state(
        "south", "quota", attitudes={"q40": "prefers", "q20": "accepts"},
        conditions={"q20": "only if it rains"}, salience=80,
    )  # fmt: skip
    return lake


def packages(lake: Lake, **query: Any) -> list[tuple[str, str]]:
    data = lake.stranger.get(API, **query).data
    return [(one["options"]["quota"], one["options"]["dam"]) for one in data["packages"]]


def test_open_is_what_nobody_rejects_and_one_move_opens_more(talks: Lake) -> None:
    data = talks.stranger.get(API).data
    assert (data["combinations"], data["total"]) == (9, 3)
    assert packages(talks) == [("q20", "shared"), ("q40", "shared"), ("q30", "shared")]
    [first, *_] = data["packages"]
    counted = {name: n for name, n in first.items() if name != "options"}
    assert counted == {
        "prefers": 1, "accepts": 0, "reserved": 1, "unsaid": 2, "crossed": 1, "supposed": False
    }  # fmt: skip
    quota, dam = data["issues"]
    assert [c["condition"] for c in quota["reserved"]] == ["only if it rains"]
    assert [(c["party"], c["option"]) for c in dam["red_lines"]] == [("north", "closed")]
    opened = [(c["claim"]["party"], c["claim"]["option"], c["opens"]) for c in data["concessions"]]
    assert opened == [("south", "closed", 3), ("north", "open", 3)]
    assert data["fewest"] is None


def test_trades_and_the_best_for_all_come_from_saliences(talks: Lake) -> None:
    """North cares 90 for the dam and 20 for the quota, South 40 and 80."""
    data = talks.stranger.get(API).data
    [trade] = data["exchanges"]
    assert (trade["parties"], trade["yields"]) == (["north", "south"], ["quota", "dam"])
    assert trade["gains"] == [round(70 / 110, 3), round(40 / 120, 3)]
    worth = {tuple(one["options"].values()): one["worth"] for one in data["efficient"]}
    assert worth == {
        ("q20", "shared"): {"north": round(20 / 110, 3), "south": 0},
        ("q30", "shared"): {"north": round(10 / 110, 3), "south": round(40 / 120, 3)},
        ("q40", "shared"): {"north": 0, "south": round(80 / 120, 3)},
    }
    assert data["nash"]["options"] == {"quota": "q30", "dam": "shared"}
    assert data["from_status_quo"] is False


def test_a_supposition_is_marked_wherever_it_counts_and_never_exported(talks: Lake) -> None:
    supposed = "south:dam:closed"
    got = talks.stranger.get(API, suppose=supposed)
    assert got.meta["suppositions"] == [{"party": "south", "issue": "dam", "option": "closed"}]
    assert got.data["total"] == 6
    marked = {(p["options"]["dam"], p["supposed"]) for p in got.data["packages"]}
    assert marked == {("closed", True), ("shared", False)}
    page = tree(talks.stranger, PAGE, suppose=supposed)
    assert words(page.css_first(".notice h2")) == "Only supposed: nobody has said this"
    rows = page.css(".packages tbody tr")
    assert len(rows) > 6  # of both tables: the open ones, and the best of them
    for row in rows:
        options = {words(a) for a in row.css("th a, td > a")}
        assert ("Closed" in options) is ("supposed" in words(row.css_first("th")))
    assert "packages.csv" not in page.html
    assert talks.stranger.browse("GET", f"{FILE}?suppose={supposed}").status_code == 422
    assert talks.stranger.get(API).data["total"] == 3


def test_the_page_says_who_rejects_and_offers_to_suppose_otherwise(talks: Lake) -> None:
    page = tree(talks.stranger, PAGE)
    moves = page.css_first("section[aria-labelledby=moves]")
    first, second = (words(one) for one in moves.css("li"))
    assert first.startswith("Southshore rejects “Closed” on The dam preference, salience 40.")
    assert "3 more packages would be open" in first
    assert second.startswith("Northshore rejects “Open” on The dam red line, salience 90.")
    links = [a.attributes["href"] or "" for a in moves.css("li a")]
    assert f"{PAGE}?suppose=south%3Adam%3Aclosed" in links
    for link in {*links, *(a.attributes["href"] or "" for a in page.css(".packages a"))}:
        assert talks.stranger.browse("GET", link).status_code == 200, link


def test_where_nothing_is_open_the_fewest_who_would_have_to_move_are_named(talks: Lake) -> None:
    talks.ada.correct(1, attitudes={"shared": "rejects"}, reason="It was left out")
    data = talks.stranger.get(API).data
    assert (data["total"], data["packages"]) == (0, [])
    assert data["fewest"]["parties"] == ["south"]
    assert data["fewest"]["options"]["dam"] == "closed"
    page = tree(talks.stranger, PAGE)
    assert "Nothing is left on The dam" in words(page.css_first("section[aria-labelledby=open]"))
    assert words(page.css_first("section[aria-labelledby=fewest] p")).startswith("Southshore:")


def test_only_chosen_issues_count(talks: Lake) -> None:
    data = talks.stranger.get(API, issue="quota").data
    assert [one["issue"] for one in data["issues"]] == ["quota"]
    assert data["total"] == 3
    assert "1 package is open" in tree(talks.stranger, PAGE, issue="dam").html


def test_the_file_has_a_row_for_each_issue_of_each_package(talks: Lake) -> None:
    text = talks.stranger.browse("GET", FILE).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(r["package"], r["issue"], r["option"]) for r in rows[:2]] == [
        ("1", "quota", "q20"),
        ("1", "dam", "shared"),
    ]
    assert len(rows) == 6
    assert {r["package"] for r in rows if r["nash"] == "true"} == {"3"}


def test_drafts_and_later_positions_do_not_count(talks: Lake) -> None:
    pin = talks.ada.known_now()
    talks.ada.draft("south", "quota", attitudes={"q20": "rejects"})
    before = talks.stranger.get(API, known_at=pin).data
    assert talks.stranger.get(API).data == before
    talks.ada.state("south", "quota", attitudes={"q40": "prefers", "q20": "rejects"})
    assert talks.stranger.get(API).data["total"] == 2
    assert talks.stranger.get(API, known_at=pin).data == before


def test_without_anybody_needed_nothing_can_be_rejected(talks: Lake) -> None:
    for party in ("north", "south"):
        change = {"consent_required": False, "reason": "They only watch"}
        assert talks.ada.patch(f"/negotiations/lake/parties/{party}", change).status == 200
    assert "No party is marked as needed for a deal" in tree(talks.stranger, PAGE).html
    assert talks.stranger.get(API).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "issue=nothing",
        "suppose=north",
        "suppose=north:dam:nothing",
        "suppose=council:dam:open",
        "suppose=north:dam:open:closed",
        "suppose=" + "x" * 300,
        "&".join(["suppose=north:dam:open"] * 21),
        "&".join(["issue=dam"] * 21),
        "cursor=nothing",
        "as_of=yesterday",
    ],
)
def test_what_cannot_be_answered_is_explained(talks: Lake, query: str) -> None:
    for address in (PAGE, f"/api/v1{API}"):
        got = talks.stranger.browse("GET", f"{address}?{query}")
        assert got.status_code == 422, address
        assert query.split("=")[0] in got.text


def test_long_lists_come_in_windows(lake: Lake) -> None:
    for n in range(2):
        options = [{"slug": f"o{k}", "label": f"Way {k}"} for k in range(6)]
        body = {"slug": f"i{n}", "title": f"Issue {n}", "options": options}
        assert lake.ada.post("/negotiations/lake/issues", body).status == 201
    first = lake.stranger.get(API)
    assert first.data["total"] == 3 * 3 * 6 * 6
    second = lake.stranger.get(API, cursor=first.meta["next"])
    seen = [tuple(p["options"].values()) for p in first.data["packages"] + second.data["packages"]]
    assert len(set(seen)) == len(seen) == 324
    assert second.meta["next"] is None
    page = tree(lake.stranger, PAGE)
    address = page.css_first("a[rel=next]").attributes["href"]
    assert address
    assert words(tree(lake.stranger, address).css_first(".packages tbody th")) == "16"
