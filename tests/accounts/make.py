"""Make accounts for tests, and a browser that is signed in."""

from collections.abc import Iterable
from datetime import UTC, datetime

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.testclient import TestClient

from app.accounts import actions
from app.core import clock
from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import Server
from app.models.account import Account
from app.models.vocabulary import UserRole
from tests.support.worlds import EMPTY, Known, World, run

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def make_account(
    session: AsyncSession,
    name: str = "ada",
    role: UserRole = UserRole.EDITOR,
    password: str | None = PASSWORD,
    now: datetime = NOW,
) -> Account:
    """Add an account."""
    return await actions.add_user(
        session, by=None, name=name, role=role, password=password, now=now
    )


def add_accounts(database_url: str, roles: Iterable[UserRole]) -> dict[str, str]:
    """Add an account of each role, with the role as its name, as the command line does.

    Returns API tokens by name.
    """

    async def add() -> dict[str, str]:
        engine, now = make_engine(database_url), clock.now()
        tokens: dict[str, str] = {}
        async with transaction(make_sessions(engine)) as session:
            for role in roles:
                account = await make_account(session, role, role, now=now)
                wanted = actions.TokenRequest("test")
                tokens[str(role)] = await actions.add_token(
                    session, wanted, account=account, now=now
                )
        await engine.dispose()
        return tokens

    return run(add())


def _fill(server: Server, _known: Known) -> Known:
    return {"tokens": add_accounts(server.url, UserRole)}


ACCOUNTS = World("accounts", _fill, EMPTY)


def browser(
    app: FastAPI, name: str | None = None, address: str = "127.0.0.1", password: str = PASSWORD
) -> TestClient:
    """Return a browser at an address, signed in if a name is given."""
    made = TestClient(app, follow_redirects=False, client=(address, 5000), headers=SAME_ORIGIN)
    if name is not None:
        answer = made.post("/login", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
    return made
