"""Test rule 6 of docs/rules.md with two transactions open at once.

Numbers and instants agree with the order of commits.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from app.core.clock import instant
from tests.support.factories import position
from tests.support.fixtures import Lake
from tests.support.waiting import Started, log_held
from tests.support.worlds import connect


@contextmanager
def writer(lake: Lake, minutes_ahead: int = 0) -> Iterator[psycopg.Connection]:
    """Yield a writer that has drawn its number and renamed the north, and has not committed."""
    with log_held(lake) as held:
        if minutes_ahead:  # no writer may do that, but a clock that is set back looks like it
            held.execute("SET LOCAL session_replication_role = replica")
        held.execute(
            "INSERT INTO log_commit (seq, at, previous, hash) SELECT seq + 1, "
            "greatest(clock_timestamp(), at + interval '1 microsecond') + %s * interval '1 minute',"
            " hash, sha256(hash) "
            "FROM log_commit ORDER BY seq DESC LIMIT 1",
            [minutes_ahead],
        )
        held.execute(
            "INSERT INTO log_revision "
            "(seq, n, kind, object_id, version, action, public, format, snapshot, payload_hash) "
            "SELECT (SELECT max(seq) FROM log_commit), 0, kind, object_id, version + 1,"
            " 'corrected', public, format, "
            "jsonb_set(snapshot, '{name}', '\"Renamed\"'), payload_hash FROM log_revision "
            "WHERE kind = 'party' AND object_id = 1"
        )
        held.execute(
            "UPDATE log_holding SET seq_to = (SELECT max(seq) FROM log_commit) WHERE kind = 'party'"
            " AND object_id = 1"
        )
        held.execute(
            "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public) "
            "SELECT max(seq), 0, 9223372036854775807, 'party', 1, true FROM log_commit"
        )
        yield held


def now_here(lake: Lake) -> str:
    with connect(lake.database.url) as connection:
        return instant(connection.execute("SELECT clock_timestamp()").fetchone()[0])


def test_a_writer_that_has_drawn_its_number_keeps_a_later_one_waiting(lake: Lake) -> None:
    newest = lake.stranger.get("/negotiations/lake").meta["revision"]
    with writer(lake) as first:
        second = Started(lambda: lake.ada.post("/positions", position()))
        assert second.waits()
        # Readers of the newest state do not wait.
        assert lake.stranger.get("/negotiations/lake").meta["revision"] == newest
        first.commit()
        got = second.result()
    assert (got.status, got.meta["revision"]) == (201, newest + 2)


def test_a_reader_of_an_instant_after_the_newest_entry_waits_and_then_sees_the_writer(
    lake: Lake,
) -> None:
    with writer(lake) as first:
        known_at = now_here(lake)
        paths = (
            "/parties/north",
            "/negotiations/lake/matrix",
            "/positions",
            "/negotiations/lake/common-ground",
        )
        readers = [
            Started(lambda p=path: lake.stranger.get(p, known_at=known_at)) for path in paths
        ]
        assert all(reader.waits(0.1) for reader in readers)
        first.commit()
        renamed, *others = [reader.result() for reader in readers]
    assert renamed.data["name"] == "Renamed"
    assert [other.status for other in others] == [200, 200, 200]
    assert lake.stranger.get("/parties/north", known_at=known_at).raw_data == renamed.raw_data


def test_a_reader_whose_writer_gives_up_sees_nothing_of_it(lake: Lake) -> None:
    with writer(lake) as first:
        known_at = now_here(lake)
        reader = Started(lambda: lake.stranger.get("/parties/north", known_at=known_at))
        assert reader.waits()
        first.rollback()
        assert reader.result().data["name"] == "Northshore"


def test_a_reader_does_not_wait_for_an_instant_that_is_settled(lake: Lake) -> None:
    settled = lake.stranger.known_now()
    with writer(lake):  # a reader that waited for this writer would get 503
        assert lake.stranger.get("/parties/north", known_at=settled).data["name"] == "Northshore"


def test_who_has_waited_long_enough_is_told_to_ask_again(lake: Lake) -> None:
    with writer(lake):
        known_at, began = now_here(lake), time.monotonic()
        got = lake.stranger.get("/negotiations/lake/matrix", known_at=known_at)
        assert (got.status, got.headers["content-type"]) == (503, "application/problem+json")
        assert int(got.headers["retry-after"]) >= 1
        assert time.monotonic() - began > 1.9
        page = lake.stranger.page("/n/lake", known_at=known_at)
        assert (page.status_code, page.headers["retry-after"]) == (503, got.headers["retry-after"])


def test_what_it_waits_with_is_given_back(lake: Lake) -> None:
    with writer(lake):
        assert lake.stranger.get("/parties", known_at=now_here(lake)).status == 503
    assert lake.ada.post("/positions", position()).status == 201
    assert lake.stranger.get("/parties", known_at=now_here(lake)).status == 200
    with connect(lake.database.owner_url) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        ).fetchone()
    assert left == (0,)


def test_instants_grow_although_the_clock_goes_back(lake: Lake) -> None:
    # As if the clock was put back ten minutes after this commit.
    with writer(lake, minutes_ahead=10) as ahead:
        ahead.commit()
    at = [lake.ada.state()["recorded_at"] for _ in range(3)]
    assert at == sorted(set(at))
    assert datetime.fromisoformat(at[0]) > datetime.now(UTC) + timedelta(minutes=9)
    for known_at, ids in zip(at, ([1], [1, 2], [1, 2, 3]), strict=True):
        got = lake.stranger.get("/positions", known_at=known_at, sort="recorded_at")
        assert (got.status, [p["id"] for p in got.json["data"]]) == (200, ids)


def test_all_entries_of_a_commit_share_its_instant(lake: Lake) -> None:
    lake.ada.state(
        quotes=[{"source_id": 1, "exact": "every farmer", "speaker": {"name": "Somebody New"}}]
    )
    with connect(lake.database.url) as connection:
        kinds = connection.execute(
            "SELECT kind FROM log_revision WHERE seq = (SELECT max(seq) FROM log_commit) ORDER BY n"
        ).fetchall()
    assert kinds == [("speaker",), ("position",)]


@pytest.mark.parametrize(
    "path", ["/negotiations", "/negotiations/lake/matrix", "/positions", "/sources/1", "/parties"]
)
def test_the_future_is_not_known(lake: Lake, path: str) -> None:
    for text in ("2999-01-01T00:00:00Z", instant(datetime.now(UTC) + timedelta(minutes=1))):
        refused = lake.stranger.get(path, known_at=text)
        assert (refused.status, refused.faults) == (422, {"known_at"})


def test_before_everything_there_was_nothing(lake: Lake) -> None:
    lake.ada.state()
    with connect(lake.database.url) as connection:
        [first] = connection.execute("SELECT min(at) FROM log_commit").fetchone() or [None]
    for known_at in ("2001-01-01T00:00:00Z", instant(first)):
        for path in (
            "/negotiations/lake", "/negotiations/lake/matrix", "/negotiations/lake/common-ground",
            "/parties/north", "/negotiations/lake/parties/north", "/negotiations/lake/issues/quota",
            "/sources/1", "/speakers/1", "/positions/1", "/positions/1/versions",
            "/positions/1/versions/1", "/quotes/1",
        ):  # fmt: skip
            assert lake.stranger.get(path, known_at=known_at).status == 404, path
        for path in (
            "/n/lake",
            "/n/lake/cells/north/quota",
            "/positions/1",
            "/quotes/1",
            "/sources/1",
        ):
            assert lake.stranger.page(path, known_at=known_at).status_code == 404, path
        for path in ("/negotiations", "/parties", "/speakers", "/sources", "/positions"):
            assert lake.stranger.get(path, known_at=known_at).data == [], path


def ask(lake: Lake, text: str) -> Any:
    return lake.stranger.get("/negotiations", known_at=text)


def test_an_instant_is_read_in_any_offset(lake: Lake) -> None:
    known_at = lake.stranger.known_now()
    at = datetime.fromisoformat(known_at)
    eastern = at.astimezone(
        tz=datetime.fromisoformat("2000-01-01T00:00:00+14:00").tzinfo
    ).isoformat()
    assert ask(lake, eastern).meta["known_at"] == known_at
    for text in ("yesterday", "2024-05-14", known_at.removesuffix("Z"), "2024-13-01T00:00:00Z", ""):
        refused = ask(lake, text)
        assert (refused.status, refused.faults) == (422, {"known_at"}), text
