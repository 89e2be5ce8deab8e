"""Serve the practice negotiation once for each file of tests."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.embedded_postgres.server import Server
from tests.practice.conftest import PRACTICE
from tests.support.live import serving
from tests.support.worlds import copied


@dataclass(frozen=True)
class Served:
    """A server with the practice negotiation, and its database."""

    url: str
    database: Server

    @property
    def mcp(self) -> str:
        """Return where agents ask."""
        return f"{self.url}/mcp"


@pytest.fixture(scope="module")
def served(postgres: Server) -> Iterator[Served]:
    """Serve the practice negotiation; only read."""
    with copied(postgres, PRACTICE) as (server, _), serving(server.url) as url:
        yield Served(url, server)
