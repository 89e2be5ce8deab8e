"""Test the stream that the open pages of a negotiation follow, on real servers."""

import contextlib
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.feeds.test_events import Database, Ear, Live, live
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.patience import PATIENCE
from tests.support.processes import Running, running

__all__ = ["live"]


class Follower(Ear):
    """A page that follows a negotiation."""

    def __init__(self, url: str, known: str | None = None, **query: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        query = {"negotiation": "lake", **query}
        headers = {"Last-Event-ID": known} if known else {}
        self.connection.request("GET", f"/api/v1/events?{urlencode(query)}", headers=headers)
        self.answer = self.connection.getresponse()

    def change(self) -> dict[str, str]:
        """Return the next event that is not only a sign of life; nothing at the end."""
        while (found := self.event()).get("event") == "alive":
            pass
        return found


@contextlib.contextmanager
def following(url: str, known: str | None = None, **query: str) -> Iterator[Follower]:
    made = Follower(url, known, **query)
    try:
        yield made
    finally:
        made.connection.close()


def cursor_of_page(desk: Desk, path: str = "/n/lake") -> str:
    """Return the cursor from which a page goes on."""
    return desk.page(path).text.split('data-cursor="')[1].split('"')[0]


@pytest.mark.parametrize(
    "path", ["/n/lake", "/n/lake/cells/north/quota", "/n/lake/issues/quota", "/n/lake/coverage"]
)
def test_a_page_is_told_what_came_after_it_and_nothing_else(live: Live, path: str) -> None:
    live.lake.ada.state()
    cursor = cursor_of_page(live.lake.stranger, path)
    with following(live.url, after=cursor, wait="false") as page:
        assert page.change() == {}
    with following(live.url, after=cursor) as page:
        live.lake.ada.draft("south", summary="private")
        live.lake.ada.state("south", "dam")
        told = page.change()
        assert told["event"] == "change"
        assert (
            json.loads(told["data"])["revision"]
            == live.lake.ada.get("/search", q="x").meta["revision"]
        )
        live.lake.ada.retract(1)
        assert page.change()["id"] != told["id"]
    with following(live.url, cursor) as page:
        assert page.change()["event"] == "change"


def test_another_negotiation_and_drafts_tell_nothing(live: Live) -> None:
    ada = live.lake.ada
    ada.post("/negotiations", {"slug": "sea", "title": "The sea"})
    cursor = cursor_of_page(live.lake.stranger)
    ada.draft(summary="private")
    ada.patch("/negotiations/sea", {"summary": "New"})
    with following(live.url, after=cursor) as page:
        ada.state(summary="public")
        told = page.change()
    # Only one event, for the last of three changes.
    with following(live.url, told["id"], wait="false") as page:
        assert page.change() == {}


def test_names_sources_and_code_books_are_news(live: Live) -> None:
    ada = live.lake.ada
    ada.state()
    for path, change in (
        ("/parties/north", {"name": "Far Northshore"}),
        ("/sources/1", {"title": "Another title"}),
        ("/negotiations/lake/issues/quota", {"title": "Another quota"}),
        ("/negotiations/lake", {"title": "Another lake"}),
    ):
        cursor = cursor_of_page(live.lake.stranger)
        assert ada.patch(path, change).status == 200
        with following(live.url, after=cursor) as page:
            assert page.change()["event"] == "change", path


def test_a_cursor_of_another_database_is_told_at_once(live: Live) -> None:
    for known in ("zz", "W10", cursor_of_page(live.lake.stranger)[::-1]):
        with following(live.url, after=known, wait="false") as page:
            assert page.change()["event"] == "change"


def test_what_there_is_not_is_refused(lake: Lake) -> None:
    assert lake.stranger.get("/events", negotiation="sea").status == 404
    assert lake.stranger.get("/events", negotiation="lake", colour="red").faults == {"colour"}
    assert lake.stranger.get("/events", negotiation="LAKE").faults == {"negotiation"}


def post(server: Running, token: str, summary: str) -> None:
    body = {
        "negotiation": "lake", "party": "north", "issue": "quota", "summary": summary,
        "attitudes": {"q40": "prefers"}, "stated_on": "2024-05-14",
        "quotes": [{"source_id": 1, "exact": "We accept forty per cent and not one drop less"}],
    }  # fmt: skip
    status, answer = server.ask(
        "/api/v1/positions", "POST", json.dumps(body),
        Authorization=f"Bearer {token}", Content_Type="application/json",
    )  # fmt: skip
    assert status == 201, answer


def test_two_processes_and_a_restart_lose_nothing_and_tell_nothing_twice(
    lake_database: Database, tmp_path: Path
) -> None:
    server, secrets = lake_database
    settings = {"DATABASE_URL": server.url, "PARLEY_DRAIN_SECONDS": "0.3"}
    token = secrets["ada"][0]
    with running(tmp_path, **settings) as writes:
        with running(tmp_path, **settings) as tells:
            cursor = tells.ask("/n/lake")[1].decode().split('data-cursor="')[1].split('"')[0]
            told = []
            with following(tells.url, after=cursor) as page:
                for n in range(3):
                    post(writes, token, f"the {n}th")
                    told.append(page.change()["id"])
                tells.terminate()
                assert page.change() == {}
        post(writes, token, "while it was away")
        with (
            running(tmp_path, port=tells.port, **settings) as again,
            following(again.url, told[-1]) as page,
        ):
            told.append(page.change()["id"])
            post(writes, token, "at last")
            told.append(page.change()["id"])
            with following(writes.url, told[-1], wait="false") as other:
                assert other.change() == {}
    assert len(set(told)) == 5


def test_one_connection_serves_many_and_a_slow_reader_holds_up_nobody(live: Live) -> None:
    cursor = cursor_of_page(live.lake.stranger)
    with contextlib.ExitStack() as stack:
        pages = [stack.enter_context(following(live.url, after=cursor)) for _ in range(30)]
        # The first never reads.
        live.lake.ada.state()
        assert len({page.change()["id"] for page in pages[1:]}) == 1
        live.lake.ada.state("south")
        assert len({page.change()["id"] for page in pages[1:]}) == 1
