"""Where clients find the socket of a data folder, however long or strange its path is."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from app.embedded_postgres.programs import PostgresError

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes; what the narrowest system takes


def client_folder(data: Path, *, make: bool = True) -> Path:
    """Name the data folder for clients: by a short link, if its path is too long or libpq would take it apart."""
    path = str(data)
    if (
        len(os.fsencode(path)) + len(SOCKET) < LONGEST_SOCKET
        and path.isprintable()
        and not set(path) & set(",:")
    ):
        return data
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    places = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]  # noqa: S108  (whose link it is, is looked at below)
    place = next(place for place in places if 0 < len(place) < 40 and os.access(place, os.W_OK))
    link = Path(place) / f"parley-{os.geteuid()}-{digest}"
    if make:
        with contextlib.suppress(FileExistsError):
            link.symlink_to(data)
        # Anybody may have been first in a folder that everybody may write to.
        if link.lstat().st_uid != os.geteuid() or os.readlink(link) != path:
            raise PostgresError(f"{link} stands in the way, and is not ours")
    return link
