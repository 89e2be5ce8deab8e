"""Test that spoiled proposals are refused or flagged by machine, and sound ones are taken.

200 are sent, 60 of them spoiled in ten ways; `-s` shows what became of each way.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.datapackage.packages import take_in
from tests.proposals.conftest import add_account
from tests.proposals.exercise import FOR_MACHINES, make_empty, report, run
from tests.support.applications import application
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS
from tests.support.worlds import EMPTY, Known, World, copied

CLEAN, EACH = 140, 6


def _fill(server: Server, _known: Known) -> Known:
    with TemporaryDirectory() as folder:
        take_in(server.url, make_empty(Path(folder) / "practice"))
    return {"token": add_account(server.url, "robot")}


UNCODED = World("uncoded", _fill, EMPTY)


@pytest.fixture
def robot(postgres: Server) -> Iterator[Desk]:
    """Return a proposer's client of the practice texts, of which nothing has been coded."""
    with (
        copied(postgres, UNCODED) as (server, known),
        application(SETTINGS, server.url) as app,
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        yield Desk(client, known["token"], "robot")


def test_what_is_spoiled_is_refused_or_flagged(robot: Desk) -> None:
    found = run(robot, CLEAN, EACH)
    report(found)
    for way in FOR_MACHINES:
        assert found[way].missed == [], way
    assert found["word"].refused == found["option"].refused == EACH
    assert found["translation"].refused == EACH
    assert found["twice"].joined == EACH
    assert found["sound"].refused == 0
    # A hint that is given too often is read by nobody.
    assert found["sound"].flagged < CLEAN / 2
