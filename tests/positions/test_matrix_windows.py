"""Test that the matrix needs a fixed number of SQL statements, whatever its size.

Windows have whole rows of one moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.matrix import api
from tests.support.factories import position, quote
from tests.support.fixtures import Lake

MATRIX = "/negotiations/lake/matrix"


@contextmanager
def statements(lake: Lake) -> Iterator[list[str]]:
    """Record the statements that are sent to the database while the block runs."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    engine = lake.app.state.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def cost(lake: Lake, path: str) -> int:
    with statements(lake) as found:
        got = lake.ada.browse("GET", path)
    assert got.status_code == 200, got.text[:500]
    return len(found)


def enlarge(lake: Lake) -> None:
    """Make a matrix of 12 x 20 cells, many of them filled, with speakers, sources and looks."""
    for n in range(9):
        lake.ada.party(f"p{n}", "lake")
    for n in range(18):
        options = [{"slug": f"o{n}{i}", "label": "x", "rank": i} for i in range(3)]
        body = {"slug": f"i{n}", "title": f"Issue {n}", "ordered": True, "options": options}
        assert lake.ada.post("/negotiations/lake/issues", body).status == 201
        source = lake.ada.source()["id"]
        said = quote("words", source, speaker={"office": f"Clerk {n}"})
        body = position(
            f"p{n % 9}", f"i{n}", attitudes={f"o{n}1": "prefers"}, quotes=[said, quote()]
        )
        assert lake.ada.post("/positions", body).status == 201
        look = {"party": "council", "issue": f"i{n}", "looked_on": "2024-06-01"}
        assert lake.ada.post("/negotiations/lake/looks", look).status == 201


ADDRESSES = (
    "/n/lake",
    "/n/lake?since=2024-01-01&firmness=demand&q=forty",
    "/n/lake/common-ground",
    "/api/v1/negotiations/lake",
    "/api/v1/negotiations/lake/matrix",
    "/api/v1/negotiations/lake/common-ground",
    "/api/v1/positions",
    "/api/v1/speakers",
    "/api/v1/negotiations/lake/parties",
    "/api/v1/negotiations/lake/issues",
)


def test_the_number_of_statements_does_not_grow(lake: Lake, subtests: pytest.Subtests) -> None:
    lake.ada.state(firmness="demand", quotes=[quote("forty per cent", speaker="Mara Venn")])
    lake.ada.post(
        "/negotiations/lake/looks", {"party": "south", "issue": "dam", "looked_on": "2024-06-01"}
    )
    for address in ADDRESSES:
        cost(lake, address)  # runs the statements that a process sends only once
    small = {address: cost(lake, address) for address in ADDRESSES}
    enlarge(lake)
    for address in ADDRESSES:
        with subtests.test(address):
            assert cost(lake, address) == small[address] < 25


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
