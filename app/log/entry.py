"""What one entry of the log holds, and the hashes that chain it to all before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.models.base import Base
from app.models.position import Position

FORMAT = 1  # of the snapshots written by this version of the program


@dataclass(frozen=True, slots=True)
class Change:
    """One object as an action left it."""

    kind: str
    object_id: int
    version: int
    action: str
    snapshot: dict[str, Any]
    public: bool = True
    reason: str | None = None
    negotiation_id: int | None = None
    position: Position | None = None  # the live row, where the object is a position
    new: bool = False  # the object was not on file, as far as whoever notes this knows
    recorded_at: datetime | None = None  # brought along by an import
    recorded_by: str | None = None


def snapshot(row: Base) -> dict[str, Any]:
    """All columns of a live row as JSON values, but for its number, its version, and what the database computes."""
    columns = type(row).__table__.columns
    values = {c.key: plain(getattr(row, c.key)) for c in columns if c.computed is None}
    unsaid = {"id", "version"} | ({"redacted"} if values.get("redacted") is None else set())
    return {name: value for name, value in values.items() if name not in unsaid}


def plain(value: object) -> Any:
    if isinstance(value, float):
        return value + 0.0  # JSONB has no -0.0, and what is hashed must be what is read again
    return (
        value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, UUID)
        else value
    )


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: object) -> bytes:
    return b"null" if value is None else _encode(value).encode("utf-8", "surrogatepass")


def payload_hash(nonce: bytes, c: Change) -> bytes:
    return hashlib.sha256(nonce + canonical([c.reason, c.recorded_by, c.snapshot])).digest()


class ChainHash:
    """The hash of one commit: over the one before and the hash of each payload, never a payload itself."""

    def __init__(
        self, previous: bytes, seq: int, at: datetime, by: str | None, batch: str | None
    ) -> None:
        opened = canonical([seq, at.timestamp(), by, batch, []]).removesuffix(b"]]")
        self._hash, self._begun = hashlib.sha256(previous + opened), False

    def add(self, lines: bytes) -> None:
        """Go on by lines of `chain_line`, or by any piece of such; each has a comma before it."""
        self._hash.update(lines if self._begun else lines[1:])
        self._begun = True

    def digest(self) -> bytes:
        whole = self._hash.copy()
        whole.update(b"]]")
        return whole.digest()


def chain_line(c: Change, payload: bytes) -> bytes:
    """What the chain covers of one change, with a comma before it; `payload` is the hash of its payload."""
    recorded_at = c.recorded_at and c.recorded_at.timestamp()
    return b"," + canonical(
        [c.kind, c.object_id, c.version, c.action, c.public, recorded_at, payload.hex()]
    )


def remains_hash(c: Change) -> str:
    """Hash of what a redaction left of a payload; its entry names it, so that this can be verified as well."""
    return hashlib.sha256(canonical([c.reason, c.recorded_by, c.snapshot])).hexdigest()
