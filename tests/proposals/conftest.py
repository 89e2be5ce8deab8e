"""Add a program that proposes to the lake."""

import pytest

from app.accounts import actions as accounts
from app.core import clock
from app.db.engine import make_engine, make_sessions, transaction
from app.models.vocabulary import UserRole
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.worlds import run


@pytest.fixture
def pia(lake: Lake) -> Desk:
    """Return the client of an account with the role `proposer`."""
    return proposer(lake, "pia")


def proposer(lake: Lake, name: str, role: UserRole = UserRole.PROPOSER) -> Desk:
    """Add an account with a token to the lake."""
    return Desk(lake.ada.client, add_account(lake.database.url, name, role), name)


def add_account(url: str, name: str, role: UserRole = UserRole.PROPOSER) -> str:
    """Add an account to a database, and return its token."""
    return run(_add(url, name, role))


async def _add(url: str, name: str, role: UserRole) -> str:
    engine, now = make_engine(url), clock.now()
    async with transaction(make_sessions(engine)) as session:
        account = await accounts.add_user(
            session, by=None, name=name, role=role, password=None, now=now
        )
        token = await accounts.add_token(
            session, accounts.TokenRequest("test"), account=account, now=now
        )
    await engine.dispose()
    return token
