"""Go through long work in steps, so that other requests are answered in between.

A request whose reader has left ends at the next of these steps, since it can be cancelled there.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

AT_A_STRETCH = 0.005  # seconds


async def gently(items: Iterable[T]) -> AsyncIterator[T]:
    """Give these items one by one, and let other tasks go on every few milliseconds."""
    began = time.perf_counter()
    for item in items:
        yield item
        if time.perf_counter() - began > AT_A_STRETCH:
            await asyncio.sleep(0)
            began = time.perf_counter()
