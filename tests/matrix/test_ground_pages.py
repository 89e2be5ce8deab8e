"""Test common ground on pages and in spreadsheets.

A party that prefers another option has spoken; one that nobody has searched for has not.
"""

import io

import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.fixtures import Lake


def words(lake: Lake, page: str) -> str:
    """Return the words of a page."""
    got = lake.stranger.page(page)
    assert got.status_code == 200
    return " ".join(LexborHTMLParser(got.text).css_first("main").text().split())


def sheet(lake: Lake) -> str:
    book = openpyxl.load_workbook(io.BytesIO(lake.stranger.page("/n/lake/export.xlsx").content))
    return " ".join(str(row[1].value) for row in book["Matrix"].iter_rows(min_row=2)).replace(
        "\n", " "
    )


@pytest.fixture
def split(lake: Lake) -> Lake:
    """State that north and south want different quotas, south as a red line.

    Only north has been searched on the dam.
    """
    lake.ada.state("north", "quota", attitudes={"q20": "prefers"})
    lake.ada.state("south", "quota", attitudes={"q40": "prefers"}, firmness="red_line")
    lake.ada.post(
        "/negotiations/lake/looks", {"party": "north", "issue": "dam", "looked_on": "2024-06-01"}
    )
    return lake


@pytest.mark.parametrize(
    "page", ["/n/lake", "/n/lake?transpose=1", "/n/lake/common-ground", "/n/lake/issues/quota"]
)
def test_who_prefers_another_option_is_counted_and_conflicts_are_named(
    split: Lake, page: str
) -> None:
    said = words(split, page)
    assert "Open: 1 “20 %”, 1 “40 %”" in said
    assert "Conflict: “40 %” is a red line of Southshore. Closest: “20 %”, “40 %”" in said
    assert "silent" not in said.lower().replace("hidden, not silent", "")


def test_the_workbook_says_what_the_page_says(split: Lake) -> None:
    assert "Open: 1 “20 %”, 1 “40 %” Conflict: “40 %” is a red line of Southshore." in sheet(split)
    assert "No party has taken a position (Southshore not yet looked at)" in sheet(split)


def test_each_option_says_why_a_party_is_not_on_it(split: Lake) -> None:
    quota, dam = (
        [" ".join(li.text().split()) for li in LexborHTMLParser(found.text).css(".stands > li")]
        for found in (split.stranger.page(f"/n/lake/issues/{issue}") for issue in ("quota", "dam"))
    )
    assert "Northshore prefers it Southshore: red line on “40 %”" in quota[0]
    assert "2 parties prefer another option" in quota[1]
    assert "Southshore prefers it, red line 1 party prefers another option" in quota[2]
    assert "Northshore has not said" not in quota[1]
    assert all(
        "Northshore has not said" in option and "Southshore not yet looked at" in option
        for option in dam
    )


def test_two_negotiations_share_no_common_ground(lake: Lake) -> None:
    """Issues of the same slug are told apart, also where nobody's consent is required."""
    for slug, option in (("pond", "sand"), ("brook", "clay")):
        lake.ada.post("/negotiations", {"slug": slug, "title": slug.title()})
        issue = {"slug": "bed", "title": "Bed", "options": [{"slug": option, "label": option}]}
        assert lake.ada.post(f"/negotiations/{slug}/issues", issue).status == 201
    for slug, option in (("pond", "sand"), ("brook", "clay")):
        [ground] = lake.ada.get(f"/negotiations/{slug}/common-ground").data["issues"]
        assert [o["option"] for o in ground["options"]] == [option]


def test_counts_come_first_and_lead_to_the_issues(split: Lake) -> None:
    """The dam is blocked by both, so whoever blocks is counted, and the issue found by either."""
    split.ada.state("north", "dam", attitudes={"open": "rejects", "closed": "rejects"})
    split.ada.state(
        "south", "dam", attitudes={"shared": "rejects", "open": "rejects"}, firmness="red_line"
    )
    page = LexborHTMLParser(split.stranger.page("/n/lake/common-ground").text)
    counts = [" ".join(a.text().split()) for a in page.css(".ground-counts a.state")]
    assert counts == ["● 0 agreed", "◐ 0 qualified", "✕ 1 blocked", "○ 1 open"]
    rows = [[cell.text().strip() for cell in row.css("td")] for row in page.css(".two tbody tr")]
    assert rows == [["2", "1", "2"], ["2", "1", "0"]]  # South with its red lines, then North
    assert "fewest would have to move for “Closed”, Northshore" in words(
        split, "/n/lake/common-ground"
    )
    assert "Would have to move: Northshore, Southshore" in words(split, "/n/lake/common-ground")
    for filters, shown in (
        ("state=blocked", ["dam"]),
        ("state=open", ["quota"]),
        ("blocker=south", ["dam"]),
        ("blocker=council", []),
        ("issue=quota", ["quota"]),
        ("state=agreed", []),
    ):
        found = split.stranger.page(f"/n/lake/common-ground?{filters}").text
        ids = [node.attributes["id"] for node in LexborHTMLParser(found).css("section.ground")]
        assert ids == [f"issue-{slug}" for slug in shown], filters


def test_for_other_parties_it_says_that_it_is_only_as_if(split: Lake) -> None:
    page = split.stranger.page("/n/lake/common-ground?party=south&party=council").text
    said = " ".join(LexborHTMLParser(page).css_first(".lede").text().split())
    assert said.startswith(
        "As if only these parties were needed for a deal: Southshore and Basin Council."
    )
    assert "Conflict" not in page  # North, which wants another quota, is not asked
    assert split.stranger.page("/n/lake/common-ground?party=nobody").status_code == 422
    assert split.stranger.page("/n/lake/common-ground?state=nearly").status_code == 422


def test_the_words_stand_beside_a_stance_once(split: Lake) -> None:
    split.ada.state("council", "quota", attitudes={"q20": "accepts", "q30": "accepts"})
    page = LexborHTMLParser(split.stranger.page("/n/lake/common-ground?issue=quota").text)
    assert len(page.css("section.ground figure.brief blockquote")) == 3  # one for each party
