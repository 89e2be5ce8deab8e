"""Read and write cursors: opaque to clients, valid for one purpose and one epoch of the log."""

import base64
import binascii
import json
from typing import Any

from app.core.errors import bad_parameter


def write_cursor(purpose: str, epoch: str, *place: Any) -> str:
    """Return a cursor that names a place in a list."""
    raw = json.dumps([purpose, epoch[:8], *place], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_cursor(cursor: str, purpose: str, epoch: str, *, name: str = "cursor") -> list[Any]:
    """Return the place that a cursor names.

    Raises Invalid if the cursor was made for another purpose, or before the database was restored.
    """
    try:
        raw = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
        found, of, *place = json.loads(raw)
    except (ValueError, binascii.Error, UnicodeError, TypeError, RecursionError):
        raise bad_parameter(name, "is not a cursor of this server") from None
    if found != purpose:
        raise bad_parameter(name, "belongs to other filters: start again without it")
    if of != epoch[:8]:
        raise bad_parameter(
            name, "is from before this database was restored: start again without it"
        )
    return place
