"""Test that long answers come in windows, which together say what one answer would."""

from itertools import combinations, pairwise
from typing import Any

import pytest

from app.analysis.agreement import IssueScale, agreement, compare, count_pairs, pairs_from
from tests.analysis.test_api import N, state
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.walks import walk


def read_all(desk: Desk, path: str) -> list[Any]:
    """Read all windows by `Link`, and hold that `meta.next` alone leads to the same ones."""
    address = f"/api/v1{N}/{path}"
    seen = walk(desk, address)
    for before, after in pairwise(seen):
        join = "&" if "?" in path else "?"
        bare = desk.client.get(f"{address}{join}cursor={before['meta']['next']}")
        assert bare.json()["data"] == after["data"]
    return seen


@pytest.mark.parametrize(("parties", "most", "of"), [(5, 3, 9), (9, 100, 4), (2, 1, 2), (30, 7, 2)])
def test_windows_of_pairs_have_every_pair_once(parties: int, most: int, of: int) -> None:
    names, seen = [f"p{n}" for n in range(parties)], list[tuple[str, str]]()
    while len(seen) < count_pairs(parties):
        window = pairs_from(names, len(seen), most=most, most_parties=of)
        assert 0 < len(window) <= most
        assert len({name for pair in window for name in pair}) <= max(of, 2)
        seen += window
    assert seen == list(combinations(names, 2))
    assert pairs_from(names, len(seen), most=most, most_parties=of) == []


def test_a_window_compares_as_all_together() -> None:
    scale = IssueScale("i", True, {"a": 1, "b": 1.5, "c": 4}, ["c"])
    held = {("x", "i"): "a", ("y", "i"): "b", ("z", "i"): "c", ("x", "gone"): "a"}
    pairs = agreement("xyz", [scale], held)
    assert [p.agreement for p in pairs] == [0.0, 0.0, 0.167]
    assert list(compare([("y", "z")], [scale], held)) == pairs[-1:]


def test_agreement_comes_in_windows_and_among_some_parties(lake: Lake, monkeypatch: Any) -> None:
    for n, party in enumerate(("north", "south", "council")):
        state(lake.ada, party, "q20" if n else "q40", "2024-01-01")
    everything = lake.ada.get(f"{N}/agreement").data["pairs"]
    monkeypatch.setattr("app.analysis.api.MOST_PAIRS", 2)
    windows = read_all(lake.stranger, "agreement")
    assert [len(w["data"]["pairs"]) for w in windows] == [2, 1]
    assert [pair for w in windows for pair in w["data"]["pairs"]] == everything
    assert {w["meta"]["total_pairs"] for w in windows} == {3}
    some = lake.ada.get(f"{N}/agreement", party=["council", "north"])
    assert some.data["pairs"] == [p for p in everything if p["parties"] == ["north", "council"]]
    assert some.meta["total_pairs"] == 1 and some.meta["next"] is None
    assert lake.stranger.get(f"{N}/agreement", party=["north"]).data["pairs"] == []
    assert lake.stranger.get(f"{N}/agreement", party=["north", "none"]).faults == {"party"}


def test_corrections_come_in_windows_beside_the_moves(lake: Lake, monkeypatch: Any) -> None:
    numbers = [state(lake.ada, "north", "q20", f"2024-01-0{day}") for day in (1, 2, 3)]
    for number in numbers:
        lake.ada.correct(number, summary="other words")
    lake.ada.correct(numbers[0], summary="more words")
    everything = lake.ada.get(f"{N}/changes").json
    monkeypatch.setattr("app.analysis.api.MOST", 2)
    monkeypatch.setattr("app.analysis.api.MOST_CORRECTIONS", 1)
    windows = read_all(lake.stranger, "changes")
    assert [len(w["data"]) for w in windows] == [2, 1, 0, 0]
    for part in ("data", "corrections"):
        assert [one for w in windows for one in w[part]] == everything[part]
    assert {w["meta"]["total_corrections"] for w in windows} == {4}


def test_a_cell_with_many_positions_goes_on_in_the_next_window(
    lake: Lake, monkeypatch: Any
) -> None:
    for day in range(1, 6):
        state(lake.ada, "north", "q20", f"2024-01-0{day}")
    state(lake.ada, "south", "q20", "2024-01-02")
    [north, south] = lake.ada.get(f"{N}/timeline", as_of="2024-01-04").data["cells"]
    assert [t["until"] for t in north["positions"]] == [
        "2024-01-02",
        "2024-01-03",
        "2024-01-04",
        None,
    ]
    monkeypatch.setattr("app.analysis.api.MOST", 2)
    windows = read_all(lake.stranger, "timeline?as_of=2024-01-04")
    parts = [cell for w in windows for cell in w["data"]["cells"]]
    assert [len(w["data"]["cells"]) for w in windows] == [1, 1, 1]
    assert [t for c in parts if c["party"] == "north" for t in c["positions"]] == north["positions"]
    assert parts[-1] == south
