"""Provide two editors, and a negotiation that requires review."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from app.models.vocabulary import UserRole
from tests.accounts.make import add_accounts, browser
from tests.codebook.make import Api, negotiation


@pytest.fixture
def tokens(database: Server) -> dict[str, str]:
    """Add an account of each role, and return API tokens."""
    return add_accounts(database.url, [UserRole.VIEWER, UserRole.EDITOR, UserRole.ADMIN])


@pytest.fixture
def api(client: TestClient, tokens: dict[str, str]) -> Api:
    """Return the API client of the editor who writes all drafts."""
    return Api(client, tokens["editor"])


@pytest.fixture
def source(api: Api) -> int:
    """Make a negotiation that requires review, and return its source's id."""
    return negotiation(api, review=True)


@pytest.fixture
def author(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    """Return a browser in which the author is signed in."""
    yield browser(app, "editor")


@pytest.fixture
def second(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    """Return another editor's browser: an admin has all rights of an editor."""
    yield browser(app, "admin")


@pytest.fixture
def viewer(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    """Return a browser in which the viewer is signed in."""
    yield browser(app, "viewer")
