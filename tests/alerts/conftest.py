"""Provide receivers, and a process that sends by a clock of its own."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from app.alerts import sending
from app.alerts.sending import Sender
from app.core import clock
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.alerts import asking
from tests.alerts.receiver import Receiver, receiving
from tests.support.factories import Answer, Body, Desk
from tests.support.fixtures import SETTINGS, Lake
from tests.support.worlds import run

T = TypeVar("T")


@dataclass
class Clock:
    """A clock that can be put forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead

    def pass_by(self, **much: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**much)


@dataclass
class Process:
    """A process that sends what is due when it is told to."""

    url: str
    clock: Clock
    settings: Settings = SETTINGS
    seconds: float = 20

    def do(self, work: Callable[[Sender], Awaitable[T]]) -> T:
        """Run work with connections of its own."""

        async def running() -> T:
            engine = make_engine(self.url)
            sender = Sender(make_sessions(engine), self.settings, self.clock, self.seconds)
            try:
                return await work(sender)
            finally:
                await engine.dispose()

        return run(running())

    def work(self) -> int:
        """Follow the log and send all that is due; return the number of attempts."""

        async def working(sender: Sender) -> int:
            await sending.follow(sender)
            n = 0
            while await sending.send_next(sender):
                n += 1
            return n

        return self.do(working)

    def with_settings(self, **settings: Any) -> "Process":
        """Return a process with other settings."""
        return replace(self, settings=Settings(**{**self.settings.model_dump(), **settings}))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Provide a receiver of webhooks."""
    with receiving() as made:
        yield made


@pytest.fixture
def process(lake: Lake) -> Process:
    """Provide a process that sends by a clock that the test moves."""
    return Process(lake.database.url, Clock())


def allow(lake: Lake, receiver: Receiver, *, inside: bool = True) -> None:
    """Let an admin allow a receiver of this machine."""
    asking.allow(lake, receiver.url.removesuffix("/hook"), inside=inside)


def ask(desk: Desk, receiver: Receiver, **more: Any) -> Answer:
    """Ask for an alert by webhook."""
    body: Body = {
        "negotiation": "lake",
        "channel": "webhook",
        "address": receiver.url,
        **more,
    }
    return desk.post("/alerts", body)


def deliveries(desk: Desk, number: int) -> list[Any]:
    """Return what an alert has told, the newest first."""
    found: list[Any] = desk.get(f"/alerts/{number}/deliveries").data
    return found
