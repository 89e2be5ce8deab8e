"""Provide an editor in a browser, one at the API, and the negotiation that they work on."""

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
    """Return an API client with the editor's token."""
    return Api(client, tokens["editor"])


@pytest.fixture
def source(api: Api) -> int:
    """Make the negotiation, and return its source's id."""
    return negotiation(api)


@pytest.fixture
def editor(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    """Return a browser in which the editor is signed in."""
    yield browser(app, "editor")


@pytest.fixture
def viewer(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    """Return a browser in which the viewer is signed in."""
    yield browser(app, "viewer")
