"""Verifying the log: does every payload still have its hash, and every commit one that follows from those before?"""

import hashlib
from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.history.record import Change, chain_hash, payload_hash
from app.models.log import Commit, Revision

AT_ONCE = 1_000  # rows in memory
COMMIT = (Commit.seq, Commit.at, Commit.by, Commit.batch, Commit.previous, Commit.hash)


async def verify_log(session: AsyncSession) -> list[str]:
    """Compute all hashes of the log again; a line for each that differs, none where nothing was tampered with.

    What was redacted has no payload any more, and keeps its place in the chain.
    """
    faults: list[str] = []
    seq, at, digest = -1, None, b""
    async for commit, revisions in _commits(session):
        if commit.seq != seq + 1:
            faults.append(f"entry {commit.seq} follows on {seq}: something between them is missing")
        elif commit.previous != digest:
            faults.append(f"entry {commit.seq} does not follow from the entry before it")
        if at is not None and commit.at <= at:
            faults.append(f"entry {commit.seq} is not later than the entry before it")
        entries = [(_change(r), r.payload_hash) for r in revisions]
        if commit.hash != _hash(commit, entries):
            faults.append(f"entry {commit.seq} is not what its hash was made of")
        for r, (change, sealed) in zip(revisions, entries, strict=True):
            if r.redacted_at is None and payload_hash(r.nonce or b"", change) != sealed:
                faults.append(f"entry {commit.seq}: version {r.version} of {r.kind} {r.object_id} was changed")
        seq, at, digest = commit.seq, commit.at, commit.hash
    return faults


async def _commits(session: AsyncSession) -> AsyncIterator[tuple[Row[Any], list[Revision]]]:
    """Each commit with its revisions, in order, without holding the log in memory."""
    rows = await session.stream(
        select(*COMMIT, Revision)
        .outerjoin(Revision, Revision.seq == Commit.seq)
        .order_by(Commit.seq, Revision.n)
        .execution_options(yield_per=AT_ONCE, populate_existing=True)
    )
    pending: list[Row[Any]] = []
    async for part in rows.partitions():
        groups = [list(group) for _, group in groupby([*pending, *part], key=lambda row: row.seq)]
        pending = groups.pop()  # may go on in the next part
        for group in groups:
            yield group[0], [row.Revision for row in group if row.Revision is not None]
    if pending:
        yield pending[0], [row.Revision for row in pending if row.Revision is not None]


def _change(r: Revision) -> Change:
    snapshot = r.snapshot or {}
    return Change(
        r.kind, r.object_id, r.version, r.action, snapshot, r.public, r.reason,
        recorded_at=r.recorded_at, recorded_by=r.recorded_by,
    )  # fmt: skip


def _hash(commit: Row[Any], entries: list[tuple[Change, bytes]]) -> bytes:
    if commit.seq == 0:
        return hashlib.sha256(b"").digest()
    return chain_hash(commit.previous, commit.seq, commit.at, commit.by, commit.batch, entries)
