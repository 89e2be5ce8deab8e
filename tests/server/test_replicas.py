"""Test that strangers read from replicas, and never get anything else than from the primary."""

import itertools
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.http.replicas import Replicas
from app.main import create_app
from app.settings import Settings
from tests.http.test_wide import VALUES
from tests.support.pairs import Pair, paired, state, wait_for_standbys
from tests.support.processes import Running, running
from tests.support.routes import fill, routes
from tests.support.waiting import wait_until
from tests.support.worlds import connect

MATRIX = "/api/v1/negotiations/lake/matrix"
LAKE_VALUES = {"slug": "lake", "party": "north", "issue": "quota", "option": "q40", "image": "svg"}
SAME = {"X-Request-ID": "0123456789abcdef0123456789abcdef"}
NOT_OF_THE_LOG = ("/metrics", "/readyz", "/healthz", "/api/v1/events", "/login", "/static")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Run a primary that waits for nobody, and a standby."""
    with paired(tmp_path_factory.mktemp("pair")) as made:
        wait_for_standbys(made.one, "")
        yield made


@pytest.fixture(scope="module")
def serving(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve with both servers as replicas, as after many changes of places."""
    folder = tmp_path_factory.mktemp("serving")
    with running(folder, DATABASE_URL=pair.both, DATABASE_READ_URL=pair.both) as made:
        yield made


numbers = itertools.count()


AWAY = b"the database that takes changes does not answer at the moment"
NOT_SAVED = b"Saving is not possible at the moment"
PAGES = ("/", "/n/lake", "/n/lake/cells/north/quota", "/positions/1", "/n/lake?embed=1")


def says_away(server: Running, path: str) -> bool:
    """Tell whether a page says that it may be old."""
    status, body = server.ask(path)
    assert status == 200, path
    return AWAY in body


def anew() -> str:
    """Return an address of the matrix that was not asked for before, so that nothing is kept."""
    n = next(numbers)
    return f"{MATRIX}?as_of={2030 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}"


def reads(server: Running, where: str) -> float:
    """Return how many requests have read from the replicas, or from the primary."""
    found = re.search(
        rf'^parley_replica_reads_total{{server="{where}"}} (.+)$',
        server.ask("/metrics")[1].decode(),
        re.MULTILINE,
    )
    return float(found[1]) if found else 0.0


def from_replica(server: Running) -> bool:
    """Tell whether a stranger is answered by a replica."""
    before = reads(server, "replica")
    assert server.ask(anew())[0] == 200
    return reads(server, "replica") == before + 1


def replay(pair: Pair, what: str) -> None:
    """Let the standby pause or resume the replay."""
    with connect(pair.on(pair.two)) as session:
        session.execute(f"SELECT pg_wal_replay_{what}()")


def test_a_stranger_reads_from_a_replica_and_an_editor_from_the_primary(
    pair: Pair, serving: Running
) -> None:
    wait_until(lambda: from_replica(serving))
    before = reads(serving, "replica"), reads(serving, "primary")
    assert serving.ask(anew(), Authorization=f"Bearer {pair.token}")[0] == 200
    assert (reads(serving, "replica"), reads(serving, "primary")) == before


def test_who_saves_sees_it_at_once_and_nothing_old_is_kept(pair: Pair, serving: Running) -> None:
    address = "/api/v1/positions?negotiation=lake&limit=100"
    wait_until(lambda: from_replica(serving))
    replay(pair, "pause")
    try:
        for n in range(5):
            summary = f"written while the replica waits, {n}"
            assert state(serving, pair.token, summary)[0] == 201
            for headers in ({}, {"Authorization": f"Bearer {pair.token}"}):
                assert summary.encode() in serving.ask(address, **headers)[1]
        # Another process writes, and this one hears of it before the replica has it.
        with connect(pair.database.owner_url) as owner:
            owner.execute("NOTIFY parley")
        time.sleep(0.2)
        assert summary.encode() in serving.ask(address)[1]
        assert not from_replica(serving)
    finally:
        replay(pair, "resume")
    wait_until(lambda: from_replica(serving))
    assert summary.encode() in serving.ask(address)[1]


def test_an_instant_reads_the_same_everywhere(pair: Pair, serving: Running) -> None:
    with connect(pair.database.owner_url) as owner:
        instants = [at for (at,) in owner.execute("SELECT at FROM log_commit ORDER BY seq DESC")]
    wait_until(lambda: from_replica(serving))
    before = reads(serving, "replica")
    asked = [
        f"{MATRIX}?as_of=2031-01-01&known_at={at.isoformat().replace('+00:00', 'Z')}"
        for at in instants[:10]
    ]
    with running(pair.two.data.parent, DATABASE_URL=pair.database.url) as alone:
        for address in asked:
            assert serving.ask(address) == alone.ask(address)
    assert reads(serving, "replica") == before + len(asked)
    # Whether there is something between the newest entry and now, only the primary can tell.
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    late = reads(serving, "primary")
    assert serving.ask(f"{MATRIX}?known_at={now}")[0] == 200
    assert reads(serving, "primary") == late + 1
    replay(pair, "pause")
    try:
        assert state(serving, pair.token, "after the pause")[0] == 201
        [(newest,)] = connect(pair.database.owner_url).execute("SELECT max(at) FROM log_commit")
        address = f"{MATRIX}?known_at={newest.isoformat().replace('+00:00', 'Z')}"
        status, body = serving.ask(address)
        assert (status, b"after the pause" in body) == (200, True)
    finally:
        replay(pair, "resume")


def test_every_address_reads_the_same(pair: Pair) -> None:
    url = pair.both
    settings = Settings(hosts=("testserver",), unsafe_database=True, cache=False)
    with_replicas = settings.model_copy(update={"database_url": url, "database_read_url": url})
    with ExitStack() as stack:
        alone, other = (
            stack.enter_context(TestClient(create_app(chosen, url), follow_redirects=False))
            for chosen in (settings, with_replicas)
        )
        replicas: Replicas = cast(FastAPI, other.app).state.replicas
        wait_until(lambda: replicas.choose() is not None)
        for path in sorted({p for m, p in routes(cast(FastAPI, alone.app)) if m == "GET"}):
            if path.startswith(NOT_OF_THE_LOG):
                continue
            one, two = (
                client.get(fill(path, VALUES | LAKE_VALUES), headers=SAME)
                for client in (alone, other)
            )
            assert two.status_code == one.status_code, path
            assert two.headers.get("etag") == one.headers.get("etag"), path
            if "zip" not in one.headers.get("content-type", ""):
                assert _plain(two.content) == _plain(one.content), path


def _plain(body: bytes) -> bytes:
    return re.sub(rb"[0-9a-f]{32}|\d\d:\d\d:\d\d", b"", body)  # numbers of requests, the time


def test_a_lost_replica_is_left_and_comes_back(pair: Pair, serving: Running) -> None:
    for lose, find in (
        (lambda: pair.two.stop(signal.SIGKILL), pair.two.start),
        (pair.two.pause, pair.two.resume),
    ):
        wait_until(lambda: from_replica(serving))
        lose()
        # Who asks in that moment waits for the other server, but gets an answer.
        assert {serving.ask(anew())[0] for _ in range(20)} == {200}
        wait_until(lambda: not from_replica(serving))
        find()
        wait_until(lambda: from_replica(serving))


def test_a_lost_primary_leaves_readers_their_answers_for_a_while(
    pair: Pair, serving: Running, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": pair.both, "DATABASE_READ_URL": pair.both}
    assert state(serving, pair.token, "before it is lost")[0] == 201
    with running(tmp_path, PARLEY_REPLICA_SECONDS="0.5", **settings) as hasty:
        wait_until(lambda: from_replica(serving) and from_replica(hasty))
        pair.one.stop(signal.SIGKILL)
        try:
            wait_until(lambda: serving.ask(anew())[0] == 200)
            assert {serving.ask(anew())[0] for _ in range(20)} == {200}
            assert state(serving, pair.token, "nobody takes it")[0] == 503
            # The first may have been on its way when the server was lost.
            wait_until(lambda: NOT_SAVED in state(serving, pair.token, "nobody takes it")[1])
            for path in PAGES:
                assert says_away(serving, path), path
            status, body = serving.ask("/n/lake", Cookie="parley_session=of-an-editor")
            assert (status, b"Pages can be read without signing in" in body) == (503, True)
            # Else a proxy would send nobody here.
            status, body = serving.ask("/readyz")
            assert (status, b"ready to read" in body) == (200, True)
            # Not for ever: others may have got another primary meanwhile, and have written there.
            wait_until(lambda: hasty.ask(anew())[0] == 503)
        finally:
            pair.one.start()
        wait_until(lambda: from_replica(serving) and from_replica(hasty))
    for path in PAGES:  # what said so was not kept
        assert not says_away(serving, path), path
    assert state(serving, pair.token, "somebody takes it")[0] == 201
