"""Define the entries of the log, and the hashes that chain each commit to all before it."""

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
    """One object as it is after an action, with a snapshot of all its fields."""

    kind: str
    object_id: int
    version: int
    action: str
    snapshot: dict[str, Any]
    public: bool = True
    reason: str | None = None
    negotiation_id: int | None = None
    position: Position | None = None  # the live row, if the object is a position
    new: bool = False  # the object did not exist before, as far as the caller knows
    recorded_at: datetime | None = None  # from the data of an import, as is recorded_by
    recorded_by: str | None = None


def snapshot(row: Base) -> dict[str, Any]:
    """Return the columns of a live row as JSON values, without id, version and computed columns.

    `redacted` is left out as long as nothing is redacted.
    """
    columns = type(row).__table__.columns
    values = {c.key: json_value(getattr(row, c.key)) for c in columns if c.computed is None}
    unsaid = {"id", "version"} | ({"redacted"} if values.get("redacted") is None else set())
    return {name: value for name, value in values.items() if name not in unsaid}


def json_value(value: object) -> Any:
    """Convert a value of a column to a JSON value: dates and UUIDs become strings."""
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
    """Encode a JSON value in the one form that is hashed: sorted keys, no spaces, UTF-8."""
    return b"null" if value is None else _encode(value).encode("utf-8", "surrogatepass")


def payload_hash(nonce: bytes, c: Change) -> bytes:
    """Return the SHA-256 of a change's payload (reason, recorded_by, snapshot) after the nonce."""
    return hashlib.sha256(nonce + canonical([c.reason, c.recorded_by, c.snapshot])).digest()


class ChainHash:
    """The hash of one commit: over the previous hash and the hash of each payload.

    It never covers a payload itself, so that the chain stays valid after a redaction.
    """

    def __init__(
        self, previous: bytes, seq: int, at: datetime, by: str | None, batch: str | None
    ) -> None:
        opened = canonical([seq, at.timestamp(), by, batch, []]).removesuffix(b"]]")
        self._hash, self._begun = hashlib.sha256(previous + opened), False

    def add(self, lines: bytes) -> None:
        """Add lines made by `chain_line`, or any pieces of them; each line begins with a comma."""
        self._hash.update(lines if self._begun else lines[1:])
        self._begun = True

    def digest(self) -> bytes:
        """Return the hash over everything added so far."""
        whole = self._hash.copy()
        whole.update(b"]]")
        return whole.digest()


def covered(by: str | None, batch: str | None, lines: bytes) -> bytes:
    """Return what the hash of a commit covers after its number and instant.

    `lines` are all that were made by `chain_line`.
    """
    return b",%b,%b,[%b]]" % (canonical(by), canonical(batch), lines.removeprefix(b","))


def chain_line(c: Change, payload: bytes) -> bytes:
    """Return what the chain covers of one change, beginning with a comma.

    `payload` is the hash of its payload.
    """
    recorded_at = c.recorded_at and c.recorded_at.timestamp()
    return b"," + canonical(
        [c.kind, c.object_id, c.version, c.action, c.public, recorded_at, payload.hex()]
    )


def remains_hash(c: Change) -> str:
    """Return the hex SHA-256 of what a redaction left of a payload.

    The entry of the redaction contains it, so that the remains can be verified too.
    """
    return hashlib.sha256(canonical([c.reason, c.recorded_by, c.snapshot])).hexdigest()
