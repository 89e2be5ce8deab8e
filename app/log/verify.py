"""Verify the log: the hashes of payloads, the chain of commits, and the tables derived from it."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.log.compare import compare
from app.log.entry import ChainHash, Change, chain_line, payload_hash, remains_hash
from app.log.writer import REDACTION
from app.models.log import Commit, Revision

AT_ONCE = 1_000  # rows in memory
AHEAD = timedelta(seconds=5)  # how far an import may date its entry ahead
COMMIT = (Commit.seq, Commit.at, Commit.by, Commit.batch, Commit.previous, Commit.hash)


@dataclass(slots=True)
class LogReport:
    """The result of verifying the log."""

    faults: list[str] = field(default_factory=list)  # a line for each difference
    redacted: int = 0  # the number of redacted payloads


async def verify_log(session: AsyncSession) -> LogReport:
    """Compute all hashes of the log again and compare the derived tables.

    There are no faults unless something was tampered with. A redacted payload keeps its place in
    the chain, which covers the payload's former hash; what is left of it must have the hash in the
    entry of the redaction. Begins a transaction that sees one state of the database.
    """
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    checked, remains = LogReport(), _Remains()
    faults = checked.faults
    seq, at, digest = -1, None, b""
    chained: ChainHash | None = None

    def close() -> None:
        if seq >= 0 and digest != (chained.digest() if chained else hashlib.sha256(b"").digest()):
            faults.append(f"entry {seq} is not what its hash was made of")

    async for row in _rows(session):
        if row.seq != seq:
            close()
            faults += _following(row, seq, at, digest)
            seq, at, digest = row.seq, row.at, row.hash
            chained = ChainHash(row.previous, seq, at, row.by, row.batch) if seq else None
        if (r := row.Revision) is None:
            continue
        change = _change(r)
        if chained:
            chained.add(chain_line(change, r.payload_hash))
        if r.redacted_at is not None:
            checked.redacted += 1
        elif payload_hash(r.nonce or b"", change) != r.payload_hash:
            faults.append(_changed(r))
        remains.note(r, change)
    close()
    faults += remains.faults()
    ahead = await session.scalar(select(literal(at) > func.clock_timestamp() + AHEAD))
    if ahead:
        faults.append(
            f"entry {seq} lies in the future: the clock was set back, or the entry was made up"
        )
    faults += [line async for line in compare(session)]
    return checked


class _Remains:
    """What is left of redacted payloads, held against the hashes that the redactions name."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, int], tuple[str, Revision]] = {}
        self._named: dict[tuple[int, int], str] = {}

    def note(self, r: Revision, change: Change) -> None:
        if r.snapshot is None:
            return
        if r.redacted_at is not None:
            self._left[r.seq, r.n] = (remains_hash(change), r)
        if r.kind == REDACTION:
            self._named |= {(int(s), int(n)): remains for s, n, remains in r.snapshot["left"]}

    def faults(self) -> list[str]:
        return [
            _changed(r)
            for place, (remains, r) in self._left.items()
            if self._named.get(place) != remains
        ]


def _changed(r: Revision) -> str:
    return f"entry {r.seq}: version {r.version} of {r.kind} {r.object_id} was changed"


def _following(commit: Any, seq: int, at: datetime | None, digest: bytes) -> list[str]:
    """List the reasons why a commit does not follow the one before it.

    Numbers may be left out, but each hash must build on the previous one.
    """
    faults = []
    if commit.previous != digest and commit.seq != seq + 1:
        faults.append(f"entry {commit.seq} follows on {seq}: something between them is missing")
    elif commit.previous != digest:
        faults.append(f"entry {commit.seq} does not follow from the entry before it")
    if at is not None and commit.at <= at:
        faults.append(f"entry {commit.seq} is not later than the entry before it")
    return faults


async def _rows(session: AsyncSession) -> AsyncIterator[Any]:
    """Stream each commit with each of its revisions, in order, at most `AT_ONCE` in memory."""
    rows = await session.stream(
        select(*COMMIT, Revision)
        .outerjoin(Revision, Revision.seq == Commit.seq)
        .order_by(Commit.seq, Revision.n)
        .execution_options(yield_per=AT_ONCE, populate_existing=True)
    )
    async for part in rows.partitions():
        for row in part:
            yield row


def _change(r: Revision) -> Change:
    snapshot = r.snapshot or {}
    return Change(
        r.kind, r.object_id, r.version, r.action, snapshot, r.public, r.reason,
        recorded_at=r.recorded_at, recorded_by=r.recorded_by,
    )  # fmt: skip
