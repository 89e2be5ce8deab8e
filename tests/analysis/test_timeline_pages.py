"""Test the timeline: how it is drawn, by hand, and what its page says."""

from datetime import date

import pytest

from app.analysis import timeline_pages
from app.analysis.agreement import IssueScale
from app.analysis.timeline_drawing import SMALL, Said, Size, colour_of, draw, sign_of, ticks_between
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.html import tree, words

PAGE = "/n/lake/timeline"
FIRST, LAST = date(2024, 1, 1), date(2024, 4, 10)  # 100 days
SIZE = Size(width=208, names=100, lane=20, bar=10, ticks=4)


def said(number: int, party: str, day: int, until: int | None, start: int | None = None) -> Said:
    days = [date.fromordinal(FIRST.toordinal() + n) for n in (day, until or 0, start or day)]
    return Said(number, party, days[0], days[1] if until else None, days[2], "2", 1, False)


def test_bars_run_from_the_day_by_which_it_was_said_to_the_next_one() -> None:
    drawn = draw(
        ["north", "south"],
        [said(1, "north", 0, 40), said(2, "north", 40, None, 30), said(3, "south", 99, None)],
        FIRST,
        LAST,
        SIZE,
    )
    assert drawn.height == 8 + 2 * 20 + 22
    north, south = drawn.lanes
    assert (north.y, south.y) == (18, 38)
    assert [(bar.x, bar.width, bar.perhaps_from, bar.y) for bar in north.bars] == [
        (100, 39, None, 13),
        (140, 59, 130, 13),
    ]
    # A bar too narrow for its sign leaves it out, and can still be seen.
    assert [(bar.x, bar.width, bar.sign) for bar in south.bars] == [(199, 3, "")]


def test_bars_have_a_length_where_all_was_said_on_one_day(lake: Lake) -> None:
    for party in ("north", "south"):
        lake.ada.state(party, "quota", stated_on="2024-05-13", quotes=[quote()])
    bars = tree(lake.stranger, PAGE, as_of="2024-12-31").css("svg.lanes a > rect")
    assert len(bars) == 2
    assert all(float(bar.attributes["width"] or 0) > SMALL.width / 2 for bar in bars)


def test_ticks_are_days_months_or_years() -> None:
    def texts(first: date, last: date) -> list[str]:
        return [text for _, text in ticks_between(first, last, 4)]

    assert texts(date(2024, 5, 1), date(2024, 5, 7)) == ["2024-05-01", "2024-05-03", "2024-05-05",
                                                         "2024-05-07"]  # fmt: skip
    assert texts(date(2024, 11, 20), date(2025, 2, 10)) == ["2024-12", "2025-01", "2025-02"]
    assert texts(date(2001, 5, 1), date(2009, 5, 1)) == ["2002", "2004", "2006", "2008"]
    assert texts(FIRST, FIRST) == ["2024-01-01"]


def test_a_sign_names_the_preferred_option_or_says_what_there_is_instead() -> None:
    options = ["q20", "q30", "q40"]
    assert sign_of(options, {"q20": "rejects", "q40": "prefers"}, "states") == "3"
    assert sign_of(options, {"q20": "rejects", "q30": "accepts"}, "states") == "a"
    assert sign_of(options, {"q20": "rejects"}, "states") == "r"
    assert sign_of(options, {}, "states") == "·"
    assert sign_of(options, {}, "withdraws") == "–"


def test_colours_run_along_a_scale_and_nowhere_else() -> None:
    scale = IssueScale("quota", True, {"q1": 1, "q2": 1.5, "q3": 3}, {"q3"})
    assert colour_of(scale, {"q1": "prefers"}) == 0
    assert colour_of(scale, {"q2": "prefers"}) == 4
    assert colour_of(scale, {"q3": "prefers"}) == 4
    assert colour_of(scale, {"q2": "accepts"}) is None
    assert colour_of(IssueScale("dam", False, {"open": 1}, ()), {"open": "prefers"}) is None


@pytest.fixture
def told(lake: Lake) -> Lake:
    """Let the north move once, on an imprecise date, and the south be spoken for."""
    lake.ada.state(attitudes={"q20": "prefers"}, stated_on="2024-03-10")
    source = lake.ada.source(published_on="2024-04-20")["id"]
    later = [quote("forty per cent", source)]
    lake.ada.state(attitudes={"q40": "prefers"}, stated_on="2024-04", quotes=later)
    heard = {"quotes": [quote(speaker={"name": "Mara Venn", "party": "north"})]}
    wanted = {"attitudes": {"open": "prefers"}, "stated_on": "2024-03-01"}
    lake.ada.state("south", "dam", **wanted, **heard)
    return lake


def test_one_issue_is_drawn_large_with_a_table_of_the_same(told: Lake) -> None:
    page = tree(told.stranger, PAGE, issue="quota")
    assert words(page.css_first("h1")) == "Water quota: who wanted what when"
    bars = page.css("svg.lanes a")
    assert [bar.attributes["aria-label"] for bar in bars] == [
        "Northshore on Water quota, 10 March 2024: prefers 20 %",
        "Northshore on Water quota, April 2024: prefers 40 %",
    ]
    assert [bar.attributes["href"] for bar in bars] == ["/positions/1", "/positions/2"]
    assert len(page.css("svg.lanes line.perhaps")) == 1
    assert [text for n in page.css("svg.lanes .sign") if (text := words(n))] == ["1", "3"]
    rows = [[words(cell) for cell in row.css("th, td")] for row in page.css("table.turns tbody tr")]
    assert rows == [
        ["Northshore", "10 March 2024", "20 %", "new", "20 April 2024"],
        ["Northshore", "April 2024 by 20 April 2024", "40 %", "moved from rank 1 to 3", "current"],
    ]
    cell = page.css_first("table.turns a").attributes["href"]
    assert cell == "/n/lake/cells/north/quota?as_of=2024-03-10"


def test_all_issues_are_drawn_small_and_hearsay_is_named(told: Lake) -> None:
    page = tree(told.stranger, PAGE)
    assert [words(h) for h in page.css(".small-lanes h2")] == ["Water quota", "The dam"]
    dam = page.css(".small-lanes section")[1]
    assert dam.css_first("rect.said-by-others")
    assert "according to Northshore" in (dam.css_first("svg a").attributes["aria-label"] or "")
    assert "Southshore on 1 Mar 2024, according to Northshore." in words(dam)
    assert dam.css_first("h2 a").attributes["href"] == "/n/lake/timeline?issue=dam"


def test_a_day_shows_what_was_said_by_then(told: Lake) -> None:
    page = tree(told.stranger, PAGE, issue="quota", as_of="2024-04-19")
    assert len(page.css("svg.lanes a")) == 1 and "current" in words(page.css_first("table.turns"))
    nothing = tree(told.stranger, PAGE, issue="quota", as_of="2024-01-01")
    assert "No party has taken a position by that day" in words(nothing.css_first("main"))


def test_what_was_known_then_stays(told: Lake) -> None:
    then = told.ada.known_now()
    told.ada.retract(2)
    assert len(tree(told.stranger, PAGE, issue="quota").css("svg.lanes a")) == 1
    pinned = tree(told.stranger, PAGE, issue="quota", known_at=then)
    assert len(pinned.css("svg.lanes a")) == 2
    assert "1 of these positions has been" in words(pinned.css_first(".pinned"))


def test_many_issues_and_parties_come_in_windows(
    told: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline_pages, "PARTIES", 2)
    monkeypatch.setattr(timeline_pages, "MOST_SMALL", 1)
    page = tree(told.stranger, PAGE)
    issues, parties = (a.attributes["href"] or "" for a in page.css("nav.pager a"))
    told.ada.state("south", "dam", attitudes={"closed": "prefers"}, stated_on="2024-05-01")
    following = tree(told.stranger, issues)
    assert [words(h) for h in following.css(".small-lanes h2")] == ["The dam"]
    assert len(following.css("svg.lanes a")) == 1
    assert "parties 3 to 3 of 3" in words(tree(told.stranger, parties).css_first("main"))


def test_too_many_positions_are_cut_and_said(told: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline_pages, "MOST_TURNS", 1)
    page = tree(told.stranger, PAGE)
    assert "Only the first 1 positions are drawn" in words(page.css_first(".notice"))
    assert len(page.css("svg.lanes a")) == 1


@pytest.mark.parametrize("query", [{"issue": "x"}, {"party": "x"}, {"as_of": "x"}, {"cursor": "x"}])
def test_a_bad_value_is_explained(lake: Lake, query: dict[str, str]) -> None:
    got = lake.stranger.page(PAGE, **query)
    assert got.status_code == 422 and next(iter(query)) in got.text
    assert lake.stranger.page(PAGE, utm="x").status_code == 200
