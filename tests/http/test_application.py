"""Test that what is kept is sent before all middlewares, exactly as they would send it."""

import asyncio
from collections.abc import Iterator
from typing import cast

import pytest
from fastapi import FastAPI, Response
from prometheus_client import REGISTRY
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.embedded_postgres.server import Server
from app.http.pieces import PIECE
from app.main import create_app
from app.settings import Settings

ETAG = '"of-the-answer"'


@pytest.fixture
def client(database: Server) -> Iterator[TestClient]:
    """Return a client of an application that keeps answers and has a short and a long one."""
    app = create_app(Settings(hosts=("testserver",), unsafe_database=True), database.url)

    async def made(size: int = 1) -> Response:
        return Response("x" * size, headers={"ETag": ETAG})

    app.router.add_api_route("/made", made)
    with TestClient(app) as client:

        async def listening() -> None:
            while not app.state.cache.listening:  # noqa: ASYNC110 (the cache has no event for it)
                await asyncio.sleep(0.01)

        assert client.portal is not None
        client.portal.call(listening)
        yield client


def app_of(client: TestClient) -> FastAPI:
    return cast(FastAPI, client.app)


def end_middlewares(client: TestClient) -> None:
    """Let every request that reaches the middlewares be answered 418."""

    async def teapot(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=418)(scope, receive, send)

    app_of(client).middleware_stack = teapot


@pytest.mark.parametrize("sent", [{}, {"If-None-Match": ETAG}, {"If-None-Match": f'"a", W/{ETAG}'}])
@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_it_is_as_the_middlewares_send_it(
    client: TestClient, sent: dict[str, str], accepted: str
) -> None:
    headers = {"Accept-Encoding": accepted}
    first = client.get("/made?size=5000", headers=headers)
    request_id = first.headers["x-request-id"]
    app_of(client).state.stopping.set()  # then it passes through all of them
    through = client.get("/made?size=5000", headers=headers | sent)
    app_of(client).state.stopping.clear()
    end_middlewares(client)
    at_once = client.get("/made?size=5000", headers=headers | sent)
    assert at_once.status_code == through.status_code == (304 if sent else 200)
    assert at_once.content == through.content == (b"" if sent else first.content)
    assert through.headers.pop("connection") == "close"
    assert at_once.headers.raw == through.headers.raw
    assert at_once.headers["x-content-type-options"] == "nosniff"
    assert request_id not in at_once.headers.values()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cookie", "parley_session=x"),
        ("Authorization", "Bearer x"),
        ("Range", "bytes=0-1"),
        ("X-Request-ID", "mine"),
        ("Accept", "application/json"),
        ("Host", "elsewhere"),
    ],
)
def test_it_is_not_for_whoever_may_get_another(client: TestClient, name: str, value: str) -> None:
    client.get("/made")
    end_middlewares(client)
    assert client.get("/made").status_code == 200
    assert client.get("/made", headers={name: value}).status_code == 418
    assert client.head("/made").status_code == client.post("/made").status_code == 418


def test_what_is_long_is_sent_in_pieces_but_its_304_at_once(client: TestClient) -> None:
    long, headers = f"/made?size={PIECE + 1}", {"Accept-Encoding": "identity"}
    client.get(long, headers=headers)
    end_middlewares(client)
    assert client.get(long, headers=headers).status_code == 418
    assert client.get(long, headers=headers | {"If-None-Match": ETAG}).status_code == 304


def test_it_counts_as_an_answer_from_the_cache(client: TestClient) -> None:
    client.get("/made")
    before = counted()
    client.get("/made")
    assert counted() == [count + 1 for count in before]


def counted() -> list[float]:
    """Return how many answers came from the cache, and how many were of the route."""
    labels = {"method": "GET", "route": "/made", "status": "200"}
    found = [
        REGISTRY.get_sample_value("parley_cache_hits_total"),
        REGISTRY.get_sample_value("parley_requests_total", labels),
    ]
    return [count or 0 for count in found]
