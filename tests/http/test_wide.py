"""Test that every public address answers a negotiation of very many parties in windows.

The addresses are those of all routes, so that a new one is walked too, or named here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.datapackage.packages import take_in
from tests.support.applications import application
from tests.support.fixtures import SETTINGS
from tests.support.routes import fill, routes
from tests.support.wide import SLUG, make_package
from tests.support.worlds import EMPTY, Known, World, copied

MOST_BYTES = 8 * 1024 * 1024
MOST_CELLS = 10_000
# Streams that have no end; files, which are read in batches and sent while they are made.
NOT_WALKED = ("/api/v1/events", "/export")
VALUES = {
    "slug": SLUG, "party": "p7", "issue": "i3", "option": "o1", "number": 1, "version": 1, "n": 1,
    "position_id": 1, "source_id": 1, "quote_id": 1, "speaker_id": 1, "kind": "ris", "form": "ris",
    "image": "png", "proposal_id": 1, "alert_id": 1,
}  # fmt: skip
QUERIES = {
    "/n/{slug}": ("", "?transpose=1", "?since=2024-02-01&q=party", "?only=differing&view=age")
}


def _fill(server: Server, _known: Known) -> Known:
    with TemporaryDirectory() as folder:
        make_package(Path(folder))
        take_in(server.url, Path(folder))  # without statistics, as after saves by the page
    return {}


WIDE = World("wide", _fill, EMPTY)


@pytest.fixture(scope="module")
def stranger(postgres: Server) -> Iterator[TestClient]:
    """Return a client of a server with 2,013 parties and 20 issues."""
    with (
        copied(postgres, WIDE) as (server, _),
        application(SETTINGS, server.url) as app,
        TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client,
    ):
        yield client


def test_every_public_address_is_bounded(stranger: TestClient, subtests: pytest.Subtests) -> None:
    paths = [path for method, path in routes(stranger.app) if method == "GET"]
    asked = 0
    for path in paths:
        if any(part in path for part in NOT_WALKED):
            continue
        for query in QUERIES.get(path, ("",)):
            address = fill(path, VALUES) + query
            with subtests.test(address):
                got = stranger.get(address)
                assert got.status_code in (200, 303, 401, 403, 404, 422), got.text[:300]
                assert len(got.content) < MOST_BYTES
                asked += got.status_code == 200
    assert asked > 40


@pytest.mark.parametrize(
    ("path", "lines", "total"),
    [
        ("matrix", "cells", 40_260),
        ("agreement", "pairs", 2_025_078),
        ("coverage", "never_searched", 40_260),
        ("common-ground", "issues", 20),
        ("changes", "", None),
        ("timeline", "cells", None),
    ],
)
def test_analyses_lead_on(stranger: TestClient, path: str, lines: str, total: int | None) -> None:
    got = stranger.get(f"/api/v1/negotiations/{SLUG}/{path}")
    answer = json.loads(got.content)
    window = answer["data"][lines] if lines else answer["data"]
    assert 0 < len(window) <= MOST_CELLS
    if total is not None:
        assert total in (answer["meta"].get(f"total_{n}") for n in ("cells", "pairs", "issues"))
    following = got.links["next"]["url"]
    assert "known_at=" in following and answer["meta"]["next"] in following
    more = json.loads(stranger.get(following).content)
    assert (more["data"][lines] if lines else more["data"])[0] not in window
