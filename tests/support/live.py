"""Run a real server on a fresh copy of the lake for a real browser.

`live` is the server, `tab` a tab of a shared Chromium.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.accounts.actions import issue_link
from app.accounts.passwords import make_hash
from app.core import clock
from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import Server
from app.server.connections import ImpatientProtocol
from tests.support.applications import application
from tests.support.browser import chromium
from tests.support.factories import Desk
from tests.support.fixtures import SETTINGS
from tests.support.patience import PATIENCE
from tests.support.worlds import connect, run

PASSWORD = "correct horse battery"
WINDOW = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Live:
    """The server's address, its database, and API clients by name: ada and bo edit, vic reads."""

    url: str
    database: Server
    desks: dict[str, Desk]

    @property
    def ada(self) -> Desk:
        """Return an editor's API client."""
        return self.desks["ada"]

    @property
    def bo(self) -> Desk:
        """Return the API client of another editor."""
        return self.desks["bo"]

    def link(self, name: str) -> str:
        """Return the path of a one-time link that signs an account in."""
        return f"/login?link={run(self._link(name))}"

    def cookie(self, name: str) -> str:
        """Sign an account in by a one-time link; return the session's cookie."""
        secret = run(self._link(name))
        answer = httpx2.post(f"{self.url}/login", data={"link": secret})
        assert answer.status_code == 303, answer.text
        return answer.cookies["parley_session"]

    def sign_in(self, context: BrowserContext, name: str = "ada") -> None:
        """Sign an account in in a browser, without the form."""
        context.add_cookies(
            [{"name": "parley_session", "value": self.cookie(name), "url": self.url}]
        )

    def set_password(self, name: str, password: str = PASSWORD) -> None:
        """Write a password directly into the table: the program would end the account's tokens."""
        with connect(self.database.owner_url) as connection:
            digest = run(make_hash(password))
            connection.execute(
                "UPDATE account SET password_hash = %s WHERE name = %s", (digest, name)
            )

    def end_sign_ins(self) -> None:
        """End all sessions, as if they had expired."""
        with connect(self.database.owner_url) as connection:
            connection.execute("UPDATE sign_in SET ended_at = now()")

    async def _link(self, name: str) -> str:
        engine = make_engine(self.database.url)
        async with transaction(make_sessions(engine)) as session:
            secret = await issue_link(session, account_name=name, now=clock.now())
        await engine.dispose()
        return secret


@contextlib.contextmanager
def serving(url: str) -> Iterator[str]:
    """Serve a database on a free port of this machine until the block ends."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    with application(SETTINGS, url) as app:
        config = uvicorn.Config(
            app, http=ImpatientProtocol, log_config=None, access_log=False, lifespan="on"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until = time.monotonic() + PATIENCE
        while not server.started:
            assert thread.is_alive() and time.monotonic() < until, "the server did not start"
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


@pytest.fixture
def live(lake_database: tuple[Server, dict[str, Any]]) -> Iterator[Live]:
    """Serve the lake."""
    database, secrets = lake_database
    tokens = {
        name: secret if isinstance(secret, str) else secret[0] for name, secret in secrets.items()
    }
    with serving(database.url) as url, httpx2.Client(base_url=url, timeout=PATIENCE) as client:
        yield Live(
            url, database, {name: Desk(client, token, name) for name, token in tokens.items()}
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests of a file.

    Playwright keeps an event loop running in this thread, so it does not outlive the file.
    """
    expect.set_options(timeout=PATIENCE * 1000)
    with chromium() as launched:
        yield launched


@contextlib.contextmanager
def tab(browser: Browser, live: Live, name: str | None = "ada", **options: Any) -> Iterator[Page]:
    """Open a tab of a browser context of its own, signed in.

    `java_script_enabled=False` gives one without scripts.
    """
    context = browser.new_context(
        **{"base_url": live.url, "viewport": WINDOW, "locale": "en-GB", **options}
    )
    context.set_default_timeout(PATIENCE * 1000)
    try:
        if name:
            live.sign_in(context, name)
        page = context.new_page()
        yield page
    finally:
        context.close()
