"""Provide the practice negotiation as `parley import` reads it, once for each file of tests."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.datapackage.packages import take_in
from tests.practice.sheet import PACKAGE
from tests.support.applications import application
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS
from tests.support.worlds import EMPTY, Known, World, copied


def _fill(server: Server, _known: Known) -> Known:
    take_in(server.url, PACKAGE)
    return {}


PRACTICE = World("practice", _fill, EMPTY)


@pytest.fixture(scope="module")
def practice(postgres: Server) -> Iterator[Desk]:
    """Return a stranger's client of a database with the practice negotiation; only read."""
    with (
        copied(postgres, PRACTICE) as (server, _),
        application(SETTINGS, server.url) as app,
        TestClient(app) as client,
    ):
        yield Desk(client)
