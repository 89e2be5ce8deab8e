"""Provide editors and a viewer in browsers, an editor at the API, and their negotiation."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from tests.accounts.make import ACCOUNTS, browser
from tests.codebook.make import Api, negotiation
from tests.support.applications import application
from tests.support.fixtures import SETTINGS
from tests.support.worlds import Known, World


def upon(world: World, name: str, fill: Callable[[Api, Known], Known]) -> World:
    """Return the world that an editor fills over the API on top of another."""

    def enter(server: Server, known: Known) -> Known:
        with application(SETTINGS, server.url) as app, TestClient(app) as client:
            return fill(Api(client, known["tokens"]["editor"]), known)

    return World(name, enter, world)


SARN = upon(ACCOUNTS, "sarn", lambda api, _: {"source": negotiation(api)})
REVIEWED = upon(ACCOUNTS, "reviewed", lambda api, _: {"source": negotiation(api, review=True)})


@pytest.fixture
def tokens(copy: tuple[Server, Known]) -> dict[str, str]:
    """Return API tokens by the names of accounts."""
    return dict(copy[1]["tokens"])


@pytest.fixture
def source(copy: tuple[Server, Known]) -> int:
    """Return the id of the negotiation's source."""
    return int(copy[1]["source"])


@pytest.fixture
def api(client: TestClient, tokens: dict[str, str]) -> Api:
    """Return an API client with the token of the editor, the author of all drafts."""
    return Api(client, tokens["editor"])


@pytest.fixture
def editor(app: FastAPI, client: TestClient) -> TestClient:
    """Return a browser in which the editor is signed in."""
    return browser(app, "editor")


@pytest.fixture
def author(editor: TestClient) -> TestClient:
    """Return the browser of the author of all drafts."""
    return editor


@pytest.fixture
def second(app: FastAPI, client: TestClient) -> TestClient:
    """Return a browser of a second editor: an admin may do all that an editor may."""
    return browser(app, "admin")


@pytest.fixture
def viewer(app: FastAPI, client: TestClient) -> TestClient:
    """Return a browser in which the viewer is signed in."""
    return browser(app, "viewer")
