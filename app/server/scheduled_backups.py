"""Back up the embedded database automatically, into PARLEY_HOME/backups."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.core import clock
from app.core.logs import log
from app.db import schema
from app.embedded_postgres.server import Server
from app.server.backups import back_up
from app.settings import Schedule

BEFORE, SCHEDULED = "before", "scheduled"
KEPT_BEFORE = 5  # backups made before migrations
LOOK_SECONDS = 60.0  # between two checks whether a backup is due; also before the first one


def folder_of(home: Path) -> Path:
    """Return the folder of backups."""
    return home / "backups"


def migrate_safely(home: Path, server: Server) -> tuple[str | None, str, Path | None]:
    """Migrate the embedded database, after a backup if that changes anything.

    Returns the versions before and after, and the path of the backup.
    """
    with schema.connected(server.owner_url) as connection:
        found = schema.version(connection)
    made = None
    if found not in (None, schema.newest()) and schema.knows(str(found)):
        made = _make(home, server, f"{BEFORE}-{schema.newest()}", BEFORE, KEPT_BEFORE, clock.now())
    return *schema.migrate(server.owner_url, server.url), made


def _make(home: Path, server: Server, label: str, kind: str, keep: int, now: datetime) -> Path:
    folder = folder_of(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, _ = back_up(server, folder / f"{now:%Y%m%dT%H%M%S%fZ}-{label}.zip", now=now)
    for old in list_kept(home, kind)[:-keep]:
        old.unlink(missing_ok=True)
    return path


def list_kept(home: Path, kind: str) -> list[Path]:
    """List the backups of one kind, oldest first."""
    return sorted(folder_of(home).glob(f"*Z-{kind}*.zip"))


def is_due(home: Path, schedule: Schedule, now: datetime) -> bool:
    """Tell whether a scheduled backup is due."""
    kept = list_kept(home, SCHEDULED)
    return not kept or now.timestamp() - kept[-1].stat().st_mtime >= schedule.every.total_seconds()


def back_up_if_due(home: Path, server: Server, schedule: Schedule, now: datetime) -> Path | None:
    """Make a backup if one is due, and delete the oldest ones above the limit."""
    if not is_due(home, schedule, now):
        return None
    return _make(home, server, SCHEDULED, SCHEDULED, schedule.keep, now)


def keep_backing_up(
    home: Path,
    server: Server,
    schedule: Schedule,
    done: threading.Event,
    tell: Callable[[str], None],
) -> None:
    """Make backups by schedule until `done`; errors are reported, and retried at the next check."""
    while not done.wait(LOOK_SECONDS):
        began = time.monotonic()
        try:
            made = back_up_if_due(home, server, schedule, clock.now())
            if made:
                log.info("backed up", file=made.name, seconds=round(time.monotonic() - began, 1))
        except Exception as error:
            tell(f"the scheduled backup failed: {' '.join(str(error).split())}")
