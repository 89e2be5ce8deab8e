"""Test that what many ask at once is made once, and never shared where it must not be."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast

import pytest
from fastapi import FastAPI, Request, Response
from starlette.testclient import TestClient
from starlette.types import Message

from app.embedded_postgres.server import Server
from app.http.kept_answers import Cache, Kept
from app.http.page_cache import _keeping
from app.main import create_app
from app.settings import Settings

MANY = 16


@pytest.fixture
def client(database: Server) -> Iterator[TestClient]:
    """Return a client of an application that counts how often an answer is made."""
    app: FastAPI = create_app(Settings(hosts=("testserver",), unsafe_database=True), database.url)
    app.state.made = 0
    app.state.go_on = asyncio.Event()

    async def made(request: Request, status: int = 200) -> Response:
        request.app.state.made += 1
        await request.app.state.go_on.wait()
        return Response(f"answer {request.app.state.made}", status)

    async def write(status: int = 200) -> Response:
        return Response(status_code=status)

    app.router.add_api_route("/made", made)
    for address in ("/write", "/login/write"):
        app.router.add_api_route(address, write, methods=["POST"])
    with TestClient(app) as client:
        yield client


def state_of(client: TestClient) -> Any:
    """Return the state of the application that a client asks."""
    return cast(FastAPI, client.app).state


def run(client: TestClient, work: Callable[[], Any]) -> None:
    """Run something in the event loop of the application."""
    assert client.portal is not None
    client.portal.call(work)


def ask_at_once(client: TestClient, address: str, **headers: str) -> list[tuple[int, str]]:
    """Ask many times, and let the answers go on once all of them wait."""
    state = state_of(client)
    run(client, state.go_on.clear)

    async def listening() -> None:
        # Else nothing would be kept for those who come late, nor found by those who came first.
        while not state.cache.listening:  # noqa: ASYNC110 (the cache has no event for it)
            await asyncio.sleep(0.01)

    run(client, listening)
    with ThreadPoolExecutor(MANY) as pool:
        asked = [pool.submit(client.get, address, headers=headers) for _ in range(MANY)]

        async def let_go() -> None:
            for _ in range(MANY * 20):  # turns of the loop, so that most requests have begun
                await asyncio.sleep(0.005)
            state.go_on.set()

        run(client, let_go)
        return [(got.status_code, got.text) for got in (future.result() for future in asked)]


@pytest.mark.parametrize(
    ("address", "left"),
    [("/write", 2), ("/write?status=404", 1), ("/write?status=503", 2), ("/login/write", 1)],
)
def test_only_what_may_have_changed_something_drops_it(
    client: TestClient, address: str, left: int
) -> None:
    ask_at_once(client, "/made")
    client.post(address)
    assert ask_at_once(client, "/made")[0] == (200, f"answer {left}")


def test_all_that_is_kept_counts(client: TestClient) -> None:
    """Also what strangers choose: a long header or address costs no more than it is counted for."""
    ask_at_once(client, "/made", accept="text/html" + ", x/y" * 1000)
    cache: Cache = state_of(client).cache
    [(key, kept)] = cache.answers.items()
    assert len(key) == 32
    assert cache.size == kept.size
    assert kept.size > 1_000 + len(kept.body) + sum(len(value) for _, value in kept.headers)


def test_what_many_ask_at_once_is_made_once(client: TestClient) -> None:
    assert ask_at_once(client, "/made") == [(200, "answer 1")] * MANY
    client.post("/write")
    assert ask_at_once(client, "/made") == [(200, "answer 2")] * MANY


def test_nothing_personal_is_shared(client: TestClient) -> None:
    ask_at_once(client, "/made", cookie="parley=x")
    assert state_of(client).made == MANY


def test_an_error_is_nobody_elses(client: TestClient) -> None:
    answers = ask_at_once(client, "/made?status=503")
    assert {status for status, _ in answers} == {503}
    assert state_of(client).made > 1


@pytest.mark.anyio
async def test_nobody_waits_for_a_slow_reader() -> None:
    """What is sent in pieces goes as fast as its reader takes it: others make their own."""
    cache, key = Cache(), b"key"
    ended: list[Kept | None] = []
    blocked = asyncio.Event()

    async def slow(message: Message) -> None:
        if message["type"] == "http.response.body":
            await blocked.wait()

    send = _keeping(cache, key, {}, slow, ended.append)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    piece = {"type": "http.response.body", "body": b"x", "more_body": True}
    sending = asyncio.create_task(send(piece))
    await asyncio.sleep(0)
    assert ended == [None]
    blocked.set()
    await sending


@pytest.mark.anyio
async def test_whoever_waits_goes_on_where_the_first_one_failed() -> None:
    cache, key = Cache(), b"key"
    answer = Kept([], b"made", None)
    began = asyncio.Event()

    async def fail() -> None:
        with cache.beginning(key):
            began.set()
            await asyncio.sleep(0)
            raise ConnectionResetError

    async def follow() -> bytes:
        await began.wait()
        made = await cache.begun(key)
        if made is None:
            with cache.beginning(key) as end:
                await asyncio.sleep(0)
                end(answer)
            made = answer
            made.headers.append((b"x-made", b""))
        return made.body

    first = asyncio.create_task(fail())
    others = [asyncio.create_task(follow()) for _ in range(5)]
    with suppress(ConnectionResetError):
        await first
    assert await asyncio.gather(*others) == [b"made"] * 5
    assert len(answer.headers) == 1
    assert not cache.under_way


@pytest.mark.anyio
async def test_nobody_waits_for_an_answer_of_before_a_write() -> None:
    cache, key = Cache(), b"key"
    with cache.beginning(key):
        cache.written()
        assert await cache.begun(key) is None
