"""Several workers behind one door: they share a folder, in which they count and see when all of them are to stop."""

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from app.core.counters import FOLDER

STOPPING = "stopping"


@contextlib.contextmanager
def shared_folder() -> Iterator[None]:
    """Make the folder; prometheus_client looks for it when a worker imports it."""
    with tempfile.TemporaryDirectory(
        prefix="parley-workers-", ignore_cleanup_errors=True
    ) as folder:
        os.environ[FOLDER] = folder
        yield


def run(config: uvicorn.Config, door: socket.socket) -> None:
    """Serve with several workers until told to stop."""
    with shared_folder():
        _Workers(config, [door]).run()


def all_stop() -> bool:
    """Tell a worker whether the others stop as well, so that nobody is to come in by their common door any more."""
    folder = os.environ.get(FOLDER)
    return folder is None or Path(folder, STOPPING).exists()


class _Workers(Multiprocess):
    """uvicorn's supervisor, which also replaces workers one by one on SIGHUP; then the door has to stay open."""

    def terminate_all(self) -> None:
        Path(os.environ[FOLDER], STOPPING).touch()
        super().terminate_all()
