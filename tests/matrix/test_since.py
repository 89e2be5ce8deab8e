"""Test what `since` marks: the kind of the last move.

Never marked as changed is what is new or of uncertain order.
"""

import csv
import io
from typing import Any

import openpyxl
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import quote
from tests.support.fixtures import Lake

SAID_BY_SOUTH = [quote(speaker={"name": "Tol Ibarra", "party": "south"})]


def mark(lake: Lake, **query: Any) -> tuple[bool, str | None]:
    cell = lake.stranger.cell(since="2024-05-10", **query)
    return cell["changed"], cell["move"]


def test_the_last_move_after_a_day_is_told(lake: Lake) -> None:
    assert mark(lake) == (False, None)
    lake.ada.state(stated_on="2024-05-09", firmness="demand")
    assert mark(lake) == (False, None)
    lake.ada.state(stated_on="2024-05-11", firmness="red_line")
    assert mark(lake) == (True, "hardened")
    lake.ada.state(stated_on="2024-05-12", attitudes={"q30": "prefers"})
    assert mark(lake) == (True, "moved")
    assert mark(lake, as_of="2024-05-11") == (True, "hardened")
    lake.ada.state(stated_on="2024-05-13", act="withdraws", attitudes={})
    assert mark(lake) == (True, "withdrawn")
    assert "move" not in lake.stranger.cell()


def test_first_words_are_new_whatever_was_said_of_the_party(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-09", quotes=SAID_BY_SOUTH)
    assert mark(lake) == (False, None)
    lake.ada.state(stated_on="2024-05-12", attitudes={"q20": "prefers"})
    assert mark(lake) == (True, "new")


def test_a_day_after_the_one_shown_marks_nothing(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-08")
    lake.ada.state(stated_on="2024-05-09", firmness="demand")
    assert mark(lake, as_of="2024-05-08") == (True, None)


def marked(lake: Lake, since: str = "2024-05-10", **query: Any) -> str:
    """Return what the matrix page says in the cell of north on the quota."""
    page = LexborHTMLParser(lake.stranger.page("/n/lake", since=since, **query).text)
    return " ".join(page.css_first("td[data-party=north][data-issue=quota] a.cell").text().split())


def test_pages_show_the_kind_and_say_what_it_means(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-09", quotes=SAID_BY_SOUTH)
    lake.ada.state(stated_on="2024-05-11", attitudes={"q20": "prefers"}, firmness="demand")
    assert marked(lake).endswith("new")
    assert (
        "no earlier position, or only what others said"
        in lake.stranger.page("/n/lake?since=2024-05-10").text
    )
    lake.ada.state(stated_on="2024-05-12", attitudes={"q20": "prefers"}, firmness="preference")
    assert marked(lake).endswith("softened")
    assert marked(lake, as_of="2024-05-11").endswith("new")
    assert marked(lake, since="2024-05-12").endswith("own words")
    for query in ("since=2024-05-10", "since=2024-05-12"):
        assert (
            "changed"
            not in LexborHTMLParser(lake.stranger.page(f"/n/lake?{query}").text)
            .css_first("main")
            .text()
        )


def test_the_pages_of_a_cell_an_issue_a_party_and_the_common_ground_mark_it_too(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-09", attitudes={"q20": "prefers"})
    lake.ada.state(stated_on="2024-05-12", attitudes={"q30": "prefers"})
    for page in ("cells/north/quota", "issues/quota", "parties/north", "common-ground"):
        marked, unmarked = (
            LexborHTMLParser(lake.stranger.page(f"/n/lake/{page}{query}").text).css(".badge")
            for query in ("?since=2024-05-10", "?since=2024-05-12")
        )
        assert {badge.text() for badge in marked} == {"moved"} and not unmarked, page


def test_what_hangs_on_an_uncertain_order_is_only_possible(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-04-01", attitudes={"q20": "prefers"})
    # Stated by 14 May, when its source was published.
    lake.ada.state(stated_on="2024-05", attitudes={"q30": "prefers"})
    lake.ada.state(stated_on="2024-05-12", attitudes={"q40": "prefers"})
    cell = lake.stranger.cell(since="2024-05-10")
    assert (cell["move"], len(cell["order_uncertain"])) == ("moved", 1)
    assert marked(lake).endswith("date imprecise (may be older) perhaps moved")
    over_time = LexborHTMLParser(lake.stranger.page("/n/lake/cells/north/quota").text).css(
        ".history li"
    )
    assert [" ".join(li.css_first("span").text().split()) for li in over_time] == [
        "perhaps moved from rank 1 to 3: prefers 40 %, date imprecise (may be older)",
        "prefers 30 %, date imprecise (may be newer)",
        "new: prefers 20 %",
    ]


def test_spreadsheets_tell_the_kind_too(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-09", firmness="demand")
    lake.ada.state(stated_on="2024-05-12", firmness="red_line")
    lake.ada.state("south", stated_on="2024-05-09")
    lake.ada.state("council", stated_on="2024-05-12")
    pins = "since=2024-05-10"

    def table(query: str) -> list[dict[str, str]]:
        return list(
            csv.DictReader(io.StringIO(lake.stranger.page(f"/n/lake/export.csv?{query}").text))
        )

    moves = {"north": ("true", "hardened"), "south": ("false", ""), "council": ("true", "new")}
    assert {r["party"]: (r["changed"], r["move"]) for r in table(pins)} == moves
    [quota, _] = table(f"{pins}&shape=matrix")
    assert quota["north"] == "prefers 40 % (red line, 12 May 2024, hardened after 10 May 2024)"
    assert quota["south"] == "prefers 40 % (unclear, 9 May 2024)"
    book = openpyxl.load_workbook(
        io.BytesIO(lake.stranger.page(f"/n/lake/export.xlsx?{pins}").content)
    )
    assert quota["north"] in [cell.value for row in book["Matrix"].iter_rows() for cell in row]
    for name in ("Positions", "Quotes"):
        head, *rows = book[name].values
        found = [dict(zip(head, row, strict=True)) for row in rows]
        assert {r["party"]: r["move"] for r in found} == {
            p: move or None for p, (_, move) in moves.items()
        }
    assert "move" not in table("")[0]
