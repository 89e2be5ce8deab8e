"""The matrix is walked in whole rows of one moment."""

import pytest

from app.matrix import api
from tests.support.factories import quote
from tests.support.fixtures import Lake

MATRIX = "/negotiations/lake/matrix"


@pytest.fixture
def windows(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Answer a matrix two rows at a time: six issues, three parties."""
    for n in range(4):
        assert (
            lake.ada.post(
                "/negotiations/lake/issues", {"slug": f"i{n}", "title": f"Issue {n}"}
            ).status
            == 201
        )
    monkeypatch.setattr(api, "MOST_CELLS", 7)
    return lake


@pytest.mark.parametrize("by", ["link", "cursor"])
def test_a_walk_in_whole_rows_is_of_one_moment(windows: Lake, by: str) -> None:
    query = {"party": ["north", "south", "council"]}
    answer = windows.stranger.get(MATRIX, **query)
    meta = answer.meta
    rows: list[str] = []
    while True:
        assert (answer.meta["total_cells"], answer.meta["as_of"]) == (18, meta["as_of"])
        assert (answer.meta["known_at"], answer.meta["revision"]) == (
            meta["known_at"],
            meta["revision"],
        )
        assert all(c["position"] is None for c in answer.data["cells"])
        assert len(answer.data["cells"]) == 6
        rows += [i["slug"] for i in answer.data["issues"]]
        if answer.meta["next"] is None:
            break
        # Meanwhile an issue is added at the top, and a statement moves the default day.
        windows.ada.post(
            "/negotiations/lake/issues", {"slug": f"top-{len(rows)}", "title": "Top", "order": -1}
        )
        windows.ada.state("south", "dam", quotes=[quote("every farmer")])
        if by == "cursor":
            answer = windows.stranger.get(MATRIX, **query, cursor=answer.meta["next"])
        else:
            address = answer.headers["link"].split(">")[0].removeprefix("</api/v1")
            assert "known_at=" in address and "as_of=" in address
            answer = windows.stranger.ask("GET", address)
    assert rows == ["quota", "dam", "i0", "i1", "i2", "i3"]


@pytest.mark.parametrize("cursor", ["x", "eyJhIjoxfQ", "WyJtYXRyaXgiLCJ4Il0"])
def test_a_cursor_is_ours(windows: Lake, cursor: str) -> None:
    refused = windows.stranger.get(MATRIX, cursor=cursor)
    assert (refused.status, refused.faults) == (422, {"cursor"})
