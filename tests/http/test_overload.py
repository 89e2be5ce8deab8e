"""Test that a slow, full or missing database gives 503 in time, and that the site recovers."""

from collections.abc import Iterator

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.db.engine import Session, plain_url
from app.embedded_postgres.server import Server
from app.main import create_app
from app.settings import Settings

STATEMENTS = {
    "slow": "SELECT pg_sleep(5)",
    "locked": "LOCK TABLE account",
    "killed": "SELECT pg_terminate_backend(pg_backend_pid())",
    "out-of-range": "SELECT 99999999999999999999::bigint",
    "broken": "SELEC secret",
    "fine": "SELECT 1",
}


@pytest.fixture
def client(database: Server) -> Iterator[TestClient]:
    """Return a client of an application with one database connection and routes that use it."""
    settings = Settings(
        hosts=("testserver",), pool_size=1, pool_wait_seconds=0.3, unsafe_database=True
    )
    app: FastAPI = create_app(settings, database.url)

    async def run(session: Session, name: str) -> str:
        await session.execute(text("SET LOCAL statement_timeout = 200"))
        if name == "locked":
            await session.execute(text("SET LOCAL statement_timeout = 0"))
            await session.execute(text("SET LOCAL lock_timeout = 200"))
        await session.execute(text(STATEMENTS[name]))
        return name

    for path in ("/run/{name}", "/api/run/{name}"):
        app.router.add_api_route(path, run, methods=["GET", "POST"])
    # Printing log entries would take longer than what is measured.
    with TestClient(app) as made, capture_logs():
        yield made


@pytest.mark.parametrize(
    ("name", "status"),
    [("slow", 503), ("locked", 503), ("killed", 503), ("out-of-range", 422), ("broken", 500)],
)
def test_each_trouble_has_its_status_and_the_pool_stays_clean(
    client: TestClient, database: Server, name: str, status: int
) -> None:
    with psycopg.connect(plain_url(database.owner_url)) as other:
        other.execute("LOCK TABLE account IN SHARE MODE")
        answer = client.get(f"/api/run/{name}")
        assert answer.status_code == status
        assert ("retry-after" in answer.headers) is (status == 503)
        assert "secret" not in answer.text
        assert "SELEC" not in answer.text
    assert client.get("/api/run/fine").status_code == 200


def test_a_write_that_lost_its_connection_is_told_as_unknown(client: TestClient) -> None:
    answer = client.post("/api/run/killed")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:parley:outcome-unknown")


def test_a_full_pool_answers_in_time(client: TestClient) -> None:
    engine = client.app.state.engine

    async def hold() -> object:
        return await engine.connect()

    assert client.portal is not None
    held = client.portal.call(hold)
    answer = client.get("/run/fine")  # while the test holds the connection
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200  # it is busy, and well
    client.portal.call(held.close)
    assert client.get("/run/fine").status_code == 200
