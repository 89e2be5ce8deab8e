"""Test the day up to which sources are read: a promise of the editors.

No statement moves it, and no page makes it look wrong.
"""

import pytest

from tests.support.factories import WORDS, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet

PROMISE = "sources read up to 10 May 2024"
ONWARD = "/n/lake/code-book/negotiation?coded_through=2024-05-14#field-coded_through"


@pytest.fixture
def promised(lake: Lake) -> Lake:
    """Set the day up to which the lake's sources are read to 10 May 2024."""
    assert lake.ada.patch("/negotiations/lake", {"coded_through": "2024-05-10"}).status == 200
    return lake


def read(lake: Lake, path: str) -> str:
    """Return all words of a page as a stranger reads it."""
    return Sheet.read(lake.stranger, lake.stranger.page(path)).text("main").replace(" ,", ",")


def test_a_later_statement_is_said_to_be_only_part_of_what_was_said(promised: Lake) -> None:
    lake = promised
    lake.ada.state(
        "south", "dam", attitudes={}, stated_on="2024-05-10", quotes=[quote(said_on="2024-05-10")]
    )
    before = read(lake, "/n/lake")
    assert PROMISE in before and "in part" not in before
    assert "later sources not yet" in read(lake, "/n/lake?as_of=2024-06-01")
    lake.ada.state(stated_on="2024-05-14")
    assert f"{PROMISE}, later sources only in part" in read(lake, "/n/lake")
    assert "10 May 2024, later sources only in part" in read(lake, "/n/lake/about")
    assert "later sources not yet" not in read(lake, "/n/lake?as_of=2024-06-01")


def test_an_editor_is_offered_the_day_and_nothing_moves_by_itself(promised: Lake) -> None:
    lake = promised
    sheet = Sheet.open(lake.ada, "/n/lake/positions/new", party="north", issue="quota", source="1")
    said = {"q__0__exact": WORDS, "summary": "It stays", "stated_on": "14 May 2024"}
    draft = sheet.send("draft", **said)
    assert not draft.follow().html.css(f'a[href="{ONWARD}"]')
    saved = Sheet.open(lake.ada, f"/positions/{draft.number}/correct").send("publish").follow()
    assert "10 May 2024" in saved.text(".notice")
    assert saved.html.css(f'.notice a[href="{ONWARD}"]')
    proposed = Sheet.open(lake.ada, ONWARD.partition("#")[0])
    assert proposed.values["coded_through"] == "2024-05-14"
    assert lake.stranger.get("/negotiations/lake").data["coded_through"] == "2024-05-10"
    assert not Sheet.open(lake.stranger, "/n/lake").html.css(f'a[href="{ONWARD}"]')
    assert Sheet.open(lake.ada, "/n/lake").html.css(f'a[href="{ONWARD}"]')
