"""Go through long work in steps, so that other requests are answered in between.

A request whose reader has left ends at the next of these steps, since it can be cancelled there.
Work that is marked as dear also lets all requests pass that are not.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

AT_A_STRETCH = 0.005  # seconds
MOST_WAITED = 0.05  # seconds that dear work waits between two steps, so that it ends some day


class Passing:
    """Count the requests that dear work lets pass."""

    def __init__(self) -> None:
        self.under_way = 0
        self._none_left = asyncio.Event()

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Let one pass while the block runs."""
        self.under_way += 1
        self._none_left.clear()
        try:
            yield
        finally:
            self.under_way -= 1
            if not self.under_way:
                self._none_left.set()

    async def let_pass(self) -> None:
        """Wait until none is under way, but not for long."""
        if self.under_way:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), MOST_WAITED)


# Whom the work of this request lets pass; None where it is not dear.
gives_way_to: ContextVar[Passing | None] = ContextVar("gives_way_to", default=None)


async def step_aside() -> None:
    """Let others go on, between two steps of long work."""
    await asyncio.sleep(0)
    passing = gives_way_to.get()
    if passing is not None:
        await passing.let_pass()


async def gently(items: Iterable[T]) -> AsyncIterator[T]:
    """Give these items one by one, and let other tasks go on every few milliseconds."""
    began = time.perf_counter()
    for item in items:
        yield item
        if time.perf_counter() - began > AT_A_STRETCH:
            await step_aside()
            began = time.perf_counter()
