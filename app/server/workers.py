"""Run several workers on one socket.

They share a folder, for their counts and for the mark that all of them are stopping.
"""

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
    """Make the shared folder; prometheus_client looks for it when a worker imports it."""
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
    """Tell a worker whether all workers stop, so that their common socket may be closed."""
    folder = os.environ.get(FOLDER)
    return folder is None or Path(folder, STOPPING).exists()


class _Workers(Multiprocess):
    """Supervisor of uvicorn, which marks when all workers stop.

    On SIGHUP it replaces workers one by one; then the socket must stay open.
    """

    def terminate_all(self) -> None:
        Path(os.environ[FOLDER], STOPPING).touch()
        super().terminate_all()
