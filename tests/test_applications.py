"""Test that tests with a shared application see nothing of each other.

No data, settings, cached responses, listeners or routes.
"""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from app.settings import Settings
from tests.support.applications import application
from tests.support.fixtures import SETTINGS, Lake

HELD = ("settings", "database_url", "cache", "bell", "stopping", "sessions", "listeners")


def titles(client: Any) -> list[str]:
    return [row["title"] for row in client.get("/api/v1/negotiations").json()["data"]]


def test_one_after_the_other_is_the_same_with_nothing_left_in_it(
    lake: Lake, database: Server
) -> None:
    with application(SETTINGS, lake.database.url) as first, TestClient(first) as client:
        assert titles(client) == ["Lake treaty"]
        first.router.add_api_route("/left", lambda: "left")
        assert client.get("/left").status_code == 200
        client.cookies.set("left", "here")
        first.state.stopping.set()
        before = {name: getattr(first.state, name) for name in HELD}
        first.state.left = True
    with application(SETTINGS.model_copy(update={"drain_seconds": 7.0}), database.url) as second:
        assert second is first, "or there is nothing to see here"
        after = {name: getattr(second.state, name) for name in HELD}
        assert [name for name in HELD if before[name] is after[name]] == []
        assert second.state.settings.drain_seconds == 7.0
        assert not hasattr(second.state, "left")
        assert not second.state.cache.answers
        with TestClient(second) as client:
            assert titles(client) == []
            assert client.get("/left").status_code == 404
            assert client.get("/readyz").status_code == 200, "it is not stopping"


def test_an_answer_that_was_kept_is_not_given_to_the_next(lake: Lake, database: Server) -> None:
    for url, wanted in (
        (lake.database.url, ["Lake treaty"]),
        (database.url, []),
        (lake.database.url, ["Lake treaty"]),
    ):
        with application(SETTINGS, url) as app, TestClient(app) as client:
            while not app.state.cache.listening:
                client.get("/healthz")
            assert [titles(client), titles(client)] == [wanted, wanted]
            assert len(app.state.cache.answers) == 1


def test_two_at_once_are_two(lake: Lake, database: Server) -> None:
    with application(SETTINGS, database.url) as other, TestClient(other) as client:
        assert other is not lake.app
        assert other.state.engine is not lake.app.state.engine
        assert (titles(client), titles(lake.stranger.client)) == ([], ["Lake treaty"])


@pytest.mark.parametrize(
    ("change", "answered"),
    [
        ({"hosts": ("else.example",)}, lambda client: client.get("/healthz").status_code == 400),
        (
            {"secure": True},
            lambda client: "strict-transport-security" in client.get("/healthz").headers,
        ),
        ({"cache": False}, lambda client: titles(client) == []),
    ],
)
def test_what_is_decided_when_it_is_put_together_is_not_shared(
    database: Server, change: dict[str, Any], answered: Callable[[TestClient], bool]
) -> None:
    with application(SETTINGS, database.url) as one, application(
        SETTINGS.model_copy(update=change), database.url
    ) as other, TestClient(other) as client:  # fmt: skip
        assert other is not one
        assert answered(client)


# The garbage collector finds the connection that is held, and warns.
@pytest.mark.filterwarnings("ignore:The garbage collector")
def test_a_connection_that_is_held_too_long_is_to_the_old_database(
    lake: Lake, database: Server
) -> None:
    settings = Settings(
        hosts=("testserver",), unsafe_database=True, pool_size=1, pool_wait_seconds=0.3
    )
    with application(settings, lake.database.url) as app, TestClient(app) as client:
        engine = app.state.engine
        assert client.portal is not None
        held = client.portal.call(engine.connect().start)
    with application(settings, database.url) as app, TestClient(app) as client:
        assert app.state.engine is engine
        assert titles(client) == [], "and the pool is not empty"
    del held
