"""Test the signs of the atlas: which cell has which, and that none looks plainer than it is."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.support.factories import quote
from tests.support.fixtures import Lake

SAID_BY_SOUTH = [quote(speaker={"name": "Tol Ibarra", "party": "south"})]
CELL = "td[data-party=north][data-issue={}]"
# What is stated of north, on which issue: the sign, its classes, and words of its name.
SIGNS: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "the first of a scale": ({"attitudes": {"q20": "prefers"}}, "quota", "1", "c0", "20 %"),
    "the middle of a scale": ({"attitudes": {"q30": "prefers"}}, "quota", "2", "c4", "30 %"),
    "the last of a scale": (
        {"attitudes": {"q40": "prefers"}, "firmness": "red_line"}, "quota", "3", "c8 red",
        "Red line",
    ),
    "without an order": ({"attitudes": {"open": "prefers"}}, "dam", "2", "u1", "Open"),
    "on a condition": (
        {"attitudes": {"q20": "prefers"}, "conditions": {"q20": "the dam stays"}}, "quota", "1",
        "c0 cond", "only if the dam stays",
    ),
    "a condition of another option": (
        {"attitudes": {"q20": "prefers", "q30": "accepts"}, "conditions": {"q30": "it rains"}},
        "quota", "1", "c0", "accepts 30 %, only if it rains",
    ),
    "inferred": (
        {"attitudes": {"q20": "prefers"}, "inferred": ["q20"]}, "quota", "1?", "guess", "inferred"
    ),
    "hearsay": (
        {"attitudes": {"q20": "prefers"}, "quotes": SAID_BY_SOUTH}, "quota", "(1)", "heard",
        "according to Southshore",
    ),
    "accepts one": ({"attitudes": {"q40": "accepts"}}, "quota", "○3", "", "accepts 40 %"),
    "accepts several": (
        {"attitudes": {"q30": "accepts", "q40": "accepts"}}, "quota", "○", "", "either of two"
    ),
    "rejects": ({"attitudes": {"q20": "rejects"}}, "quota", "✕1", "no", "rejects 20 %"),
    "withdrawn": (
        {"attitudes": {}, "act": "withdraws", "firmness": "red_line"}, "quota", "–", "", "gave up"
    ),
    "in words only": ({"attitudes": {}}, "quota", "…", "", "no position on the options"),
}  # fmt: skip


def atlas(lake: Lake, **query: Any) -> LexborHTMLParser:
    got = lake.stranger.page("/n/lake", view="atlas", **query)
    assert got.status_code == 200, got.text[:300]
    return LexborHTMLParser(got.text)


def sign_of(node: LexborNode) -> str:
    return node.css_first("a").text(deep=False).strip()


@pytest.mark.parametrize("case", SIGNS)
def test_each_kind_of_position_has_its_sign(lake: Lake, case: str) -> None:
    said, issue, sign, classes, words = SIGNS[case]
    number = lake.ada.state("north", issue, stated_on="2024-05-13", **said)["id"]
    page = atlas(lake)
    [cell] = page.css(CELL.format(issue))
    link = cell.css_first("a")
    assert cell.attributes["data-position"] == str(number)
    assert link.attributes["href"] == f"/n/lake/cells/north/{issue}?view=atlas"
    assert (sign_of(cell), link.attributes.get("class") or "") == (sign, classes)
    title = "Water quota" if issue == "quota" else "The dam"
    for part in ("Northshore", title, words, "13 May 2024"):
        assert part in link.text(), part
    assert len(page.css("table")) == 1


def test_colours_follow_the_ranks_and_not_the_places(lake: Lake) -> None:
    options = [
        {"slug": slug, "label": slug, "rank": rank} for slug, rank in (("a", 1), ("b", 2), ("c", 9))
    ]
    body = {"slug": "far", "title": "How far", "ordered": True, "options": options}
    assert lake.ada.post("/negotiations/lake/issues", body).status == 201
    lake.ada.state("north", "far", attitudes={"b": "prefers"})
    assert atlas(lake).css_first(CELL.format("far") + " a").attributes["class"] == "c1"


def test_silence_is_told_apart_from_what_a_filter_hides(lake: Lake) -> None:
    look = {"party": "south", "issue": "dam", "looked_on": "2024-06-01"}
    assert lake.ada.post("/negotiations/lake/looks", look).status == 201
    lake.ada.state("north", "quota", firmness="demand")
    lake.ada.state("south", "quota", stated_on="2024-03", attitudes={"q20": "prefers"})
    page = atlas(lake, as_of="2024-03-13")
    perhaps = page.css_first("td[data-party=south][data-issue=quota]")
    assert sign_of(perhaps) == "?" and "some time in March 2024" in perhaps.text()
    assert "data-position" not in perhaps.attributes
    page = atlas(lake)
    looked = page.css_first("td[data-party=south][data-issue=dam]")
    never = page.css_first("td[data-party=north][data-issue=dam]")
    assert "nothing found" in looked.text() and "never" not in looked.attributes["class"].split()
    assert "not yet looked" in never.text() and "never" in never.attributes["class"].split()
    page = atlas(lake, firmness="red_line")
    for cell in page.css("td[data-party]"):
        assert cell.attributes["class"] == "hidden" and "hidden by the filter" in cell.text()


def test_the_legend_explains_what_occurs_and_no_more(lake: Lake) -> None:
    lake.ada.state("north", "quota", attitudes={"q20": "prefers"})
    legend = atlas(lake).css_first(".signs").text()
    assert "first" in legend and "not yet looked" in legend
    for absent in ("inferred", "without an order", "nothing found", "red line", "gave up"):
        assert absent not in legend
    lake.ada.state("south", "dam", attitudes={"open": "prefers"}, inferred=["open"])
    assert "inferred" in atlas(lake).css_first(".signs").text()


@pytest.mark.parametrize(
    ("stated_on", "age", "step"),
    [
        ("2024-05-31", "1d", "a0"),
        ("2024-05-12", "20d", "a1"),
        ("2024-01", "4m", "a3"),
        ("2022", "1y", "a4"),
        ("2019-05-13", "5y", "a5"),
    ],
)
def test_ages_are_no_finer_than_the_date(lake: Lake, stated_on: str, age: str, step: str) -> None:
    said = quote(said_on=stated_on)
    lake.ada.state("north", "quota", stated_on=stated_on, quotes=[said])
    got = lake.stranger.page("/n/lake", view="age", as_of="2024-06-01")
    cell = LexborHTMLParser(got.text).css_first(CELL.format("quota"))
    assert (sign_of(cell), cell.css_first("a").attributes["class"]) == (age, step)


def test_moves_are_shown_with_their_kind(lake: Lake) -> None:
    lake.ada.state("north", "quota", stated_on="2024-05-09", attitudes={"q20": "prefers"})
    lake.ada.state("north", "quota", stated_on="2024-05-12", attitudes={"q30": "prefers"})
    lake.ada.state("south", "quota", stated_on="2024-05-12", attitudes={"q30": "prefers"})
    page = atlas(lake, since="2024-05-10")
    signs = {
        party: page.css_first(f"td[data-party={party}][data-issue=quota] sup").text()
        for party in ("north", "south")
    }
    assert signs == {"north": "→", "south": "+"}
    assert "→ moved" in page.css_first(".signs").text()
