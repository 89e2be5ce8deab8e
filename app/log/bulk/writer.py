"""Write very many versions of positions in one commit, with other writers waiting only briefly.

A large import writes its versions under a reserved commit number, far enough ahead of the newest
one, long before it takes the log's lock. Changes to existing positions are staged in temporary
tables and copied to the log under its lock. See
docs/decisions/0034-large-imports-reserve-their-number.md.
"""

import hashlib
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.log.bulk.sql import AHEAD, CHECK, HOLDING, POUR, REVISION, SPELL, TABLES
from app.log.commit_time import keep_appointment, run
from app.log.documents import period_of
from app.log.entry import FORMAT, Change, canonical, chain_line
from app.log.search_words import words_of
from app.log.writer import Draw, Log, Place

PIECE = 1 << 20  # bytes
# A large import leaves this many commit numbers to other writers, and one for each of its versions.
ROOM = 100_000
ENTRY = "fk_log_revision_seq"  # the constraint that every revision has its commit


@dataclass(frozen=True, slots=True)
class Staged:
    """One version of a position to write; `published_here`: this very commit publishes it."""

    change: Change
    newest: bool
    new: bool  # the position does not exist yet
    first_published: datetime | None
    published_here: bool


class VersionWriter(Protocol):
    """Writes versions of positions, and checks of quotes, in one commit."""

    async def add(self, versions: Sequence[Staged]) -> None:
        """Add all versions of some positions."""
        ...

    async def add_checks(self, checks: Iterable[Sequence[Any]]) -> None:
        """Add the results of checking new quotes: the columns of CHECK."""
        ...


@dataclass(slots=True)
class Staging:
    """Versions, checks and uses of quotes for one commit, besides the session's own changes."""

    log: Log
    seq: int  # the commit number, which is reserved
    first: int  # the number of the log's own changes that come before these
    count: int = 0
    spent: float = 0.0  # seconds spent on what was written ahead
    dated: bool = True  # whether the package has every instant, so that none is the commit's
    # The lines that the chain of hashes covers.
    written: BinaryIO = field(default_factory=tempfile.TemporaryFile)

    @property
    def session(self) -> AsyncSession:
        """The session of the log."""
        return self.log.session

    @classmethod
    async def open(cls, log: Log, expected: int) -> "Staging":
        """Reserve a commit number for `expected` versions, and create the temporary tables."""
        await run(log.session, TABLES)
        await log.session.execute(text(f"SET CONSTRAINTS {ENTRY} DEFERRED"))
        reserved = await log.session.execute(
            text("SELECT max(seq) + :n FROM log_commit"), {"n": expected + ROOM}
        )
        staging = cls(log, reserved.scalar_one(), len(log.changes))
        await log.write_ahead(staging.seq)
        log.bulk = staging
        return staging

    async def add(self, versions: Sequence[Staged]) -> None:
        """Add all versions of some positions: write new ones ahead, stage those of others."""
        revisions: dict[bool, list[Any]] = {True: [], False: []}
        holdings: dict[bool, list[Any]] = {True: [], False: []}
        uses: dict[bool, set[Any]] = {True: set(), False: set()}
        spells = []
        random = secrets.token_bytes(16 * len(versions))
        for i, staged in enumerate(versions):
            c, d, n = staged.change, staged.change.snapshot, self.first + self.count
            late = not staged.new
            nonce, said = random[16 * i : 16 * i + 16], canonical(d)
            payload = b",".join((canonical(c.reason), canonical(c.recorded_by), said))
            digest = hashlib.sha256(nonce + b"[" + payload + b"]").digest()
            revisions[late].append(
                (
                    n, c.object_id, c.version, c.action, c.reason, c.public, said.decode(), digest,
                    nonce, c.recorded_at, c.recorded_by,
                )
            )  # fmt: skip
            body = words_of(c.kind, d)
            holdings[late].append((n, staged.newest, c.object_id, c.negotiation_id, c.public, body))
            period = period_of(d)
            spells.append(
                (
                    n, staged.newest, late, c.object_id, c.version, c.negotiation_id,
                    period["party_id"], period["issue_id"], period["status"], c.public,
                    period["firmness"], period["attributed"], period["option_ids"],
                    period["stated_from"], period["stated_by"],
                    staged.first_published, staged.published_here, c.recorded_at,
                )
            )  # fmt: skip
            self.dated &= c.recorded_at is not None and not staged.published_here
            if c.public:
                uses[late] |= {(q["id"], c.object_id) for q in d["quotes"]}
            self.written.write(chain_line(c, digest))
            self.count += 1
        began = time.monotonic()
        logged = ("seq", "kind", "format", *REVISION)
        ahead = (self.seq, "position", FORMAT)
        await copy(
            self.session, "log_revision", logged, ((*ahead, *row) for row in revisions[False])
        )
        await copy(self.session, "staged_ahead", HOLDING, holdings[False])
        await run(self.session, AHEAD, seq=self.seq)
        used = ((*use, self.seq) for use in uses[False])
        await copy(self.session, "log_quote_use", ("quote_id", "position_id", "seq"), used)
        self.spent += time.monotonic() - began
        await copy(self.session, "staged_spell", SPELL, spells)
        await copy(self.session, "staged_revision", REVISION, revisions[True])
        await copy(self.session, "staged_holding", HOLDING, holdings[True])
        await copy(self.session, "staged_use", ("quote_id", "position_id"), uses[True])

    async def add_checks(self, checks: Iterable[Sequence[Any]]) -> None:
        """Add the results of checking new quotes: the columns of CHECK."""
        rows = ((self.seq, *map(_json, check)) for check in checks)
        await copy(self.session, "quote_check", ("seq", *CHECK), rows)

    async def draw(self, draw: Draw) -> Place:
        """Take the reserved place in the log.

        Raise Conflict if other writers have reached the reserved number meanwhile.
        """
        for statement in ("IMMEDIATE", "DEFERRED"):
            # Let the database check these constraints before the log's lock is taken.
            await self.session.execute(
                text(f"SET CONSTRAINTS published_is_quoted, published_stays_quoted {statement}")
            )
        at, place = await keep_appointment(
            self.session, self.seq, draw, spent=None if self.dated else self.spent
        )
        if place.seq > self.seq:
            raise Conflict("Too many concurrent writes during this import; please retry.")
        return replace(place, seq=self.seq, at=at)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines that the chain of hashes covers, in pieces of any length."""
        self.written.seek(0)
        while piece := self.written.read(PIECE):
            yield piece

    async def pour(self, place: Place) -> None:
        """Copy what was staged to the log, under its lock."""
        await run(self.session, POUR, seq=place.seq, at=place.at, late=True)

    async def settle(self, place: Place) -> None:
        """Check the deferred foreign key, and wait until the commit's instant has passed."""
        await self.session.execute(text(f"SET CONSTRAINTS {ENTRY} IMMEDIATE"))
        wait = text("SELECT pg_sleep(greatest(0, extract(epoch FROM :at - clock_timestamp())))")
        await self.session.execute(wait, {"at": place.at})


async def copy(
    session: AsyncSession, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows with COPY, within the session's transaction."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    names = ", ".join(f'"{c}"' for c in columns)
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    async with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as into:
        await into.write_row(first)
        for row in rows:
            await into.write_row(row)


async def draw_ids(session: AsyncSession, table: str, count: int) -> list[int]:
    """Draw ids from a table's sequence for rows that are to be copied."""
    if not count:
        return []
    drawn = await session.execute(
        text(
            "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
        ),
        {"table": table, "count": count},
    )
    return [row[0] for row in drawn]


def _json(value: object) -> object:
    return Jsonb(value) if isinstance(value, list) else value
