"""Test the numbers of the first page: counted once, and then what changed is added."""

import re
from typing import Any

import pytest

from app.negotiations import overview
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.plans import sent_to


def numbers(lake: Lake, **query: str) -> list[int]:
    """Return the numbers of positions and quotes of the lake, as the first page says them."""
    text = re.sub(r"<[^>]+>|\s+", " ", lake.stranger.page("/", **query).text)
    found = re.search(r"(\d+) +positions? .*?(\d+) +quotes?", text)
    return [int(number) for number in found.groups()] if found else []


def counted(lake: Lake) -> tuple[list[int], list[int], int]:
    """Return them as the process adds them up and as a fresh one counts; and the counts made."""
    with sent_to(lake.app.state.engine) as sent:
        added = numbers(lake)
    made = sum(each.text == overview.COUNTS._text for each in sent)
    info: dict[str, Any] = lake.app.state.sessions.kw["info"]
    kept = info.pop("memory")
    whole = numbers(lake, known_at=lake.stranger.known_now())
    info["memory"] = kept
    return added, whole, made


@pytest.mark.parametrize(("most", "counts"), [(2_000, 0), (0, 1)])
def test_what_changed_is_added(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, most: int, counts: int
) -> None:
    monkeypatch.setattr(overview, "MOST_CHANGES", most)
    first = lake.ada.state(quotes=[quote(), quote("forty per cent")])["id"]
    assert counted(lake)[:2] == ([1, 2], [1, 2])
    second = lake.ada.state("south", "dam")["id"]
    other = lake.ada.get("/positions/" + str(first)).data["quotes"][0]["id"]
    for change, expected in (
        (lambda: None, [2, 3]),
        (lambda: lake.ada.draft(), [2, 3]),
        (lambda: lake.ada.correct(first, quotes=[{"id": other}]), [2, 3]),
        (lambda: lake.ada.retract(second, "No."), [1, 2]),
        (lambda: lake.ada.patch(f"/positions/{second}", {"status": "published", "reason": "Yes"}),
         [2, 3]),
    ):  # fmt: skip
        change()
        added, whole, made = counted(lake)
        assert added == whole == expected
        assert made <= counts
