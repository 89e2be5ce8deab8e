"""Folders for tests, in memory where there is room: on a disk a new database can cost fifteen times the processor."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  (the folder that is made in it is nobody else's)
ROOM = 4 * 1024**3


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new folder that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix=f"parley-tests-{os.getpid()}-", dir=_place()) as made:
        yield Path(made)


def _place() -> Path | None:
    try:
        roomy = shutil.disk_usage(MEMORY).free > ROOM
    except OSError:
        return None
    return MEMORY if roomy and os.access(MEMORY, os.W_OK | os.X_OK) else None


def sweep() -> None:
    """Take away what tests that were killed have left in memory; a server that runs on in it ends by itself."""
    for left in MEMORY.glob("parley-tests-*"):
        found = re.match(r"parley-tests-(\d+)-", left.name)
        if found and not Path(f"/proc/{found[1]}").exists():
            shutil.rmtree(left, ignore_errors=True)
