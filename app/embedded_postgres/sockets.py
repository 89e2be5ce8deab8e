"""Find the socket of a data folder for clients, whatever the length and characters of its path."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from app.embedded_postgres.programs import PostgresError

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes; the limit of the strictest system


def client_folder(data: Path, *, make: bool = True) -> Path:
    """Return the data folder for clients.

    It is a short link if the path is too long or if libpq would split it.
    """
    path = str(data)
    if (
        len(os.fsencode(path)) + len(SOCKET) < LONGEST_SOCKET
        and path.isprintable()
        and not set(path) & set(",:")
    ):
        return data
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    places = [
        os.environ.get("XDG_RUNTIME_DIR", ""),
        tempfile.gettempdir(),
        "/tmp",  # noqa: S108  (the owner of the link is checked below)
    ]
    place = next(place for place in places if 0 < len(place) < 40 and os.access(place, os.W_OK))
    link = Path(place) / f"parley-{os.geteuid()}-{digest}"
    if make:
        with contextlib.suppress(FileExistsError):
            link.symlink_to(data)
        # In a folder that is writable for all, somebody else may have created it.
        if link.lstat().st_uid != os.geteuid() or os.readlink(link) != path:
            raise PostgresError(f"{link} is in the way, and does not belong to Parley")
    return link
