"""Writing the log: an action adds what it changed, and sealing gives it its number, its instant and its hash."""

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

REDACTION = (
    "redaction"  # a kind of object: what was blanked when and why, and the hashes of what was left
)
LOCK = 0x7061726C6579  # the one advisory lock, taken last by every writer


@dataclass(frozen=True, slots=True)
class Moment:
    """What the database held after one commit; `pinned` when a reader asked for it."""

    seq: int
    at: datetime
    epoch: str
    pinned: bool = False
    redactions: int = (
        0  # done by now, whatever the moment: part of each ETag, since they reach into the past
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where the log goes on: the next number, an instant after the last one, and the hash to follow."""

    seq: int
    at: datetime
    previous: bytes
    epoch: str
    redactions: int


Draw = Callable[[], Awaitable[Place]]


def redactions(*, drafts: bool = True) -> Any:
    """Select how many redactions were done; without `drafts`, up to the last that touched something public."""
    done = aliased(Revision)
    wanted = select(func.coalesce(func.max(done.object_id), 0)).where(done.kind == REDACTION)
    if not drafts:
        touched = aliased(Revision)
        wanted = wanted.where(exists().where(touched.seq == done.seq, touched.public))
    return wanted.scalar_subquery()


class Bulk(Protocol):
    """Very many changes that were prepared outside the session, to go into the same commit (see staging.py)."""

    first: int  # how many of the session's own changes come before them
    count: int

    async def draw(self, draw: Draw) -> Place: ...

    def lines(self) -> Iterator[bytes]: ...

    async def pour(self, place: Place) -> None: ...

    async def settle(self, place: Place) -> None: ...


@dataclass(slots=True)
class Log:
    """The log's entry that is being written: by whom, when, and what has changed so far."""

    session: AsyncSession
    by: str | None
    now: datetime
    batch: str | None = None
    changes: list[Change] = field(default_factory=list)
    checks: list[QuoteCheck] = field(default_factory=list)
    bulk: Bulk | None = None
    ahead: dict[int, "_Entry"] = field(
        default_factory=dict
    )  # written before the lock is taken, by number
    moment: Moment | None = None  # once sealed

    def add(self, change: Change) -> None:
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
        """Note a live row as it now stands; `extra` goes into its snapshot too."""
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
        """Change a live row and note it as corrected; False, and nothing noted, where it says so already."""
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
        """The moment that this entry made; there is one once something was changed."""
        if self.moment is None:
            raise RuntimeError("nothing has been sealed")
        return self.moment

    async def seal(self) -> None:
        """Give what has changed a number and an instant; from here until the transaction ends other writers wait."""
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
        """Write what puts new objects on file, positions apart, under a reserved number, before the lock is taken."""
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
        """Write revisions, and what can be rebuilt: since when each holds, the spells of positions, the uses of quotes.

        Without `close`, where there can be nothing that they follow.
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
            "action": c.action, "reason": c.reason, "public": c.public, "format": FORMAT, "snapshot": c.snapshot,
            "payload_hash": self.payload_hash, "nonce": self.nonce, "recorded_at": c.recorded_at,
            "recorded_by": c.recorded_by,
        }  # fmt: skip


def _spell(c: Change, position: Position, at: datetime) -> dict[str, Any]:
    # "First published" orders positions of one cell, so it is drawn under the same lock as the commit's instant.
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
