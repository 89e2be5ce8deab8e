"""Test the order of the matrix, and what of it is folded, hidden or left out by its address."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.http.templating import plural
from app.matrix import kept_rows
from app.matrix_page import comparison, pages
from tests.support.fixtures import Lake

ISSUES = (("ferry", "Ferry", "Traffic"), ("bridge", "Bridge", "Traffic"), ("fees", "Fees", "Money"))


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """Return the lake with three more issues in two groups, and positions on them."""
    for slug, title, group in ISSUES:
        options = [{"slug": s, "label": s.upper(), "rank": n} for n, s in enumerate("abc", 1)]
        body = {
            "slug": slug,
            "title": title,
            "group": group,
            "ordered": True,
            "options": options,
        }
        assert lake.ada.post("/negotiations/lake/issues", body).status == 201
    ada = lake.ada
    for party, ferry, bridge in (("north", "a", "a"), ("south", "c", "c"), ("council", "a", "a")):
        ada.state(party, "ferry", attitudes={ferry: "prefers"})
        ada.state(party, "bridge", attitudes={bridge: "prefers"})
    ada.state("north", "fees", attitudes={"a": "prefers"}, firmness="red_line")
    ada.state("south", "fees", attitudes={"a": "prefers"})
    return lake


def show(lake: Lake, **query: Any) -> LexborHTMLParser:
    got = lake.stranger.page("/n/lake", **query)
    assert got.status_code == 200, got.text[:500]
    return LexborHTMLParser(got.text)


def columns(page: LexborHTMLParser) -> list[str]:
    first = page.css_first("tr:has(td[data-party])")
    return [str(td.attributes["data-party"]) for td in first.css("td[data-party]")]


def rows(page: LexborHTMLParser) -> list[str]:
    found = page.css("tr:has(td[data-issue])")
    return [str(row.css_first("td[data-issue]").attributes["data-issue"]) for row in found]


@pytest.mark.parametrize("view", ["text", "atlas", "age"])
def test_order(filled: Lake, view: str) -> None:
    page = show(filled, view=view)
    assert columns(page) == ["north", "south", "council"]
    assert rows(page) == ["quota", "dam", "ferry", "bridge", "fees"]
    assert columns(show(filled, view=view, order="name")) == ["council", "north", "south"]
    assert columns(show(filled, view=view, order="likeness")) == ["south", "north", "council"]
    by_name = show(filled, view=view, issue_order="name")
    assert rows(by_name) == ["dam", "quota", "bridge", "ferry", "fees"]
    filled.ada.state("south", "ferry", attitudes={"b": "prefers"}, stated_on="2024-05-20")
    disputed = show(filled, view=view, issue_order="disputed")
    assert rows(disputed) == ["quota", "dam", "bridge", "ferry", "fees"]


def test_rows_left_out_leave_no_empty_ones_and_are_counted(filled: Lake) -> None:
    page = show(filled, only="differing")
    assert rows(page) == ["ferry", "bridge"] and columns(page) == ["north", "south", "council"]
    assert "3 issues left out" in page.css_first(".legend").text()
    assert "8 current positions" in page.css_first(".head").text()
    page = show(filled, only="red-lines", view="atlas")
    assert (rows(page), columns(page)) == (["fees"], ["north"])
    said = " ".join(page.css_first(".legend").text().split())
    assert "Left out, without a match: 4 issues, 2 parties" in said
    assert "8 current positions" in page.css_first(".head").text()


@pytest.mark.parametrize("view", ["text", "atlas"])
@pytest.mark.parametrize(
    ("filtered", "left"),
    [
        ({"firmness": "red_line"}, (["fees"], ["north"])),
        ({"firmness": ["red_line", "demand"], "q": "sluice"}, (["dam"], ["council"])),
        ({"q": "sluice"}, (["dam", "ferry"], ["south", "council"])),
        ({"q": "sluice", "only": "red-lines"}, ([], [])),
        ({"q": "sluice", "only": "differing"}, (["ferry"], ["south"])),
        ({"q": "sluice", "as_of": "2024-05-14"}, ([], [])),
    ],
)
def test_a_filter_leaves_no_empty_row_or_column(
    filled: Lake, view: str, filtered: dict[str, Any], left: tuple[list[str], list[str]]
) -> None:
    later = {"stated_on": "2024-05-20", "summary": "Speaks of the sluice"}
    filled.ada.state("south", "ferry", attitudes={"c": "prefers"}, **later)
    filled.ada.state("council", "dam", attitudes={}, firmness="demand", **later)
    page = show(filled, view=view, **filtered)
    if not left[0]:
        assert "No cells match these filters" in page.css_first(".empty").text()
    else:
        assert (rows(page), columns(page)) == left
        assert all(
            any(td.css("a") for td in row.css("td")) for row in page.css("tr:has(td[data-issue])")
        )
    before = 2 if filtered.get("only") == "differing" else 5  # rows
    counts = plural(before - len(left[0]), "issue"), plural(3 - len(left[1]), "party", "parties")
    said = " ".join(page.css_first(".legend").text().split())
    assert f"Left out, without a match: {', '.join(counts)}." in said
    whole = show(filled, view=view, **filtered, empty="1")
    assert (len(rows(whole)), len(columns(whole))) == (before, 3)
    for one, words in ((page, "Show rows and columns"), (whole, "Leave them out")):
        [switch] = [a.attributes["href"] for a in one.css(".narrowed a") if words in a.text()]
        assert switch and ("empty=1" in switch) == (one is page)
        assert "Show everything" in [a.text() for a in one.css(".narrowed a, .empty a")]


def test_the_head_counts_what_was_asked_for(filled: Lake) -> None:
    head = show(filled, party="south", issue=["fees", "ferry"], firmness="open").css_first(".head")
    assert "1 party, 2 issues, 2 current positions with 2 quotes" in head.text()


def test_the_json_of_a_filter_keeps_its_rows(filled: Lake) -> None:
    data = filled.stranger.get("/negotiations/lake/matrix", firmness="red_line").data
    assert len(data["issues"]) == 5 and len(data["parties"]) == 3 and len(data["cells"]) == 1


def test_rows_and_columns_are_hidden_one_by_one_and_brought_back(filled: Lake) -> None:
    query = {"hide_party": "council", "hide_issue": ["quota", "dam"], "view": "atlas"}
    page = show(filled, **query)
    assert (rows(page), columns(page)) == (["ferry", "bridge", "fees"], ["north", "south"])
    back = [a.attributes["href"] for a in page.css(".narrowed a")]
    assert "/n/lake?view=atlas&hide_issue=quota&hide_issue=dam" in back
    assert "8 current positions" in page.css_first(".head").text()


def test_groups_fold_to_their_headings(filled: Lake) -> None:
    for view in ("text", "atlas"):
        page = show(filled, fold="Traffic", view=view)
        assert rows(page) == ["quota", "dam", "fees"]
        [traffic, money] = page.css("tr.group a")
        assert traffic.attributes["aria-expanded"] == "false"
        assert money.attributes["aria-expanded"] == "true"
        assert traffic.attributes["href"] == f"/n/lake?view={view}"
        assert "2 issues, folded" in page.css_first("tr.group").text()
    page = show(filled, fold=["Traffic", "Money"], issue=["ferry", "bridge", "fees"])
    assert len(page.css("tr.group")) == 2 and not page.css("td[data-party]")
    page = show(filled, fold_role="mediator")
    assert columns(page) == ["north", "south"]
    assert "1 mediator folded" in page.css_first(".legend").text()


def test_cells_that_share_an_option_are_marked(filled: Lake) -> None:
    filled.ada.state("north", "dam", attitudes={"open": "accepts"})
    filled.ada.state("south", "dam", attitudes={"open": "prefers"})
    filled.ada.state("council", "dam", attitudes={"open": "rejects"})
    for view, marked in (("text", "td.hi"), ("atlas", "td:has(> a.hi)")):
        found = show(filled, mark="dam/open", view=view).css(marked)
        assert [td.attributes["data-party"] for td in found] == ["north", "south"]
        assert {td.attributes["data-issue"] for td in found} == {"dam"}
        assert not show(filled, view=view).css(marked)


def test_windows_are_cut_after_the_rows_are_arranged(filled: Lake, monkeypatch: Any) -> None:
    monkeypatch.setattr(pages, "MOST_CELLS", 3)
    seen, address = [], "/n/lake?issue_order=name&fold=Money&hide_issue=dam"
    headings = 0
    while address:
        page = LexborHTMLParser(filled.stranger.client.get(address).text)
        seen += rows(page)
        headings += "Money" in page.css_first("table").text()
        following = page.css_first("a[rel=next]")
        address = following.attributes["href"] if following else ""
    assert seen == ["quota", "bridge", "ferry"] and headings == 1


def test_a_matrix_too_large_to_compare_says_so(filled: Lake, monkeypatch: Any) -> None:
    monkeypatch.setattr(comparison, "MOST_READ", 10)
    page = show(filled, order="likeness", only="differing")
    assert columns(page) == ["north", "south", "council"] and len(rows(page)) == 5
    assert "too large to compare" in page.css_first(".legend").text()
    assert "too large" not in show(filled, order="name").css_first(".legend").text()


def test_a_large_matrix_is_an_atlas_unless_asked_otherwise(filled: Lake, monkeypatch: Any) -> None:
    assert show(filled).css_first("table").attributes["class"] == "matrix"
    monkeypatch.setattr(kept_rows, "MOST_RICH_CELLS", 14)  # it has fifteen
    assert show(filled, other="1").css_first("table.atlas") is not None
    assert show(filled, view="text").css_first("table.matrix.lean") is not None
    assert show(filled, hide_issue="dam").css_first("table.matrix") is not None


@pytest.mark.parametrize(
    "query",
    [
        "view=map", "order=size", "issue_order=likeness", "only=new", "hide_party=west",
        "hide_issue=sand", "fold=Fish", "fold_role=judge", "mark=dam", "mark=dam/dry",
        "mark=sand/open", "open=west/dam", "open=north/sand", "open=North/dam",
    ],
)  # fmt: skip
def test_a_bad_value_is_explained(filled: Lake, query: str) -> None:
    got = filled.stranger.page(f"/n/lake?{query}")
    assert got.status_code == 422
    assert query.split("=")[0] in got.text
    assert filled.stranger.page(f"/n/lake?un{query}").status_code == 200


def test_links_keep_the_view_and_exports_take_only_filters(filled: Lake) -> None:
    page = show(filled, view="atlas", order="name", only="red-lines", firmness="red_line")
    links = {a.attributes["href"] for a in page.css("main a[href]")}
    exports = [a for a in links if a and "/export" in a]
    assert exports and not [a for a in exports if "view" in a or "only" in a or "order" in a]
    cells = [a for a in links if a and "/cells/" in a]
    assert cells and all("view=atlas&order=name" in a for a in cells)
    for path in ("cells/north/fees", "issues/fees", "parties/north"):
        got = filled.stranger.page(f"/n/lake/{path}?view=atlas&order=name")
        crumb = LexborHTMLParser(got.text).css_first(".crumb a")
        assert crumb.attributes["href"] == "/n/lake?view=atlas&order=name"


def test_an_address_opens_a_cell_or_an_issue_beside_the_matrix(filled: Lake) -> None:
    page = show(filled, view="atlas", open="north/fees", firmness="red_line")
    assert page.css("td[data-party]") and page.css_first("title").text().startswith("Lake treaty")
    opened = page.css_first("#panel [data-opens]")
    assert opened.attributes["data-opens"] == "north/fees" and opened.css("blockquote, figure")
    opened = show(filled, open="fees").css_first("#panel [data-opens=fees]")
    assert [number.text() for number in opened.css(".numbered .swatch")] == ["1", "2", "3"]
    assert show(filled).css_first("#panel").html.endswith('tabindex="-1"></aside>')
