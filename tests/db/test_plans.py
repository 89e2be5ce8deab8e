"""Test that no public address reads a large table from end to end.

Every address of all routes is asked, of a small negotiation beside a very large one and of the
large one itself, and every statement that is sent is run again for what its plan reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.analysis.contradiction_rows import CONDITIONAL, NEAR, WORDS
from app.analysis.coverage_counts import IN_CELLS
from app.analysis.preferences import PREFERRED
from app.db.engine import LIMITS
from app.db.prepared import Prepared
from app.embedded_postgres.server import Server
from app.matrix.queries import DAYS, MATCHING, MATCHING_WORDS
from app.matrix.totals import TOTALS
from app.negotiations.overview import COUNTS
from bench.multiply import FIRST, multiply
from tests.datapackage.packages import take_in
from tests.support.applications import application
from tests.support.factories import Desk
from tests.support.fixtures import LAKE, SETTINGS
from tests.support.plans import Sent, read_rows, sent_to
from tests.support.routes import fill, routes
from tests.support.wide import SLUG, make_package
from tests.support.worlds import Known, World, connect, copied

PARTIES, ISSUES, POSITIONS = 250, 160, 50_000
MOST = 0.4  # of a table's rows: the largest window is a quarter of the cells
# Reads of all that is current in a negotiation, in one statement; each is kept until it changes.
WHOLE: Mapping[Prepared, str] = {
    TOTALS: "the matrix says how much is current in all its windows",
    MATCHING: "rows and columns without a match are left out of the matrix",
    MATCHING_WORDS: "the same, for words",
    IN_CELLS: "coverage counts in all its windows",
    PREFERRED: "agreement compares a party with all the others on all issues",
    NEAR: "contradictions are looked for among all positions",
    WORDS: "the same, among their quotes",
    CONDITIONAL: "conditions may be drawn from any position",
    DAYS: "the days with statements, for the choice of a day",
}
# Once for each negotiation; from then on what changed is added.
OF_ALL: Mapping[Prepared, str] = {COUNTS: "the first page says how many positions each has"}
# Streams that have no end; files, which have everything of one negotiation in them.
NOT_ASKED = ("/api/v1/events",)
FILES = (".csv", ".xlsx", ".json", ".jsonld", ".qdpx", ".zip", ".graphml", ".dna")
QUERIES = {
    "/": ("",),
    "/n/{slug}": ("?as_of=2012-02-01", "?since=2012-02-01&q=party", "?transpose=1&firmness=demand"),
    "/n/{slug}/timeline": ("?issue=i3", "?party=p7", "?as_of=2012-02-01"),
    "/n/{slug}/feed.atom": (
        "?only=moves", "?option=i3/o1", "?kind=moved&party=p7", "?q=party", "?q=nowhere",
    ),
    "/n/{slug}/changes": ("?from=2012-02-01", "?party=p7"),
    "/api/v1/negotiations/{slug}/matrix": ("?issue=i3&q=party", "?since=2012-02-01&party=p7"),
    "/api/v1/positions": (
        "?q=party", "?q=nowhere", "?party=p7", "?negotiation=wide&party=p7&since=2012-02-01",
        "?issue=i3", "?option=o1", "?firmness=demand&until=2012-02-01",
        "?sort=recorded_at", "?sort=stated_on",
    ),
    "/api/v1/changes": ("?limit=500",),
    "/api/v1/search": (
        "?q=party", "?q=nowhere", "?q=party&party=p7", "?q=party&firmness=demand&grouped=true",
        "?q=statements&counts=true", "?q=xqzwvk&counts=true", "?q=party&since=2012-02-01", "?q=no",
    ),
    "/search": (
        "?q=party", "?q=nowhere", "?q=party&issue=i3", "?firmness=demand", "?party=p7&kind=direct",
        "?q=no",
    ),
}  # fmt: skip
VALUES = {
    "number": 1, "version": 1, "n": 1, "source_id": 1, "speaker_id": 1, "form": "ris",
    "image": "svg", "proposal_id": 1, "alert_id": 1,
}  # fmt: skip
SMALL = {
    "slug": "lake", "party": "north", "issue": "quota", "option": "q40", "position_id": 1,
    "quote_id": 1,
}  # fmt: skip
OF_MANY = {
    "slug": SLUG, "party": "p7", "issue": "i3", "option": "o1", "position_id": FIRST + 3,
    "quote_id": FIRST + 3,
}  # fmt: skip


def _fill(server: Server, known: Known) -> Known:
    with application(SETTINGS, server.url) as app, TestClient(app) as client:
        assert Desk(client, known["ada"][0]).state()["id"] == 1
    with TemporaryDirectory() as folder:
        make_package(Path(folder), PARTIES, ISSUES, stating=5)
        take_in(server.url, Path(folder))
    with connect(server.owner_url) as connection:
        found = connection.execute("SELECT id FROM position WHERE id > 1 ORDER BY id").fetchall()
        templates = [number for (number,) in found]
        multiply(server.owner_url, POSITIONS, templates=templates, quotes=1, letters=12)
        connection.execute("VACUUM ANALYZE")
    return {}


VERY_MANY = World("very_many", _fill, LAKE)


@dataclass
class Asked:
    """A running application, and what tells how its statements are run."""

    app: FastAPI
    client: TestClient
    owner: psycopg.Connection
    rows: Mapping[str, int]  # of each large table
    seen: set[tuple[str, bool]]  # statements that were tried, of which negotiation

    def reads(self, address: str, *, beside: bool) -> list[str]:
        """Ask, and list what is read too much of for an answer."""
        with sent_to(self.app.state.engine) as sent:
            got = self.client.get(address)
        assert got.status_code < 500, got.text[:500]
        found = []
        for each in sent:
            if (each.text, beside) in self.seen:
                continue
            self.seen.add((each.text, beside))
            for rows in read_rows(self.owner, each):
                for table, most in self.rows.items():
                    if rows[table] > most * MOST and not allowed(each, beside=beside):
                        found.append(f"{rows[table]} rows of {table}: {each.text}")
        return found


def allowed(sent: Sent, *, beside: bool) -> bool:
    """Tell whether a statement may read all positions of the large negotiation."""
    listed = {**OF_ALL, **({} if beside else WHOLE)}
    return any(sent.text == statement._text for statement in listed)


@pytest.fixture(scope="module")
def asked(postgres: Server) -> Iterator[Asked]:
    """Return a server with very many positions in one of its negotiations."""
    with (
        copied(postgres, VERY_MANY) as (server, _),
        application(SETTINGS, server.url) as app,
        TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client,
        connect(server.owner_url) as owner,
    ):
        for name, value in LIMITS.items():
            owner.execute(f"SET {name} = '{value}'")
        large = owner.execute(
            "SELECT relname, reltuples::int FROM pg_class WHERE relkind = 'r' AND reltuples >= %s",
            [POSITIONS],
        )
        yield Asked(app, client, owner, dict(large.fetchall()), set())


def test_large_tables_are_those_of_positions_and_quotes(asked: Asked) -> None:
    of_many = {"log_revision", "log_holding", "log_spell", "log_quote_use", "quote", "quote_check"}
    assert asked.rows.keys() == of_many


@pytest.mark.parametrize(
    "values", [pytest.param(SMALL, id="beside"), pytest.param(OF_MANY, id="within")]
)
def test_no_address_reads_all(
    asked: Asked, values: Mapping[str, object], subtests: pytest.Subtests
) -> None:
    within, tried = values is OF_MANY, 0
    for method, path in routes(asked.app):
        if method != "GET" or path in NOT_ASKED or (within and path.endswith(FILES)):
            continue
        if within and "{" not in path:
            continue  # asked before
        for query in ("", *QUERIES.get(path, ())):
            address = fill(path, VALUES | values) + (query if within or "{" not in path else "")
            with subtests.test(address):
                assert asked.reads(address, beside=not within) == []
                tried += 1
    assert tried > 40
    assert len(asked.seen) > 40
