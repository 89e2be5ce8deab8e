"""Write the log: actions add their changes, then sealing gives a number, an instant and a hash."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from app.db.prepared import Prepared
from app.log import append
from app.log.documents import period_of
from app.log.entry import FORMAT, ChainHash, Change, chain_line, covered, payload_hash, snapshot
from app.log.kinds import kind_of
from app.log.search_words import words_of
from app.models.log import FOREVER, Revision
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
    context: int  # as in `Moment`, before this commit


NEXT = Prepared(
    lambda: text("SELECT seq, at, previous, epoch, redactions, context FROM next_in_log()")
)
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
    public_speakers: set[int] = field(default_factory=set)  # found to be public meanwhile
    # Who proposed the version of a position that this entry writes, and who accepted it.
    proposed: Mapping[str, Any] | None = None
    # Entries written before the lock is taken, by their number in the commit.
    ahead: dict[int, "_Entry"] = field(default_factory=dict)
    # Nothing else is written in this transaction: it is committed by the message that writes the
    # entry, so that other writers wait no longer than for that. Whatever follows is another one.
    ends: bool = False
    moment: Moment | None = None  # once sealed

    def add(self, change: Change) -> None:
        """Add a change to the entry."""
        self.changes.append(change)

    async def record(
        self,
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
                kind_of(row),
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
        self, row: Any, fields: dict[str, Any], *, reason: str | None, **more: Any
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
        await self.record(row, "corrected", reason=reason, **more)
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
        self.session.info["wrote"] = True
        # The changes of a bulk are not looked through: they may change how older positions read.
        if bulk or any(map(_changes_context, self.changes)):
            self.session.info["rereads"] = True  # until it ends: this and later commits
        rereads = "rereads" in self.session.info
        if bulk or len(entries) > append.AT_ONCE or _followed(entries):
            place = await self._append_in_turn(entries, bulk)
        else:
            place = await self._append_in_place(entries)
        context = None if rereads else place.context
        self.moment = Moment(
            place.seq, place.at, place.epoch, redactions=place.redactions, context=context
        )

    async def _append_in_place(self, entries: Sequence["_Entry"]) -> Place:
        """Write entries of which none follows another version, by one statement."""
        rows, here = _rows(entries)
        lines = b"".join(chain_line(e.change, e.payload_hash) for e in entries)
        opened = {
            "by": self.by,
            "batch": self.batch,
            "covered": covered(self.by, self.batch, lines),
        }
        place = _place(
            await append.in_place(self.session, opened, rows, self.checks, ends=self.ends)
        )
        _publish(here, place.at)
        if self.ends:
            for name in ("wrote", "rereads"):
                self.session.info.pop(name, None)
        return place

    async def _append_in_turn(self, entries: Sequence["_Entry"], bulk: Bulk | None) -> Place:
        """Take the log's lock, and write entries after the versions that they follow have ended."""
        first = bulk.first if bulk else 0
        lines = [chain_line(e.change, e.payload_hash) for e in entries]
        place = await (bulk.draw(self._draw) if bulk else self._draw())
        chained = ChainHash(place.previous, place.seq, place.at, self.by, self.batch)
        for piece in (*lines[:first], *(bulk.lines() if bulk else ()), *lines[first:]):
            chained.add(piece)
        commit = {
            "seq": place.seq,
            "at": place.at,
            "by": self.by,
            "batch": self.batch,
            "previous": place.previous,
            "hash": chained.digest(),
        }
        rest = [e for e in entries if e.n not in self.ahead]
        rows, here = _rows(rest)
        await append.in_turn(self.session, commit, rows, self.checks, _followed(rest))
        _publish(here, place.at)
        if bulk:
            await bulk.pour(place)
            await bulk.settle(place)
        return place

    async def write_ahead(self, seq: int) -> None:
        """Write new objects except positions, under a reserved number, before the lock is taken."""
        await self.session.flush()
        self.ahead = {n: _Entry(n, c) for n, c in enumerate(self.changes) if c.new}
        rows, _ = _rows(list(self.ahead.values()))
        await append.ahead(self.session, seq, self.now, rows)

    async def _draw(self) -> Place:
        """Take the log's lock until the transaction ends, and read where the log goes on."""
        return _place(await NEXT.one(self.session))


class _Entry:
    """One change with its number in the commit, and the hash of its payload."""

    __slots__ = ("change", "n", "nonce", "payload_hash")

    def __init__(self, n: int, change: Change) -> None:
        self.n, self.change, self.nonce = n, change, secrets.token_bytes(16)
        self.payload_hash = payload_hash(self.nonce, change)

    def row(self, seq_to: int | None) -> dict[str, Any]:
        """Return the entry as the log stores it, with the words by which searches find it.

        `seq_to` is None for a version that ends in the same commit.
        """
        c = self.change
        return {
            "n": self.n,
            "seq_to": seq_to,
            "kind": c.kind,
            "object_id": c.object_id,
            "version": c.version,
            "action": c.action,
            "reason": c.reason,
            "public": c.public,
            "format": FORMAT,
            "snapshot": c.snapshot,
            "payload_hash": self.payload_hash,
            "nonce": self.nonce,
            "recorded_at": c.recorded_at,
            "recorded_by": c.recorded_by,
            "negotiation_id": c.negotiation_id,
            "words": words_of(c.kind, c.snapshot),
        }


def _changes_context(change: Change) -> bool:
    """Tell whether a change may make older positions read differently (`reader.CONTEXT`)."""
    return change.kind not in ("position", "look", "proposal") and not (
        change.kind in ("speaker", "source") and change.version == 1
    )


def _followed(entries: Sequence[_Entry]) -> dict[str, list[int]]:
    """Return the objects that these follow, by kind; those that begin here follow nothing."""
    first: dict[tuple[str, int], int] = {}
    for change in (e.change for e in entries):
        first.setdefault((change.kind, change.object_id), change.version)
    by_kind: dict[str, list[int]] = {}
    for (kind, object_id), version in first.items():
        if version > 1:
            by_kind.setdefault(kind, []).append(object_id)
    return by_kind


def _rows(entries: Sequence[_Entry]) -> tuple[append.Rows, dict[int, Position]]:
    """Return what belongs to a commit, of these entries, wherever in the log that will be.

    Return also the positions, by number, that are first published by it, at its instant.
    """
    newest = {(e.change.kind, e.change.object_id): e.n for e in entries}
    rows = append.Rows([], [], [])
    here: dict[int, Position] = {}
    for entry in entries:
        c = entry.change
        seq_to = FOREVER if newest[c.kind, c.object_id] == entry.n else None
        rows.entries.append(entry.row(seq_to))
        if c.position is None:
            continue
        key = {
            "n": entry.n,
            "seq_to": seq_to,
            "negotiation_id": c.negotiation_id,
            "public": c.public,
        }
        rows.periods.append(key | _spell(c, c.position, here))
        if c.public:
            rows.uses.extend(
                {"n": entry.n, "quote_id": q["id"], "position_id": c.object_id}
                for q in c.snapshot["quotes"]
            )
    return rows, here


def _spell(c: Change, position: Position, here: dict[int, Position]) -> dict[str, Any]:
    # The first publication orders the positions of a cell, so it gets its instant under the same
    # lock as the commit, in the statement that appends the commit.
    if c.snapshot["status"] == "published" and position.first_published_at is None:
        if c.recorded_at is None:
            here[c.object_id] = position
        else:
            set_committed_value(position, "first_published_at", c.recorded_at)
    return {
        "position_id": c.object_id,
        "version": c.version,
        **period_of(c.snapshot),
        "first_published": position.first_published_at,
        "published_here": c.object_id in here,
        "recorded_at": c.recorded_at,
    }


def _publish(positions: Mapping[int, Position], at: datetime) -> None:
    """Tell positions when they were first published, which the database has stored already."""
    for position in positions.values():
        set_committed_value(position, "first_published_at", at)


def _place(row: Any) -> Place:
    return Place(row.seq, row.at, row.previous, row.epoch.hex, row.redactions, row.context)


@asynccontextmanager
async def writing(
    session: AsyncSession,
    *,
    by: str | None,
    now: datetime,
    batch: str | None = None,
    ends: bool = False,
) -> AsyncIterator[Log]:
    """Collect what actions change and seal it as one commit when the block ends.

    `ends`: see `Log`.
    """
    log = Log(session, by, now, batch, ends=ends)
    yield log
    await log.seal()
