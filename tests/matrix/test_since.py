"""What `since` marks: the kind of the last move, and never as a change what is new or of uncertain order."""

from typing import Any

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
