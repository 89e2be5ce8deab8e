"""Test the page of what changed between two days, and the same as CSV."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.analysis import changes_pages
from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake
from tests.support.html import tree, words

PAGE = "/n/lake/changes"
HEARSAY = [quote(speaker={"name": "Tol Ibarra", "party": "south"})]


def shown(found: LexborHTMLParser) -> list[tuple[str, list[str | None]]]:
    """Return each kind with the addresses of the cells below it."""
    return [
        (
            words(section.css_first("h2")).split()[0],
            [a.attributes["href"] for a in section.css("h3 a")],
        )
        for section in found.css("section[aria-labelledby^=kind-]")
    ]


@pytest.fixture
def moved(lake: Lake) -> Lake:
    """Let the north say something new, harden, and move with a condition."""
    said: dict[str, Any] = {"attitudes": {"q20": "prefers"}, "firmness": "preference"}
    said |= {"stated_on": "2024-05-01", "quotes": [quote(said_on="2024-05-01")]}
    lake.ada.state(**said)
    lake.ada.state(**{**said, "stated_on": "2024-05-03", "firmness": "demand"})
    lake.ada.state(
        attitudes={"q40": "prefers", "q30": "accepts"},
        conditions={"q30": "the gauges are shared"},
        stated_on="2024-05-06",
    )
    return lake


def test_moves_stand_by_kind_with_what_was_said_before_and_after(moved: Lake) -> None:
    page = tree(moved.stranger, PAGE, **{"from": "2024-05-01", "to": "2024-05-31"})
    cell = "/n/lake/cells/north/quota?as_of=2024-05-0"
    assert shown(page) == [("Moved", [f"{cell}6"]), ("Hardened", [f"{cell}3"])]
    change = page.css_first("li.change")
    before, after = change.css(".held")
    assert "20 %" in words(before) and "Demand" in words(before)
    assert "accepts 30 % only if the gauges are shared" in words(after)
    assert "moved from rank 1 to 3" in words(change)
    for side in (before, after):
        figure = side.css_first("figure")
        assert words(figure.css_first("blockquote a")).strip("“”") == quote()["exact"]
        assert (figure.css_first("blockquote a").attributes["href"] or "").startswith("/quotes/")
        assert figure.css_first("figcaption a[href^='/sources/']") and figure.css_first("time")
    counts = words(page.css_first("ul.stages"))
    assert counts == "all 2 moved 1 hardened 1 corrections 0"
    mark = page.css_first(".files a:last-child").attributes["href"]
    assert mark == "/n/lake?as_of=2024-05-31&since=2024-05-01"


def test_filters_narrow_the_list_and_stay_in_its_links(moved: Lake) -> None:
    moved.ada.state("south", "dam", attitudes={"open": "prefers"}, stated_on="2024-05-02")
    everything = tree(moved.stranger, PAGE)
    assert [kind for kind, _ in shown(everything)] == ["Moved", "Hardened", "New"]
    south = tree(moved.stranger, PAGE, party="south", kind=["new", "moved"])
    assert shown(south) == [("New", ["/n/lake/cells/south/dam?as_of=2024-05-02"])]
    assert south.css_first("a[href='/n/lake/changes.csv?party=south&kind=moved&kind=new']") or (
        south.css_first("a[href='/n/lake/changes.csv?party=south&kind=new&kind=moved']")
    )
    assert "No move of these parties on these issues of this kind" in words(
        tree(moved.stranger, PAGE, party="south", kind="moved").css_first("main")
    )


def test_corrections_are_no_moves_and_stand_apart(moved: Lake) -> None:
    moved.ada.correct(1, summary="better words")
    page = tree(moved.stranger, PAGE, **{"from": "2024-05-05"})
    below = page.css_first("section[aria-labelledby=corrections]")
    assert "Northshore on Water quota: corrected" in words(below)
    assert below.css_first("a[href='/positions/1/versions/2']")
    assert [kind for kind, _ in shown(page)] == ["Moved"]
    later = tree(moved.stranger, PAGE, **{"from": "2999-01-01"})
    assert "None." in words(later.css_first("section[aria-labelledby=corrections]"))


def test_hearsay_before_is_no_position_of_its_own_and_is_named(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-01", quotes=HEARSAY)
    lake.ada.state(stated_on="2024-05-04", attitudes={"q20": "prefers"})
    page = tree(lake.stranger, PAGE)
    [(kind, cells)] = shown(page)
    assert (kind, len(cells)) == ("New", 2)
    assert words(page.css_first("main")).count("according to Southshore") == 2


def walk(desk: Desk, **query: Any) -> Iterator[LexborHTMLParser]:
    page = tree(desk, PAGE, **query)
    while True:
        yield page
        following = page.css_first("nav[aria-label='More moves'] a[rel=next]")
        if following is None:
            return
        page = tree(desk, following.attributes["href"] or "")


def test_a_long_list_comes_in_windows_that_show_one_state(
    moved: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_pages, "MOVES_A_PAGE", 1)
    seen = []
    for page in walk(moved.stranger):
        seen += shown(page)
        assert "all 3" in words(page.css_first("ul.stages"))
        moved.ada.state(attitudes={"q20": "rejects"}, stated_on="2024-05-09")
    assert [kind for kind, _ in seen] == ["Moved", "Hardened", "New"]
    assert page.css_first("nav[aria-label='More moves'] a[rel=prev]")
    assert "all 4" in words(tree(moved.stranger, PAGE).css_first("ul.stages"))


def test_too_many_moves_are_shown_by_whole_days(
    moved: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_pages, "MOST_MOVES", 1)
    monkeypatch.setattr(changes_pages, "AT_ONCE", 1)
    page = tree(moved.stranger, PAGE)
    assert [kind for kind, _ in shown(page)] == ["New"]
    later = page.css_first(".notice a").attributes["href"]
    assert later == "/n/lake/changes?from=2024-05-01"
    assert [kind for kind, _ in shown(tree(moved.stranger, later))] == ["Hardened"]


def test_corrections_come_in_windows(moved: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes_pages, "CORRECTIONS_A_PAGE", 1)
    for number in (1, 3):
        moved.ada.correct(number, summary="better words")
    page, found = tree(moved.stranger, PAGE), []
    for _ in range(2):
        found += [a.attributes["href"] for a in page.css("#corrections ~ ul a")]
        more = page.css_first("nav[aria-label='More corrections'] a")
        if more:
            page = tree(moved.stranger, more.attributes["href"] or "")
    assert found == ["/positions/3/versions/2", "/positions/1/versions/2"]


def test_what_was_known_then_is_shown_as_it_was(moved: Lake) -> None:
    then = moved.ada.known_now()
    moved.ada.retract(3)
    page = tree(moved.stranger, PAGE, known_at=then)
    assert [kind for kind, _ in shown(page)] == ["Moved", "Hardened", "New"]
    assert "1 of these positions has been corrected or retracted since" in words(
        page.css_first(".pinned")
    )
    assert [kind for kind, _ in shown(tree(moved.stranger, PAGE))] == ["Hardened", "New"]


@pytest.mark.parametrize(
    "query",
    [{"from": "yesterday"}, {"party": "nobody"}, {"kind": "leapt"}, {"cursor": "x"}],
)
def test_a_bad_value_is_explained_and_an_unknown_parameter_passed_over(
    lake: Lake, query: dict[str, str]
) -> None:
    got = lake.stranger.page(PAGE, **query)
    assert got.status_code == 422 and next(iter(query)) in got.text
    assert lake.stranger.page(PAGE, utm_source="mail").status_code == 200


def test_days_in_the_wrong_order_are_explained(moved: Lake) -> None:
    for last in ("2024-05-01", "2024-06-01"):
        page = tree(moved.stranger, PAGE, **{"from": "2024-06-01", "to": last})
        assert "the first must be earlier than the last" in words(page.css_first("main"))


def test_the_file_has_a_row_for_each_move(moved: Lake) -> None:
    moved.ada.state("south", "dam", stated_on="2024-05-02", summary=None, attitudes={},
                    quotes=[quote(speaker="Mara Venn")])  # fmt: skip
    got = moved.stranger.page(f"{PAGE}.csv", **{"from": "2024-05-01"})
    assert got.headers["content-disposition"].endswith('-changes.csv"')
    rows = list(csv.DictReader(io.StringIO(got.text)))
    assert [(row["on"], row["kind"], row["party"]) for row in rows] == [
        ("2024-05-02", "new", "south"),
        ("2024-05-03", "hardened", "north"),
        ("2024-05-06", "moved", "north"),
    ]
    rows.reverse()
    assert rows[0]["before_stance"] == "prefers 20 %"
    assert rows[0]["after_stance"] == "prefers 40 %; accepts 30 %, only if the gauges are shared"
    assert rows[0]["after_quote"] == quote()["exact"]
    assert rows[2]["after_attributed_by_names"] == "Northshore"
    assert rows[2]["before_position_id"] == ""
    refused = moved.stranger.page(f"{PAGE}.csv", nonsense="1")
    assert refused.status_code == 422
