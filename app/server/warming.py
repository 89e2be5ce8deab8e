"""Prepare what the first readers would wait for, a little at a time, once the program serves.

Compiling the templates of a page takes longer than others should wait for an answer.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator

from app.http.templating import templates

PAUSE = 0.05  # seconds between two templates


@contextlib.asynccontextmanager
async def warming() -> AsyncIterator[None]:
    """Compile all templates in a thread while the block runs."""
    done = threading.Event()
    work = asyncio.create_task(asyncio.to_thread(compile_templates, done))
    try:
        yield
    finally:
        done.set()
        await work


def compile_templates(done: threading.Event, pause: float = PAUSE) -> None:
    """Compile one template after the other, until told that it is done."""
    made = templates()
    for name in made.list_templates():
        if done.wait(pause):
            return
        made.get_template(name)
