"""Collect garbage at set times, so that it never interrupts the making of an answer for long.

The collector of Python starts by itself after so many new objects, which is in the middle of a long
answer, and then looks at all objects that are kept: for half a second, while nobody is answered.
"""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator, Callable

EVERY = 0.5  # seconds
THOROUGHLY = 600.0  # seconds, at least, between two collections of what is kept, too
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
    busy, thorough = 0, time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        idle = is_idle()
        busy = 0 if idle or busy >= MOST_BUSY else busy + 1
        if not busy and not idle:
            gc.collect()
            continue
        due = time.monotonic() - thorough >= THOROUGHLY
        if collect(idle=idle, thorough=due):
            thorough = time.monotonic()


def collect(*, idle: bool, thorough: bool = False) -> bool:
    """Collect the garbage among young objects; if nothing is under way, among all new ones.

    What is left then is kept for long, and is not looked at again until a `thorough` collection:
    objects of a connection that was open become garbage later. Tell whether it was such a one.
    """
    if not idle:
        gc.collect(YOUNG)
    elif any(gc.get_count()):
        if thorough:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        return thorough
    return False
