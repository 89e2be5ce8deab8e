"""Test that dear questions wait apart, and never hold up a save, other readers or the checks."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.http.dear import Lines, TakeTurns, client_of, is_dear
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.patience import PATIENCE

DEAR = "/n/lake/coverage"
LOOK = {"party": "north", "issue": "dam", "looked_on": "2024-06-01", "where": "archive"}
QUESTION = "/n/lake?as_of=2025-03-01"


class Held:
    """All places of dear work, which nobody else gets before they are given back."""

    def __init__(self, lake: Lake) -> None:
        self.lines: Lines = lake.app.state.lines
        client = lake.stranger.client
        assert client.portal is not None
        self.portal = client.portal
        self.places = [self.lines.dear.place("other") for _ in range(self.lines.dear.free)]
        for place in self.places:
            self.portal.call(place.__aenter__)

    def give_back(self) -> None:
        """Give them back."""
        while self.places:
            self.portal.call(self.places.pop().__aexit__, None, None, None)

    def waiting(self, many: int) -> bool:
        """Wait until so many wait in line."""
        for _ in range(PATIENCE * 100):
            if self.lines.dear.waiting == many:
                return True
            time.sleep(0.01)
        return False


@pytest.fixture
def held(lake: Lake) -> Iterator[Held]:
    """Hold all places of dear work."""
    made = Held(lake)
    yield made
    made.give_back()


def ask(desk: Desk, path: str) -> int:
    return int(desk.client.get(path).status_code)


def test_dear_questions_wait_and_others_do_not(lake: Lake, held: Held) -> None:
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(ask, lake.stranger, path) for path in (DEAR, QUESTION)]
        try:
            assert held.waiting(2)
            for path in ("/healthz", "/readyz", "/n/lake", "/api/v1/negotiations/lake/matrix"):
                assert ask(lake.stranger, path) == 200, path
            assert lake.ada.post("/negotiations/lake/looks", LOOK).status == 201
            assert not any(each.done() for each in asked)
        finally:
            held.give_back()
        assert [each.result(PATIENCE) for each in asked] == [200, 200]


def test_too_many_are_refused_for_a_while(
    lake: Lake, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held.lines.dear, "most_waiting", 0)
    refused = lake.stranger.client.get(DEAR)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["x-request-id"]
    api = lake.stranger.client.get("/api/v1/negotiations/lake/agreement")
    assert (api.status_code, api.headers["content-type"]) == (503, "application/problem+json")
    assert lake.ada.post("/negotiations/lake/looks", LOOK).status == 201


def test_reading_by_strangers_leaves_connections_free(lake: Lake) -> None:
    lines: Lines = lake.app.state.lines
    assert lines.reading.free + lines.dear.free + 2 < lake.app.state.settings.pool_size


@pytest.mark.parametrize(
    ("address", "stranger", "signed_in"),
    [
        ("/n/lake", False, False),
        ("/n/lake?as_of=2025-01-01", True, False),
        ("/api/v1/negotiations/lake/matrix?known_at=2025-01-01T00:00:00Z", True, False),
        ("/n/lake/cells/north/dam?as_of=2025-01-01", False, False),
        ("/positions/1?known_at=2025-01-01T00:00:00Z", False, False),
        ("/n/lake/export.csv", True, True),
        ("/n/lake/export/edges.csv", True, True),
        ("/api/v1/negotiations/lake/agreement", True, True),
        ("/n/lake/changes.csv", True, True),
        ("/n/lake/packages", True, True),
        ("/api/v1/negotiations/lake/packages", True, True),
        ("/n/lake/contradictions", True, True),
        ("/api/v1/negotiations/lake/contradictions", True, True),
        ("/n/lake/picture.svg", True, True),
        ("/n/lake/cells/north/dam/picture.png", True, True),
        ("/n/lake/releases/1/cite.txt", False, False),
        ("/n/lake/what-comes-next-year", True, False),  # not known: stands in the longer line
        ("/n/lake/desk/1", True, False),
    ],
)
def test_what_is_dear(address: str, stranger: bool, signed_in: bool) -> None:
    path, _, query = address.partition("?")
    assert is_dear(path, query.encode(), signed_in=False) is stranger
    assert is_dear(path, query.encode(), signed_in=True) is signed_in


def test_only_a_sign_in_that_was_found_passes_by(lake: Lake) -> None:
    lines: Lines = lake.app.state.lines
    assert lake.ada.token is not None
    assert not lines.is_signed_in("invented")
    lake.stranger.client.get("/n/lake", headers={"Authorization": "Bearer invented"})
    assert not lines.is_signed_in("invented")
    lake.ada.get("/positions")
    assert lines.is_signed_in(lake.ada.token)
    lines.note_signed_in(lake.ada.token, valid=False)
    assert not lines.is_signed_in(lake.ada.token)


def test_the_memory_of_sign_ins_is_bounded() -> None:
    lines = Lines(10)
    for number in range(2_000):
        lines.note_signed_in(str(number), valid=True)
    assert lines.is_signed_in("1999") and not lines.is_signed_in("1")


@pytest.mark.parametrize(
    ("client", "named"),
    [
        (("192.0.2.7", 5), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 5), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.7", 5), "192.0.2.7"),  # as a socket for both versions gives it
        (("testclient", 5), "testclient"),
        (None, ""),
    ],
)
def test_a_client_is_its_address(client: tuple[str, int] | None, named: str) -> None:
    assert client_of({"client": client}) == named


def test_a_place_is_free_while_the_answer_is_sent() -> None:
    lines, sent = Lines(10), asyncio.Event()

    class State:
        def __init__(self) -> None:
            self.state = self
            self.lines = lines

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        assert lines.dear.free == 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert lines.dear.free == 2
        sent.set()

    async def ignored(_message: Any = None) -> Any:
        return {}

    scope = {"type": "http", "method": "GET", "path": DEAR, "query_string": b"", "headers": [],
             "app": State(), "client": ("192.0.2.7", 5)}  # fmt: skip
    asyncio.run(TakeTurns(answer, secure=False)(scope, ignored, ignored))
    assert sent.is_set() and lines.dear.free == 2
