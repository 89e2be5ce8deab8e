"""Test rule 7 of docs/rules.md: silence is data, and no filter makes a cell look silent."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import OTHER_WORDS, quote
from tests.support.fixtures import Lake

LOOKS = "/negotiations/lake/looks"


def look(
    party: str = "north", issue: str = "quota", looked_on: str = "2024-06-01", **more: Any
) -> dict[str, Any]:
    return {"party": party, "issue": issue, "looked_on": looked_on, **more}


def silence(lake: Lake, *cell: str, **query: Any) -> tuple[str | None, Any]:
    got = lake.stranger.cell(*cell, **query)
    return got["silence"], got.get("look")


def test_searched_and_never_looked_at_are_told_apart(lake: Lake) -> None:
    assert silence(lake) == ("never_searched", None)
    assert lake.ada.post(LOOKS, look(where="the archive")).status == 201
    lake.ada.post(LOOKS, look(looked_on="2024-05-01", where="older, noted later"))
    # A look counts at every as_of, and the newest is shown.
    for as_of in (
        "2024-01-01",
        "2024-12-31",
    ):
        found = {"looked_on": "2024-06-01", "where": "the archive"}
        assert silence(lake, as_of=as_of) == ("searched", found)
    assert silence(lake, "south") == ("never_searched", None)
    lake.ada.state()
    assert silence(lake) == (None, None)
    assert silence(lake, as_of="2024-05-13")[0] == "searched"


def test_a_cell_never_borrows_a_position(lake: Lake) -> None:
    lake.ada.state("north", "quota")
    cells = lake.stranger.get("/negotiations/lake/matrix").data["cells"]
    assert len(cells) == 6
    assert [(c["party"], c["issue"]) for c in cells if c["position"]] == [("north", "quota")]
    assert all(
        c["silence"] == "never_searched" and c["positions_count"] == 0
        for c in cells
        if not c["position"]
    )


def test_a_draft_leaves_a_cell_silent(lake: Lake) -> None:
    lake.ada.draft()
    for desk in lake.desks.values():
        assert desk.cell()["silence"] == "never_searched"


def test_a_position_that_is_only_possible_is_not_stated(lake: Lake) -> None:
    number = lake.ada.state(stated_on="2024-03")["id"]
    cell = lake.stranger.cell(as_of="2024-03-30")
    assert (cell["position"], cell["possible"], cell["positions_count"]) == (None, [number], 0)
    assert cell["silence"] == "never_searched"


@pytest.mark.parametrize("searched", [False, True])
def test_a_cell_whose_position_is_only_possible_says_when_it_was_said(
    lake: Lake, searched: bool
) -> None:
    lake.ada.state("south", stated_on="2024-03-01")
    number = lake.ada.state(stated_on="2024-03")["id"]
    if searched:
        assert lake.ada.post(LOOKS, look(looked_on="2024-03-02")).status == 201
    part_of_coverage = "searched" if searched else "never"
    for path, part in (
        ("/n/lake", "td[data-party=north][data-issue=quota]"),
        ("/n/lake?transpose=1", "td[data-party=north][data-issue=quota]"),
        ("/n/lake/cells/north/quota", "main"),
        ("/n/lake/issues/quota", ".stand.quiet"),
        ("/n/lake/parties/north", ".stand.quiet:has(a)"),
        ("/n/lake/coverage", f"section[aria-labelledby={part_of_coverage}] ul li"),
    ):
        found = LexborHTMLParser(lake.stranger.page(path, as_of="2024-03-13").text).css_first(part)
        said = " ".join(found.text(separator=" ").split())
        assert "said some time in March 2024" in said, path
        assert path == "/n/lake/coverage" or found.css_first(f'a[href="/positions/{number}"]'), path
        for silent in (
            "not yet looked",
            "Nobody has looked",
            "nothing found",
            "nothing was found",
            "No position is",
        ):
            assert silent not in said, path
        assert "never" not in (found.attributes.get("class") or "")
    wide = lake.stranger.page("/n/lake/export.csv", shape="matrix", as_of="2024-03-13").text
    assert "quota,Water quota,,said some time in March 2024," in wide
    cell = lake.stranger.cell(as_of="2024-03-13")
    assert (cell["possible"], cell["possible_stated_on"]) == ([number], ["2024-03"])
    assert cell["silence"] == ("searched" if searched else "never_searched")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"firmness": "red_line"}, [("north", "quota")]),
        ({"firmness": ["red_line", "demand"]}, [("north", "quota"), ("south", "quota")]),
        ({"firmness": "open"}, []),
        ({"q": "farmer"}, [("south", "quota")]),
        ({"q": "zebrawood"}, []),
        ({"q": "farmer", "firmness": "red_line"}, []),
        # Party and issue select columns and rows, silent cells included.
        ({"party": "council"}, [("council", "quota"), ("council", "dam")]),
        ({"party": ["south", "council"], "issue": "dam"}, [("south", "dam"), ("council", "dam")]),
        ({"issue": "dam", "firmness": "red_line"}, []),
    ],
    ids=str,
)
def test_a_filter_hides_cells_and_silences_none(lake: Lake, query: Any, shown: list[Any]) -> None:
    # No longer current, so no filter finds it.
    lake.ada.state("north", firmness="demand", stated_on="2024-05-01")
    lake.ada.state("north", firmness="red_line")
    lake.ada.state("south", firmness="demand", quotes=[quote(OTHER_WORDS)])
    cells = lake.stranger.get("/negotiations/lake/matrix", **query).data["cells"]
    assert [(c["party"], c["issue"]) for c in cells] == shown
    if "firmness" in query or "q" in query:
        assert all(c["position"] for c in cells)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"party": "north", "issue": "quota"}, {"/looked_on"}),
        ({"issue": "quota", "looked_on": "2024-06-01"}, {"/party"}),
        (look(party="nobody"), {"/party"}),
        (look(issue="nothing"), {"/issue"}),
        (look(looked_on="2024-06"), {"/looked_on"}),
        (look(looked_on=None), {"/looked_on"}),
        (look(by="somebody else"), {"/by"}),
    ],
    ids=str,
)
def test_a_look_says_when_and_where(lake: Lake, body: Any, where: set[str]) -> None:
    refused = lake.ada.post(LOOKS, body)
    assert (refused.status, refused.faults) == (422, where)


def test_looks_are_listed_with_who_looked(lake: Lake) -> None:
    made = lake.bo.post(LOOKS, look(where="the archive"))
    [listed] = lake.stranger.get(LOOKS).data
    assert listed == made.data
    assert (listed["by"], listed["looked_on"], listed["where"]) == (
        "bo",
        "2024-06-01",
        "the archive",
    )
    assert listed["uid"]
