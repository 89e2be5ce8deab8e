"""Test that processes with one database agree about everything that one of them has answered."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from app.accounts.rate_limit import HERE
from app.embedded_postgres.server import Server
from tests.support.fixtures import LAKE
from tests.support.processes import Running, parley, running
from tests.support.waiting import wait_until
from tests.support.worlds import copied

Lake = tuple[Server, dict[str, tuple[str, str]]]
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def lake_database(postgres: Server) -> Iterator[Lake]:
    """Share one database, and the processes that serve it, among the tests of this file."""
    with copied(postgres, LAKE) as made:
        yield made


@pytest.fixture(scope="module")
def pair(
    lake_database: Lake, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, Running]]:
    """Run two processes, one of them with two workers."""
    url, folder = lake_database[0].url, tmp_path_factory.mktemp("pair")
    with (
        running(folder, DATABASE_URL=url) as one,
        running(folder, "--workers", "2", DATABASE_URL=url) as other,
    ):
        yield one, other


def _all_hold(readers: list[Running], mark: bytes) -> bool:
    return all(mark in reader.ask("/api/v1/sources")[1] for reader in readers)


def post(server: Running, path: str, token: str, body: object, **headers: str) -> tuple[int, bytes]:
    sent = {"Authorization": f"Bearer {token}", "Content_Type": "application/json", **headers}
    return server.ask(f"/api/v1{path}", "POST", json.dumps(body), **sent)


def sign_in(server: Running, name: str, password: str) -> int:
    return server.ask(
        "/login",
        "POST",
        f"name={name}&password={password}",
        Content_Type="application/x-www-form-urlencoded",
    )[0]


def test_they_agree(lake_database: Lake, pair: tuple[Running, Running]) -> None:
    _, secrets = lake_database
    (token, cookie), (one, other) = secrets["ada"], pair

    # A sign-in at one process is valid at the other, and so is its end.
    for server in (one, *[other] * 6):
        assert b"ada" in server.ask("/account", Cookie=cookie)[1]
    assert one.ask("/logout", "POST", "", Cookie=cookie, Sec_Fetch_Site="same-origin")[0] == 303
    assert {other.ask("/account", Cookie=cookie)[0] for _ in range(6)} == {303}

    # An Idempotency-Key counts at both processes, wherever it was used first.
    body, key = {"slug": "twice", "name": "Twice"}, "a-key"
    first = post(one, "/parties", token, body, Idempotency_Key=key)
    assert first[0] == 201
    assert {post(other, "/parties", token, body, Idempotency_Key=key) for _ in range(4)} == {first}
    assert post(other, "/parties", token, {**body, "name": "Other"}, Idempotency_Key=key)[0] == 422

    # A process drops its cached responses when another writes.
    for server in (one, *[other] * 6):
        assert server.ask("/n/lake/about")[0] == 200
    for n, (writer, readers) in enumerate(
        [(one, [other] * 8), (other, [other] * 8), (other, [one])]
    ):
        assert (
            post(
                writer,
                "/sources",
                token,
                {"url": f"https://news.example/{n}", "title": f"Number {n}"},
            )[0]
            == 201
        )
        mark = f"Number {n}".encode()
        if writer is readers[-1]:
            assert mark in writer.ask("/api/v1/sources")[1]
        else:  # the other process learns of it a moment later
            wait_until(partial(_all_hold, readers, mark))

    # Tries are counted together: some here and some there lock the name out at both processes,
    # also for the right password.
    tries = [sign_in((one, other)[n % 2], "bo", "wrong password here") for n in range(12)]
    assert tries.count(429) >= 2, tries
    assert sign_in(one, "bo", PASSWORD) == sign_in(other, "bo", PASSWORD) == 429


def test_they_agree_also_when_asked_at_once(
    lake_database: Lake, pair: tuple[Running, Running]
) -> None:
    database, secrets = lake_database
    token, (one, other) = secrets["ada"][0], pair
    with ThreadPoolExecutor(8) as pool:
        # A key that is sent to all of them at the same time counts once.
        for n in range(5):
            body = {"slug": f"at-once-{n}", "name": "At once"}

            def enter(k: int, body: object = body, key: str = f"key-{n}") -> tuple[int, bytes]:
                return post(pair[k % 2], "/parties", token, body, Idempotency_Key=key)

            answers = set(pool.map(enter, range(8)))
            assert len([a for a in answers if a[0] == 201]) == 1, answers
            assert {status for status, _ in answers} <= {201, 409}, answers
        # Concurrent tries at both processes are not counted less.
        tries = list(
            pool.map(lambda n: sign_in(pair[n % 2], "vic", "wrong password here"), range(24))
        )
        assert 0 < len(tries) - tries.count(429) <= HERE, tries
    # A disabled account is refused everywhere from the next request on.
    for server in (one, *[other] * 4):
        assert server.ask("/account", Cookie=secrets["bo"][1])[0] == 200
        assert (
            server.ask("/api/v1/positions?limit=1", Authorization=f"Bearer {secrets['bo'][0]}")[0]
            == 200
        )
    assert parley("user", "disable", "bo", DATABASE_URL=database.url).returncode == 0
    for server in (one, *[other] * 4):
        assert server.ask("/account", Cookie=secrets["bo"][1])[0] == 303
        assert (
            server.ask("/api/v1/positions?limit=1", Authorization=f"Bearer {secrets['bo'][0]}")[0]
            == 401
        )


def test_the_workers_count_together(pair: tuple[Running, Running]) -> None:
    _, server = pair
    for _ in range(20):
        assert server.ask("/n/lake/coverage")[0] == 200
    text = server.ask("/metrics")[1].decode()
    line = next(
        li
        for li in text.splitlines()
        if li.startswith("parley_requests_total") and "/coverage" in li
    )
    assert line.endswith(" 20.0"), line
    assert "parley_log_seq" in text


def test_commands_work_beside_a_running_server(
    lake_database: Lake, pair: tuple[Running, Running], tmp_path: Path
) -> None:
    made = parley("backup", str(tmp_path), DATABASE_URL=lake_database[0].url)
    assert made.returncode == 0, made.stderr
