"""Test what an operator sees: health, metrics, faulty settings, and no secrets."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli.main import cli
from app.core.logs import configure_logs
from app.embedded_postgres.server import Server
from app.main import create_app
from app.server import health
from app.settings import Settings, UnknownSetting, read_settings
from tests.support.factories import TEXT, WORDS, position, quote
from tests.support.fixtures import Lake
from tests.support.processes import CLEAN, parley, running
from tests.support.worlds import connect

HOSTS = ("testserver",)


def client_of(database: Server, **settings: object) -> TestClient:
    return TestClient(
        create_app(Settings(hosts=HOSTS, **settings), database.url), client=("127.0.0.1", 5)
    )


def problems(client: TestClient) -> list[str]:
    answer = client.get("/readyz")
    assert answer.status_code == (503 if "problems" in answer.json() else 200)
    assert ("retry-after" in answer.headers) is (answer.status_code == 503)
    return list(answer.json().get("problems", []))


def test_each_thing_that_is_wrong_is_named(
    database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(database, unsafe_database=True, home=tmp_path) as client:
        assert problems(client) == []
        (tmp_path / "pg").mkdir()
        monkeypatch.setattr(health, "LEAST_FREE", 1 << 62)
        assert [p.partition(":")[0] for p in problems(client)] == ["disk"]
        monkeypatch.undo()
        with connect(database.owner_url) as owner:
            owner.execute("UPDATE alembic_version SET version_num = '00000000_0000'")
        assert [p.partition(":")[0] for p in problems(client)] == ["schema"]
        assert client.get("/healthz").json() == {"status": "ok"}


def test_a_schema_a_step_newer_is_served_if_it_says_so(database: Server) -> None:
    with client_of(database, unsafe_database=True) as client, connect(database.owner_url) as owner:
        row = owner.execute("SELECT version_num FROM alembic_version").fetchone()
        assert row is not None
        owner.execute("UPDATE alembic_version SET version_num = '20990101_0001'")
        assert "newer" in problems(client)[0]
        owner.execute(f"COMMENT ON TABLE alembic_version IS '20990101_0001 {row[0]}'")
        assert problems(client) == []


def test_a_database_that_may_lose_what_it_acknowledged_is_not_served_from(database: Server) -> None:
    with connect(database.owner_url) as owner:
        owner.execute("ALTER ROLE CURRENT_USER RESET ALL")
        for name, value in (("synchronous_commit", "off"),):
            owner.execute(f"ALTER DATABASE {owner.info.dbname} SET {name} = {value}")
    with client_of(database) as client:
        assert "durability: synchronous_commit is off" in problems(client)


def test_a_database_that_is_away_is_named(database: Server) -> None:
    with client_of(Server("postgresql://nobody@127.0.0.1:1/none", "")) as client:
        assert [p.partition(":")[0] for p in problems(client)] == ["database"]
        assert client.get("/healthz").status_code == 200


@pytest.fixture
def lake_client(lake: Lake) -> Iterator[TestClient]:
    """Return a client of the lake without accounts."""
    with client_of(lake.database, unsafe_database=True) as client:
        yield client


def test_what_is_counted(lake_client: TestClient) -> None:
    for _ in range(3):
        lake_client.get("/n/lake")
    lake_client.get("/n/none")
    text = lake_client.get("/metrics").text
    for line in (
        'parley_requests_total{method="GET",route="/n/{slug}",status="200"}',
        'parley_requests_total{method="GET",route="/n/{slug}",status="404"}',
        'parley_request_seconds_bucket{le="0.005",route="/n/{slug}"}',
        "parley_sql_seconds_count",
        "parley_sql_seconds_sum",
        "parley_pool_in_use",
        "parley_pool_waiting",
        "parley_pool_size",
        "parley_log_seq",
        "parley_cache_hits_total",
        "parley_cache_bytes",
        "parley_database_up 1",
    ):
        assert line in text, line


def test_strangers_do_not_read_what_is_counted(lake: Lake) -> None:
    app = create_app(Settings(hosts=HOSTS, unsafe_database=True), lake.database.url)
    with TestClient(app, client=("192.0.2.7", 5)) as stranger:
        assert stranger.get("/metrics").status_code == 403
    with TestClient(app, client=("127.0.0.1", 5)) as near:
        assert near.get("/metrics").status_code == 200
        # It may come from anywhere, through a proxy that is not in the settings.
        assert near.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403


def test_forwarded_addresses_count_from_known_proxies_alone(lake: Lake, tmp_path: Path) -> None:
    url = lake.database.url
    with running(
        tmp_path, DATABASE_URL=url, PARLEY_PROXIES="127.0.0.9", PARLEY_METRICS="192.0.2.7"
    ) as server:
        # The request comes from 127.0.0.1, which is no known proxy.
        assert server.ask("/metrics", X_Forwarded_For="192.0.2.7")[0] == 403
    with running(
        tmp_path, DATABASE_URL=url, PARLEY_PROXIES="127.0.0.0/8", PARLEY_METRICS="192.0.2.7"
    ) as server:
        assert server.ask("/metrics", X_Forwarded_For="192.0.2.7")[0] == 200
        assert server.ask("/metrics", X_Forwarded_For="192.0.2.8")[0] == 403
        # The first address is a client's own claim.
        assert server.ask("/metrics", X_Forwarded_For="192.0.2.7, 192.0.2.8")[0] == 403
        assert server.ask("/healthz", Host="elsewhere.example")[0] == 400


def test_logs_hold_no_secret(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs()
    try:
        with client_of(lake.database, unsafe_database=True) as client:
            login = {"name": "ada", "password": "s3cret-passw0rd"}
            client.post("/login", data=login)
            client.get("/login?link=s3cret-link")
            token = {"Authorization": f"Bearer {lake.ada.token}"}
            client.post(
                "/api/v1/positions", json=position(quotes=[quote("s3cret words")]), headers=token
            )
            answer = client.get("/n/none", headers={"X-Request-ID": "mine-7"})
            failed = client.get("/api/v1/positions?cursor=s3cret-cursor")
    finally:
        root.handlers, root.level = before
    said = capfd.readouterr().err
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [line["request"] for line in lines if line.get("route") == "/n/{slug}"] == ["mine-7"]
    assert answer.headers["x-request-id"] == "mine-7"
    assert failed.json()["request"] == failed.headers["x-request-id"]
    for secret in ("s3cret", str(lake.ada.token), WORDS, TEXT[:30]):
        assert secret not in said


def test_the_page_of_an_error_shows_the_number_of_the_request(lake: Lake, app: FastAPI) -> None:
    async def broken() -> None:
        raise RuntimeError("swordfish")

    app.router.add_api_route("/broken", broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "swordfish" not in answer.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLEY_POOL_SIZE", "none"),
        ("PARLEY_POOL_SIZE", "0"),
        ("PARLEY_BACKUPS", "daily"),
        ("PARLEY_PROXIES", "proxy.example"),
        ("PARLEY_HOSTS", " "),
        ("PARLEY_HOSTS", "https://parley.example.org"),
        ("PARLEY_HOSTS", "*.example.org"),
        ("PARLEY_HOSTS", "parley.example.org:443"),
        ("PARLEY_METRICS", "all"),
        ("PARLEY_DRAIN_SECONDS", "nan"),
        ("PARLEY_HOME", __file__),
        ("PARLEY_HOST", "a.example"),
        ("PARLEY_SECURE", "perhaps"),
        ("DATABASE_URL", "mysql://me:hidden@host/db"),
        ("DATABASE_URL", "postgresql://me:more@hidden@host/db"),
        ("DATABASE_URL", "postgresql://me:hidden@host:99999/db"),
        ("DATABASE_URL", "postgresql://me:hidden@host/db?sslmode=perhaps"),
        ("DATABASE_OWNER_URL", "postgresql://me:hidden@host/db"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_in_one_line(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in set(os.environ) - set(CLEAN):
        monkeypatch.delenv(other)
    done = CliRunner().invoke(
        cli, ["user", "list"], env={"PARLEY_HOME": str(tmp_path / "home"), name: value}
    )
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert "hidden" not in done.stderr


def test_a_setting_that_makes_no_sense_ends_the_process(tmp_path: Path) -> None:
    done = parley("user", "list", PARLEY_HOME=str(tmp_path / "home"), PARLEY_POOL_SIZE="none")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "PARLEY_POOL_SIZE" in done.stderr


def test_an_empty_home_is_the_usual_one() -> None:
    assert Settings(home="") == Settings()


def test_unknown_settings_suggest_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_HOST", "a.example")
    with pytest.raises(UnknownSetting, match="did you mean PARLEY_HOSTS"):
        read_settings()
