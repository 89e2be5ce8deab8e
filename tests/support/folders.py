"""Make folders for tests, in memory if there is room.

On a disk, a new database can cost fifteen times the CPU time.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  (we make a private folder in it)
ROOM = 4 * 1024**3


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder, and delete it when the block ends."""
    with tempfile.TemporaryDirectory(prefix=f"parley-tests-{os.getpid()}-", dir=_place()) as made:
        yield Path(made)


def _place() -> Path | None:
    try:
        roomy = shutil.disk_usage(MEMORY).free > ROOM
    except OSError:
        return None
    return MEMORY if roomy and os.access(MEMORY, os.W_OK | os.X_OK) else None


def sweep() -> None:
    """Delete what killed tests have left in memory.

    A server that still runs there ends by itself.
    """
    for left in MEMORY.glob("parley-tests-*"):
        found = re.match(r"parley-tests-(\d+)-", left.name)
        if found and not Path(f"/proc/{found[1]}").exists():
            shutil.rmtree(left, ignore_errors=True)
