"""Test that pages and answers with very many cells show parts, and count the whole."""

import re
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.walks import walk

N = "/negotiations/lake"
AS_OF = "2024-06-01"


@pytest.fixture
def told(lake: Lake) -> Lake:
    """Return the lake with positions of several kinds, a look, and a corrected source."""
    desk = lake.ada
    source = desk.source(published_on="2024-03-17", text="They want it closed. We take 40.")["id"]
    said = {"stated_on": "2024-03", "quotes": [quote("They want it closed", source)]}
    desk.state("north", "dam", attitudes={"closed": "prefers"}, **said)
    said["quotes"] = [quote("We take 40", source, kind="reported")]
    desk.state("south", "quota", attitudes={"q40": "prefers"}, **said)
    other = desk.source(published_on="2024-05-28", text="We take what we get.")["id"]
    said = {"stated_on": "2024-05-28", "quotes": [quote("We take what we get", other)]}
    desk.state("north", "quota", attitudes={"q20": "rejects"}, firmness="red_line", **said)
    look = {"party": "council", "issue": "dam", "looked_on": "2024-05-20", "where": "site"}
    assert desk.post(f"{N}/looks", look).status == 201
    changed = {"published_on": "2024-03-20", "text": "They want it open. We take 40."}
    assert desk.patch(f"/sources/{source}", changed).status == 200
    return lake


@pytest.mark.parametrize(("most", "answers"), [(3, 2), (2, 4), (1, 6)])
def test_rows_too_wide_come_in_parts(told: Lake, monkeypatch: Any, most: int, answers: int) -> None:
    whole = told.ada.get(f"{N}/matrix", as_of=AS_OF).data
    monkeypatch.setattr("app.matrix.api.MOST_CELLS", most)
    parts = walk(told.stranger, f"/api/v1{N}/matrix?as_of={AS_OF}")
    assert len(parts) == answers
    assert {p["meta"]["total_cells"] for p in parts} == {6}
    assert [c for p in parts for c in p["data"]["cells"]] == whole["cells"]
    for part in parts:
        shown = [
            (i["slug"], p["slug"]) for i in part["data"]["issues"] for p in part["data"]["parties"]
        ]
        assert [(c["issue"], c["party"]) for c in part["data"]["cells"]] == shown


@pytest.mark.parametrize(("limit", "answers"), [(3, 2), (5, 2), (2, 4), (10_000, 1)])
def test_a_limit_makes_windows_smaller(told: Lake, limit: int, answers: int) -> None:
    whole = told.ada.get(f"{N}/matrix", as_of=AS_OF).data
    parts = walk(told.stranger, f"/api/v1{N}/matrix?as_of={AS_OF}&limit={limit}")
    assert len(parts) == answers
    assert [c for p in parts for c in p["data"]["cells"]] == whole["cells"]
    for wrong in ("0", "10001", "all"):
        assert told.stranger.get(f"{N}/matrix", limit=wrong).faults == {"limit"}


def test_the_page_of_a_part_counts_the_whole(told: Lake, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.matrix_page.pages.MOST_CELLS", 2)
    address, seen, before = f"/n/lake?as_of={AS_OF}&firmness=red_line&empty=1", 0, None
    while address:
        page = LexborHTMLParser(told.stranger.client.get(address).text)
        head = page.css_first(".head p").text()
        assert "3 current positions with 3 quotes" in head, head
        seen += len(page.css("td[data-party]"))
        links = {
            rel: found.attributes["href"]
            for rel in ("prev", "next")
            if (found := page.css_first(f"a[rel={rel}]"))
        }
        assert ("prev" in links) == (before is not None)
        if before:
            again = LexborHTMLParser(told.stranger.client.get(links["prev"]).text)
            assert cells_of(again) == before
        before = cells_of(page)
        address = links.get("next", "")
        assert not address or "firmness=red_line" in address
    assert seen == 6


def cells_of(page: LexborHTMLParser) -> list[Any]:
    return [
        (td.attributes["data-party"], td.attributes["data-issue"])
        for td in page.css("td[data-party]")
    ]


def test_coverage_lists_parts_and_counts_the_whole(told: Lake, monkeypatch: Any) -> None:
    query = f"as_of={AS_OF}&stale_after=30"
    whole = told.ada.get(f"{N}/coverage", as_of=AS_OF, stale_after=30).data
    assert whole["counts"] == {
        "cells": 6, "never": 2, "searched": 1, "stale": 2, "one_source": 3, "reported_only": 1,
        "unmatched": 1, "redated": 2,
    }  # fmt: skip
    monkeypatch.setattr("app.analysis.api.MOST_CELLS", 2)
    parts = walk(told.stranger, f"/api/v1{N}/coverage?{query}")
    assert len(parts) == 4
    for part in parts:
        assert part["data"]["counts"] == whole["counts"]
        assert part["meta"]["total_cells"] == 6
    for name in whole.keys() - {"counts"}:
        listed = [line for part in parts for line in part["data"][name]]
        assert sorted(map(str, listed)) == sorted(map(str, whole[name])), name


def test_the_page_of_coverage_leads_on(told: Lake, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.analysis.coverage_pages.MOST_CELLS", 3)
    page = told.stranger.page("/n/lake/coverage", as_of=AS_OF, stale_after="30")
    first = LexborHTMLParser(page.text)
    assert [b.text() for b in first.css(".figures b")] == ["2", "1", "2", "3", "1", "1", "2"]
    assert (
        "None among the cells of this part." in first.css_first("[aria-labelledby=searched]").text()
    )
    assert first.css_first("a[rel=prev]") is None
    address = first.css_first("a[rel=next]").attributes["href"]
    assert address is not None and "stale_after=30" in address
    second = LexborHTMLParser(told.stranger.client.get(address).text)
    assert "Basin Council" in second.css_first("[aria-labelledby=searched]").text()
    assert [b.text() for b in second.css(".figures b")] == ["2", "1", "2", "3", "1", "1", "2"]
    assert second.css_first("a[rel=next]") is None and second.css_first("a[rel=prev]")


def test_common_ground_comes_issue_by_issue(told: Lake, monkeypatch: Any) -> None:
    whole = told.ada.get(f"{N}/common-ground", as_of=AS_OF).data
    monkeypatch.setattr("app.matrix.api.MOST_STATEMENTS", 2)
    parts = walk(told.stranger, f"/api/v1{N}/common-ground?as_of={AS_OF}")
    assert [issue for part in parts for issue in part["data"]["issues"]] == whole["issues"]
    assert [(len(p["data"]["issues"]), p["meta"]["total_issues"]) for p in parts] == [(1, 2)] * 2
    monkeypatch.setattr("app.analysis.common_ground_pages.ISSUES_A_PAGE", 1)
    first = told.stranger.page("/n/lake/common-ground", as_of=AS_OF)
    assert "Issues 1 to 1 of 2." in first.text
    address = LexborHTMLParser(first.text).css_first("a[rel=next]").attributes["href"]
    second = told.stranger.client.get(address or "").text
    titles = [re.findall(r'id="issue-([a-z]+)"', page) for page in (first.text, second)]
    assert titles == [["quota"], ["dam"]]


def test_cursors_of_other_lists_are_refused(told: Lake, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.matrix.api.MOST_CELLS", 3)
    cursor = told.stranger.get(f"{N}/matrix").meta["next"]
    for path in ("coverage", "common-ground", "agreement", "timeline", "changes"):
        assert told.stranger.get(f"{N}/{path}", cursor=cursor).faults == {"cursor"}, path
