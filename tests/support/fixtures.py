"""Provide the lake: a small invented negotiation with accounts, copied for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.accounts import actions as accounts
from app.accounts.queries import hashed
from app.core import clock
from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import Server
from app.http.middleware import session_cookie
from app.models.account import SignIn
from app.models.vocabulary import UserRole
from app.settings import Settings
from tests.support.applications import application
from tests.support.factories import TEXT, Desk
from tests.support.worlds import EMPTY, Known, World, copied, run

# Formatting one traceback with every variable of every frame for a terminal takes seconds.
if not structlog.is_configured():
    structlog.configure(
        [structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
    )

PEOPLE = {
    "ada": UserRole.EDITOR,
    "bo": UserRole.EDITOR,
    "vic": UserRole.VIEWER,
    "root": UserRole.ADMIN,
}
SETTINGS = Settings(hosts=("testserver", "127.0.0.1", "localhost"), unsafe_database=True)

# By account name: an API token, and the cookie of a signed-in browser.
Secrets = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Lake:
    """A negotiation `lake` on quota (a scale) and dam.

    Its parties are north and south (principals) and council (mediator).
    """

    app: FastAPI
    database: Server
    ada: Desk  # editor
    bo: Desk  # editor
    vic: Desk  # viewer
    root: Desk  # admin
    stranger: Desk

    @property
    def desks(self) -> dict[str, Desk]:
        """Return all clients by account name."""
        return {d.name: d for d in (self.ada, self.bo, self.vic, self.root, self.stranger)}


@pytest.fixture
def lake(lake_database: tuple[Server, Secrets]) -> Iterator[Lake]:
    """Provide the lake with clients for each account, for this test alone."""
    server, secrets = lake_database
    here = ("127.0.0.1", 50_000)
    with (
        application(SETTINGS, server.url) as app,
        TestClient(
            app, raise_server_exceptions=False, follow_redirects=False, client=here
        ) as client,
    ):
        desks = {
            name: Desk(client, token, name, cookie) for name, (token, cookie) in secrets.items()
        }
        yield Lake(app, server, **desks, stranger=Desk(client))


@pytest.fixture
def lake_database(postgres: Server) -> Iterator[tuple[Server, Secrets]]:
    """Return a copy of the lake's database, and the secrets of its accounts."""
    with copied(postgres, LAKE) as (server, people):
        yield server, people


def _fill(server: Server, _known: Known) -> Known:
    people = run(_add_people(server.url))
    with application(SETTINGS, server.url) as app, TestClient(app) as client:
        enter_lake(Desk(client, people["ada"][0]))
    return dict(people)


LAKE = World("lake", _fill, EMPTY)


def enter_lake(ada: Desk) -> None:
    """Enter the lake's parties, issues, source and speakers over the API."""
    for path, body in (
        ("/negotiations", {"slug": "lake", "title": "Lake treaty"}),
        ("/parties", {"slug": "north", "name": "Northshore", "aliases": ["The North"]}),
        ("/parties", {"slug": "south", "name": "Southshore"}),
        ("/parties", {"slug": "council", "name": "Basin Council"}),
        ("/negotiations/lake/parties", {"party": "north"}),
        ("/negotiations/lake/parties", {"party": "south"}),
        ("/negotiations/lake/parties", {"party": "council", "role": "mediator"}),
        (
            "/negotiations/lake/issues",
            {"slug": "quota", "title": "Water quota", "ordered": True, "options": [
                {"slug": f"q{share}", "label": f"{share} %", "rank": n}
                for n, share in enumerate((20, 30, 40), 1)
            ]},
        ),
        (
            "/negotiations/lake/issues",
            {"slug": "dam", "title": "The dam", "options": [
                {"slug": s, "label": s.title()} for s in ("closed", "open", "shared")
            ]},
        ),
        (
            "/sources",
            {"url": "https://news.example/lake", "title": "Talks resume",
             "published_on": "2024-05-14", "text": TEXT},
        ),
        ("/speakers", {"name": "Mara Venn", "office": "Minister", "party": "north",
                       "aliases": ["M. Venn"]}),
        ("/speakers", {"name": "Tol Ibarra", "office": "Envoy", "party": "south"}),
    ):  # fmt: skip
        assert ada.post(path, body).status == 201, (path, body)


async def _add_people(url: str) -> Secrets:
    engine, now = make_engine(url), clock.now()
    people = {}
    async with transaction(make_sessions(engine)) as session:
        for name, role in PEOPLE.items():
            account = await accounts.add_user(
                session, by=None, name=name, role=role, password=None, now=now
            )
            token = await accounts.add_token(
                session, accounts.TokenRequest("test"), account=account, now=now
            )
            until = now + timedelta(days=1)
            session.add(
                SignIn(
                    account_id=account.id,
                    token_hash=hashed(name),
                    created_at=now,
                    last_seen_at=now,
                    expires_at=until,
                )
            )
            people[name] = (token, f"{session_cookie(secure=False)}={name}")
    await engine.dispose()
    return people
