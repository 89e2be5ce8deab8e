"""Test the pages of who agrees with whom and of two or three parties side by side."""

import csv
import io
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.analysis import agreement_pages, compare_pages
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.html import tree, words

TABLE, BESIDE = "/n/lake/agreement", "/n/lake/compare"


def table(page: LexborHTMLParser) -> dict[str, list[str]]:
    return {
        words(row.css_first("th")): [words(cell) for cell in row.css("td")]
        for row in page.css(".heat tbody tr")
    }


@pytest.fixture
def spoken(lake: Lake) -> Lake:
    """Let three parties speak: north and south on two issues, the council on one."""
    for party, option, day in (
        ("north", "q20", "01"), ("south", "q40", "02"), ("south", "q30", "05"),
        ("council", "q30", "03"),
    ):  # fmt: skip
        said = [quote(said_on=f"2024-05-{day}", speaker={"name": "Una Bell", "party": party})]
        attitudes = {option: "prefers"}
        lake.ada.state(party, attitudes=attitudes, stated_on=f"2024-05-{day}", quotes=said)
    for party in ("north", "south"):
        lake.ada.state(party, "dam", attitudes={"open": "prefers"}, stated_on="2024-05-04")
    return lake


def test_each_cell_says_what_it_rests_on_and_leads_to_both_parties(spoken: Lake) -> None:
    page = tree(spoken.stranger, TABLE, min_issues=1)
    assert table(page) == {
        "Northshore": [
            "–itself",
            "Northshore and Southshore: 0.75 2 issues",
            "Northshore and Basin Council: 0.50 1 issue",
        ],
        "Southshore": [
            "Southshore and Northshore: 0.75 2 issues",
            "–itself",
            "Southshore and Basin Council: 1.00 1 issue",
        ],
        "Basin Council": [
            "Basin Council and Northshore: 0.50 1 issue",
            "Basin Council and Southshore: 1.00 1 issue",
            "–itself",
        ],
    }
    link = page.css_first(".heat td a").attributes["href"]
    assert link == "/n/lake/compare?party=north&party=south&min_issues=1"
    assert words(tree(spoken.stranger, link).css_first("h1")) == "Northshore and Southshore"


def test_nothing_is_drawn_below_the_minimum_of_issues(spoken: Lake) -> None:
    page = tree(spoken.stranger, TABLE)
    assert "only 1 issue" in table(page)["Basin Council"][1]
    assert not page.css(".party-map") and "No map is drawn" in words(page.css_first(".plane"))
    assert [words(li) for li in page.css("ol.pairs li")] == [
        "Northshore and Southshore 0.750 2 issues"
    ]
    early = tree(spoken.stranger, TABLE, as_of="2024-05-01")
    assert all("no issue in common" in cell or "itself" in cell
               for row in table(early).values() for cell in row)  # fmt: skip


def test_the_map_says_how_much_it_shows_and_leads_to_every_pair(spoken: Lake) -> None:
    # North wants 20 %, the council 30 %, the south 40 %: they are on a line.
    page = tree(spoken.stranger, TABLE, min_issues=1, as_of="2024-05-03")
    assert page.css_first(".party-map a[href='/n/lake/parties/north?as_of=2024-05-03']")
    said = words(page.css_first(".plane"))
    assert "This map shows 100 % of the differences" in said
    assert "Left to right, these issues weigh most: Water quota." in said
    assert "Top to bottom: no issue stands out." in said
    assert [words(li) for li in page.css(".plane details li")] == [
        "Basin Council and Northshore 0.500 1 issue",
        "Basin Council and Southshore 0.500 1 issue",
        "Northshore and Southshore 0.000 1 issue",
    ]
    for link in page.css(".plane details a"):
        assert tree(spoken.stranger, link.attributes["href"] or "").css(".compared h3")


def test_the_table_can_be_in_another_order_and_of_some_parties(spoken: Lake) -> None:
    named = tree(spoken.stranger, TABLE, order="name")
    assert list(table(named)) == ["Basin Council", "Northshore", "Southshore"]
    some = tree(spoken.stranger, TABLE, party=["south", "council"], min_issues=1)
    assert list(table(some)) == ["Southshore", "Basin Council"]
    edges = some.css_first(".files a").attributes["href"]
    assert "0.75" not in spoken.stranger.page(edges).text
    assert "1.0" in spoken.stranger.page(edges).text


def test_a_large_table_comes_in_windows_both_ways(
    spoken: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement_pages, "SIDE", 2)
    page = tree(spoken.stranger, TABLE, min_issues=1, order="listed")
    assert {name: len(row) for name, row in table(page).items()} == {
        "Northshore": 2, "Southshore": 2
    }  # fmt: skip
    spoken.ada.state("council", attitudes={"q20": "prefers"}, stated_on="2024-05-09")
    rows, columns = (a.attributes["href"] for a in page.css("nav.pager a"))
    below = tree(spoken.stranger, rows)
    assert table(below)["Basin Council"][0] == "Basin Council and Northshore: 0.50 1 issue"
    [back] = [a.attributes["href"] for a in below.css("nav.pager a") if "before" in words(a)]
    assert list(table(tree(spoken.stranger, back))) == ["Northshore", "Southshore"]
    aside = tree(spoken.stranger, columns)
    assert table(aside)["Southshore"] == ["Southshore and Basin Council: 1.00 1 issue"]


def test_too_many_to_be_ordered_are_shown_as_listed(
    spoken: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement_pages, "MOST_ORDERED", 2)
    page = tree(spoken.stranger, TABLE, min_issues=1)
    assert "too many parties or issues" in words(page.css_first(".notice"))
    assert list(table(page)) == ["Northshore", "Southshore", "Basin Council"]
    assert table(page)["Northshore"][1] == "Northshore and Southshore: 0.75 2 issues"


@pytest.mark.parametrize(
    ("address", "query"),
    [
        (TABLE, {"min_issues": "0"}),
        (TABLE, {"order": "size"}),
        (TABLE, {"party": "nobody"}),
        (TABLE, {"cursor": "x"}),
        (BESIDE, {"party": ["north", "south", "council", "nobody"]}),
        (BESIDE, {"party": ["north", "nobody"]}),
        (BESIDE, {"show": "everything"}),
        (BESIDE, {"as_of": "today"}),
        (f"{BESIDE}.csv", {"party": "north"}),
        (f"{BESIDE}.csv", {"party": ["north", "north"]}),
    ],
)
def test_a_bad_value_is_explained(lake: Lake, address: str, query: dict[str, Any]) -> None:
    got = lake.stranger.page(address, **query)
    assert got.status_code == 422 and next(iter(query)) in got.text


def test_pages_pass_over_parameters_that_they_do_not_know(spoken: Lake) -> None:
    assert "Choose two or three parties" in words(
        tree(spoken.stranger, BESIDE, party="north", utm="x").css_first("main")
    )
    assert tree(spoken.stranger, TABLE, utm="x").css_first(".heat")


def test_what_they_differ_on_stands_before_what_they_share(spoken: Lake) -> None:
    page = tree(spoken.stranger, BESIDE, party=["north", "south"])
    assert "They agree 0.750 (0 to 1) over 2 issues" in words(page.css_first(".lede"))
    assert [h.attributes["id"] for h in page.css("section h2")] == ["differ", "share", "course"]
    [quota] = page.css("section[aria-labelledby=differ] .compared > li")
    assert "1 of 2 steps apart" in words(quota.css_first(".on"))
    north, south = quota.css("h4 a")
    assert north.attributes["href"] == "/n/lake/cells/north/quota"
    assert words(south).startswith("Southshore")
    for side in quota.css(".held"):
        assert side.css_first("blockquote a[href^='/quotes/']")
        assert "Una Bell" in words(side.css_first("figcaption"))
        assert side.css_first("figcaption time") and side.css_first("a[href^='/sources/']")
    only = tree(spoken.stranger, BESIDE, party=["north", "south"], show="share")
    assert [words(h) for h in only.css(".compared h3")] == ["The dam"]


def test_what_only_one_prefers_and_what_none_has_said_come_last(spoken: Lake) -> None:
    page = tree(spoken.stranger, BESIDE, party=["south", "council"])
    ids = [h.attributes["id"] for h in page.css("section h2")]
    assert ids == ["share", "one_sided", "course"]
    assert "not yet looked" in words(page.css_first("section[aria-labelledby=one_sided]"))
    early = tree(spoken.stranger, BESIDE, party=["south", "council"], as_of="2024-05-01")
    unsaid = words(early.css_first("section[aria-labelledby=unsaid]"))
    assert "Water quota: Southshore not yet looked; Basin Council not yet looked" in unsaid
    assert "have no issue in common" in words(early.css_first(".lede"))


def test_the_same_is_there_as_json(spoken: Lake) -> None:
    page = tree(spoken.stranger, BESIDE, party=["north", "south"], min_issues=1)
    [json] = [a.attributes["href"] or "" for a in page.css(".files a") if words(a) == "JSON"]
    [pair] = spoken.stranger.client.get(json).json()["data"]["pairs"]
    assert (pair["agreement"], pair["issues"]) == (0.75, 2)


def test_three_parties_stand_side_by_side(spoken: Lake) -> None:
    page = tree(spoken.stranger, BESIDE, party=["council", "north", "south"])
    assert words(page.css_first("h1")) == "Basin Council, Northshore and Southshore"
    assert len(page.css("p.lede")) == 3 and len(page.css(".compared.of-3 > li")) == 2
    first = page.css_first(".compared > li")
    assert [words(h).split(" on ")[0] for h in first.css("h4")] == [
        "Basin Council", "Northshore", "Southshore"
    ]  # fmt: skip


def test_how_it_went_is_listed_by_day(spoken: Lake) -> None:
    page = tree(spoken.stranger, BESIDE, party=["north", "south"])
    rows = [[words(td) for td in tr.css("td")] for tr in page.css("table tbody tr")]
    assert rows == [
        ["5 May 2024", "0.750", "2"],
        ["4 May 2024", "0.500", "2"],
        ["2 May 2024", "0.000", "1"],
    ]
    for tr in page.css("table tbody tr"):
        day = tree(spoken.stranger, tr.css_first("a").attributes["href"] or "")
        assert f"They agree {words(tr.css('td')[1])}" in words(day.css_first(".lede"))


def test_hearsay_is_named_where_it_is_compared(lake: Lake) -> None:
    lake.ada.state("north", quotes=[quote(speaker={"name": "Tol Ibarra", "party": "south"})])
    lake.ada.state("south", attitudes={"q20": "prefers"})
    page = tree(lake.stranger, BESIDE, party=["north", "south"])
    assert "according to Southshore" in words(page.css_first(".held"))


def test_issues_come_in_windows(spoken: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_pages, "ISSUES_A_PAGE", 1)
    page = tree(spoken.stranger, BESIDE, party=["north", "south"])
    assert [words(h) for h in page.css(".compared h3")] == ["Water quota"]
    spoken.ada.state("south", "dam", attitudes={"closed": "prefers"}, stated_on="2024-05-09")
    following = page.css_first("nav.pager a[rel=next]").attributes["href"]
    assert [words(h) for h in tree(spoken.stranger, following).css(".compared h3")] == ["The dam"]
    assert "all 2" in words(page.css_first("ul.stages"))


def test_what_was_known_then_stays(spoken: Lake) -> None:
    then = spoken.ada.known_now()
    spoken.ada.retract(3)
    now, before = (
        tree(spoken.stranger, BESIDE, party=["north", "south"], **query)
        for query in ({}, {"known_at": then})
    )
    assert "agree 0.500" in words(now.css_first(".lede"))
    assert "agree 0.750" in words(before.css_first(".lede"))
    assert "1 of these positions has been" in words(before.css_first(".pinned"))
    pinned = tree(spoken.stranger, TABLE, known_at=then)
    assert "0.75" in table(pinned)["Northshore"][1]
    assert "1 of these positions has been" in words(pinned.css_first(".pinned"))


def test_the_file_has_a_row_for_each_issue_and_party(spoken: Lake) -> None:
    got = spoken.stranger.page(f"{BESIDE}.csv", party=["south", "north"])
    rows = list(csv.DictReader(io.StringIO(got.text)))
    assert [(r["issue"], r["likeness"], r["distance"], r["party"], r["stance"]) for r in rows] == [
        ("quota", "differ", "0.5", "south", "prefers 30 %"),
        ("quota", "differ", "0.5", "north", "prefers 20 %"),
        ("dam", "share", "0.0", "south", "prefers Open"),
        ("dam", "share", "0.0", "north", "prefers Open"),
    ]
    assert rows[0]["quote_speaker"] == "Una Bell" and rows[0]["as_of"]
