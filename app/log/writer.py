"""Write the log: actions add their changes, then sealing gives a number, an instant and a hash."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import BigInteger, exists, func, insert, literal, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.log.documents import period_of
from app.log.entry import FORMAT, ChainHash, Change, chain_line, payload_hash, snapshot
from app.log.search_words import search_vector, words_of
from app.models.log import FOREVER, Commit, Epoch, Holding, QuoteUse, Revision, Spell
from app.models.position import Position
from app.models.source import QuoteCheck

# A kind of object: what was redacted when and why, with the hashes of what was left.
REDACTION = "redaction"
LOCK = 0x7061726C6579  # the one advisory lock, taken last by every writer


@dataclass(frozen=True, slots=True)
class Moment:
    """What the database held after one commit; `pinned` when a reader asked for it."""

    seq: int
    at: datetime
    epoch: str
    pinned: bool = False
    # All redactions up to now, whatever the moment: part of each ETag, since they change the past.
    redactions: int = 0
    # Number of the last commit that changed how older positions read: a code book, an existing
    # speaker or source, the result of a check. None where it has not been looked up.
    context: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The next place in the log: its number, an instant after the last one, the previous hash."""

    seq: int
    at: datetime
    previous: bytes
    epoch: str
    redactions: int


Draw = Callable[[], Awaitable[Place]]


def redactions(*, drafts: bool = True) -> Any:
    """Select the number of redactions; without `drafts`, up to the last of something public."""
    done = aliased(Revision)
    wanted = select(func.coalesce(func.max(done.object_id), 0)).where(done.kind == REDACTION)
    if not drafts:
        touched = aliased(Revision)
        wanted = wanted.where(exists().where(touched.seq == done.seq, touched.public))
    return wanted.scalar_subquery()


class Bulk(Protocol):
    """Very many changes prepared outside the session for the same commit (see bulk/writer.py)."""

    first: int  # the number of the session's own changes that come before these
    count: int

    async def draw(self, draw: Draw) -> Place:
        """Take the log's lock and a place in the log."""
        ...

    def lines(self) -> Iterator[bytes]:
        """Yield what the chain of hashes covers, in pieces of any length."""
        ...

    async def pour(self, place: Place) -> None:
        """Write the changes into the log, under its lock."""
        ...

    async def settle(self, place: Place) -> None:
        """Do what is left before the transaction may commit."""
        ...


@dataclass(slots=True)
class Log:
    """The log entry that is being written: author, time, and the changes so far."""

    session: AsyncSession
    by: str | None
    now: datetime
    batch: str | None = None
    changes: list[Change] = field(default_factory=list)
    checks: list[QuoteCheck] = field(default_factory=list)
    bulk: Bulk | None = None
    # Entries written before the lock is taken, by their number in the commit.
    ahead: dict[int, "_Entry"] = field(default_factory=dict)
    moment: Moment | None = None  # once sealed

    def add(self, change: Change) -> None:
        """Add a change to the entry."""
        self.changes.append(change)

    async def record(
        self,
        kind: str,
        row: Any,
        action: str,
        *,
        reason: str | None = None,
        public: bool = True,
        negotiation_id: int | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Add a change with the current values of a live row; `extra` is added to its snapshot."""
        await self.session.flush()
        self.add(
            Change(
                kind,
                row.id,
                row.version,
                action,
                snapshot(row) | (extra or {}),
                public,
                reason,
                negotiation_id,
            )
        )

    async def amend(
        self, kind: str, row: Any, fields: dict[str, Any], *, reason: str | None, **more: Any
    ) -> bool:
        """Change a live row and add that as a correction.

        Return False, and add nothing, if the row has these values already.
        """
        changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
        if not changed:
            return False
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        await self.record(kind, row, "corrected", reason=reason, **more)
        return True

    @property
    def sealed(self) -> Moment:
        """The moment of this entry; raise RuntimeError if nothing has been changed and sealed."""
        if self.moment is None:
            raise RuntimeError("nothing has been sealed")
        return self.moment

    async def seal(self) -> None:
        """Write the changes as one commit, with its number, instant and hash.

        From here until the transaction ends, other writers wait (docs/decisions/0004).
        """
        bulk = self.bulk if self.bulk and (self.bulk.count or self.ahead) else None
        if not self.changes and bulk is None:
            return
        await self.session.flush()
        first, many = (bulk.first, bulk.count) if bulk else (0, 0)
        numbers = [i if i < first else i + many for i in range(len(self.changes))]
        entries = [
            self.ahead.get(n) or _Entry(n, c) for n, c in zip(numbers, self.changes, strict=True)
        ]
        lines = [chain_line(e.change, e.payload_hash) for e in entries]
        self.session.info["wrote"] = True
        place = await (bulk.draw(self._draw) if bulk else self._draw())
        seq, at = place.seq, place.at
        self.moment = Moment(seq, at, place.epoch, redactions=place.redactions)
        chained = ChainHash(place.previous, seq, at, self.by, self.batch)
        for piece in (*lines[:first], *(bulk.lines() if bulk else ()), *lines[first:]):
            chained.add(piece)
        await self.session.execute(
            insert(Commit).values(
                seq=seq,
                at=at,
                by=self.by,
                batch=self.batch,
                previous=place.previous,
                hash=chained.digest(),
            )
        )
        await self._write(seq, at, [e for e in entries if e.n not in self.ahead])
        for check in self.checks:
            check.seq = seq
        self.session.add_all(self.checks)
        await self.session.flush()
        if bulk:
            await bulk.pour(place)
        await self.session.execute(text("SELECT pg_notify('parley', :seq)"), {"seq": str(seq)})
        if bulk:
            await bulk.settle(place)

    async def write_ahead(self, seq: int) -> None:
        """Write new objects except positions, under a reserved number, before the lock is taken."""
        await self.session.flush()
        self.ahead = {n: _Entry(n, c) for n, c in enumerate(self.changes) if c.new}
        await self._write(seq, self.now, list(self.ahead.values()), close=False)

    async def _draw(self) -> Place:
        await self.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        last = Commit.at + timedelta(microseconds=1)
        row = await self.session.execute(
            select(
                Commit.seq + 1,
                func.greatest(func.clock_timestamp(), last),
                Commit.hash,
                Epoch.epoch,
                redactions(),
            )
            .select_from(Commit)
            .join(Epoch, true())
            .order_by(Commit.seq.desc())
            .limit(1)
        )
        seq, at, previous, epoch, redacted = row.one()
        return Place(seq, at, previous, epoch.hex, redacted)

    async def _write(
        self, seq: int, at: datetime, entries: Sequence["_Entry"], *, close: bool = True
    ) -> None:
        """Write revisions, and what is derived from them: holdings, spells and uses of quotes.

        Without `close`, earlier versions are not ended: for new objects, which have none.
        """
        if not entries:
            return
        await self.session.execute(insert(Revision), [e.row(seq) for e in entries])
        newest = {(e.change.kind, e.change.object_id): e.n for e in entries}
        if close:
            await self._make_way(newest, seq)
        holdings, spells, uses = [], [], []
        for n, c in ((e.n, e.change) for e in entries):
            seq_to = FOREVER if newest[c.kind, c.object_id] == n else seq
            key = {
                "seq_from": seq,
                "n": n,
                "seq_to": seq_to,
                "negotiation_id": c.negotiation_id,
                "public": c.public,
            }
            holdings.append(
                {
                    **key,
                    "kind": c.kind,
                    "object_id": c.object_id,
                    "text": words_of(c.kind, c.snapshot),
                }
            )
            if c.position is not None:
                spells.append({**key, **_spell(c, c.position, at)})
                if c.public:
                    uses += [
                        {"quote_id": q["id"], "position_id": c.object_id, "seq": seq}
                        for q in c.snapshot["quotes"]
                    ]
        await self.session.execute(insert(Holding).values(words=search_vector("text")), holdings)
        if spells:
            await self.session.execute(insert(Spell), spells)
        if uses:
            await self.session.execute(pg_insert(QuoteUse).on_conflict_do_nothing(), uses)

    async def _make_way(self, objects: Iterable[tuple[str, int]], seq: int) -> None:
        by_kind: dict[str, list[int]] = {}
        for kind, object_id in objects:
            by_kind.setdefault(kind, []).append(object_id)
        for kind, ids in by_kind.items():
            await self.session.execute(
                select(func.close_versions(kind, literal(ids, ARRAY(BigInteger)), seq))
            )


class _Entry:
    """One change with its number in the commit, and the hash of its payload."""

    __slots__ = ("change", "n", "nonce", "payload_hash")

    def __init__(self, n: int, change: Change) -> None:
        self.n, self.change, self.nonce = n, change, secrets.token_bytes(16)
        self.payload_hash = payload_hash(self.nonce, change)

    def row(self, seq: int) -> dict[str, Any]:
        c = self.change
        return {
            "seq": seq, "n": self.n, "kind": c.kind, "object_id": c.object_id, "version": c.version,
            "action": c.action, "reason": c.reason, "public": c.public, "format": FORMAT,
            "snapshot": c.snapshot, "payload_hash": self.payload_hash, "nonce": self.nonce,
            "recorded_at": c.recorded_at, "recorded_by": c.recorded_by,
        }  # fmt: skip


def _spell(c: Change, position: Position, at: datetime) -> dict[str, Any]:
    # The first publication orders the positions of a cell, so it is set under the same lock as the
    # commit's instant.
    if c.snapshot["status"] == "published" and position.first_published_at is None:
        position.first_published_at = c.recorded_at or at
    return {
        "position_id": c.object_id,
        "version": c.version,
        **period_of(c.snapshot),
        "first_published": position.first_published_at,
        "recorded_at": c.recorded_at or at,
    }


@asynccontextmanager
async def writing(
    session: AsyncSession, *, by: str | None, now: datetime, batch: str | None = None
) -> AsyncIterator[Log]:
    """Collect what actions change and seal it as one commit when the block ends."""
    log = Log(session, by, now, batch)
    yield log
    await log.seal()
