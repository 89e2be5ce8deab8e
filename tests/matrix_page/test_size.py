"""Test what the page of a large matrix weighs."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.datapackage.packages import take_in
from tests.support.applications import application
from tests.support.fixtures import SETTINGS
from tests.support.grid import SLUG, make_package
from tests.support.worlds import EMPTY, Known, World, copied

MOST_COMPRESSED = 60_000


def _fill(server: Server, _known: Known) -> Known:
    with TemporaryDirectory() as folder:
        make_package(Path(folder), silent=0)
        take_in(server.url, Path(folder))
    return {}


GRID = World("grid", _fill, EMPTY)


@pytest.fixture(scope="module")
def stranger(postgres: Server) -> Iterator[TestClient]:
    """Return a client of a server with a matrix of 40 parties and 60 issues, without a gap."""
    with (
        copied(postgres, GRID) as (server, _),
        application(SETTINGS, server.url) as app,
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        yield client


@pytest.mark.parametrize(("view", "most_bytes"), [("", 600_000), ("?view=age", 610_000)])
def test_a_page_of_2400_cells_is_light(stranger: TestClient, view: str, most_bytes: int) -> None:
    got = stranger.get(f"/n/{SLUG}{view}")
    assert len(LexborHTMLParser(got.text).css("table.atlas td[data-position]")) == 2_400
    assert len(got.content) <= most_bytes
    assert len(gzip.compress(got.content, 6)) <= MOST_COMPRESSED
