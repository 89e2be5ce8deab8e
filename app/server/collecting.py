"""Collect garbage at set times, so that it never interrupts the making of an answer for long.

The collector of Python starts by itself after so many new objects, which is in the middle of a long
answer, and then looks at all objects that are kept: for half a second, while nobody is answered.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable

EVERY = 0.5  # seconds
MOST_BUSY = 40  # collections of young objects after which all are looked at, however busy it is
YOUNG = 1  # the generation of objects that have outlived one collection


@contextlib.asynccontextmanager
async def collecting(is_idle: Callable[[], bool]) -> AsyncIterator[None]:
    """Collect garbage at set times while the block runs, and not in between."""
    gc.disable()
    task = asyncio.create_task(_collect(is_idle))
    try:
        yield
    finally:
        task.cancel()
        gc.enable()


async def _collect(is_idle: Callable[[], bool]) -> None:
    busy = 0
    while True:
        await asyncio.sleep(EVERY)
        idle = is_idle()
        busy = 0 if idle or busy >= MOST_BUSY else busy + 1
        if busy or idle:
            collect(idle=idle)
        else:
            gc.collect()


def collect(*, idle: bool) -> None:
    """Collect the garbage among young objects; if nothing is under way, among all new ones.

    What is left then is kept for long, and is not looked at again.
    """
    if not idle:
        gc.collect(YOUNG)
    elif any(gc.get_count()):
        gc.collect()
        gc.freeze()
