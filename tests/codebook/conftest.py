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
    return add_accounts(database.url, [UserRole.VIEWER, UserRole.EDITOR, UserRole.ADMIN])


@pytest.fixture
def api(client: TestClient, tokens: dict[str, str]) -> Api:
    return Api(client, tokens["editor"])


@pytest.fixture
def source(api: Api) -> int:
    return negotiation(api)


@pytest.fixture
def editor(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    yield browser(app, "editor")


@pytest.fixture
def viewer(app: FastAPI, client: TestClient, tokens: dict[str, str]) -> Iterator[TestClient]:
    yield browser(app, "viewer")
