"""Read the log: what was known at an instant, by one condition for all kinds of objects."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound, Unavailable, bad_parameter
from app.db.prepared import Prepared
from app.db.together import Together
from app.log.entry import Change
from app.log.writer import LOCK, redactions
from app.log.writer import Moment as Moment
from app.models.log import Commit, Epoch, ObjectPeriod, PositionPeriod, Revision

# How long a reader who asks for an instant after the newest entry waits for active writers.
WAIT_MS = 2000


# Entries that change how older positions read, as in the index of that name.
CONTEXT = """log_revision.kind IN ('negotiation', 'party', 'participation', 'issue', 'option')
 OR log_revision.kind IN ('speaker', 'source') AND log_revision.version > 1"""


def _context(seq: Any) -> Any:
    """Select the last of those entries up to one."""
    return (
        select(func.coalesce(func.max(Revision.seq), 0))
        .where(text(f"({CONTEXT})"), Revision.seq <= seq)
        .scalar_subquery()
    )


def _newest(drafts: bool) -> Select[*tuple[Any, ...]]:
    last = func.max(Commit.seq) if drafts else _last_public()
    return (
        select(
            Commit.seq,
            Commit.at,
            Epoch.epoch,
            func.clock_timestamp().label("clock"),
            redactions(drafts=drafts).label("redactions"),
            _context(Commit.seq).label("context"),
        )
        .join(Epoch, true())
        .where(Commit.seq == select(last).scalar_subquery())
    )


NUMBERS = ARRAY(BigInteger)
NEWEST = {drafts: Prepared(partial(_newest, drafts)) for drafts in (False, True)}


def newest_and(*columns: Callable[[Any], Any]) -> Prepared:
    """Prepare the statement of the newest public moment with more columns.

    Each is a function of the column with the moment's number. For `moment_and`.
    """

    def build() -> Select[*tuple[Any, ...]]:
        newest = _newest(drafts=False).cte("newest").prefix_with("MATERIALIZED")
        return select(newest, *(column(newest.c.seq) for column in columns))

    return Prepared(build)


def newest_about(*columns: Callable[[Any, Any], Any], of: Any = NUMBERS) -> Together:
    """Prepare the statement of the newest public moment with columns about each of some keys.

    Each is a function of the columns with the moment's number, and with the key; `of` is the type
    of an array of keys. For `moment_about`.
    """

    def build() -> Select[*tuple[Any, ...]]:
        newest = _newest(drafts=False).cte("newest").prefix_with("MATERIALIZED")
        keys = func.unnest(bindparam("keys", type_=of)).table_valued("key", name="asked")
        asked = keys.render_derived()
        about = [column(newest.c.seq, asked.c.key) for column in columns]
        return select(asked.c.key, newest, *about).select_from(newest.join(asked, true()))

    return Together(Prepared(build))


async def moment_about(
    session: AsyncSession, newest: Together, key: int | str
) -> tuple[Moment, Sequence[Any]]:
    """Return the newest public moment, and what else a statement by `newest_about` gives."""
    row = await newest.one(session, key)
    return _moment_of(row), row[len(OF_MOMENT) + 1 :]


async def moment_and(
    session: AsyncSession, newest: Prepared, **values: Any
) -> tuple[Moment, Sequence[Any]]:
    """Return the newest public moment, and what else a statement by `newest_and` gives."""
    row = await newest.one(session, **values)
    return _moment_of(row), row[len(OF_MOMENT) :]


OF_MOMENT = ("seq", "at", "epoch", "clock", "redactions", "context")


def _moment_of(row: Any, *, pinned: bool = False) -> Moment:
    return Moment(row.seq, row.at, row.epoch.hex, pinned, row.redactions, row.context)


async def moment(
    session: AsyncSession, known_at: datetime | None = None, *, drafts: bool = False
) -> Moment:
    """Return the moment of `known_at`, by default of now.

    Waits for active writers whose entry may get an earlier instant; raise Unavailable if that takes
    too long, and Invalid for an instant in the future. Without `drafts`, entries in which nothing
    is public do not exist: neither their numbers nor their instants (docs/rules.md, rule 9).
    """
    row = await NEWEST[drafts].one(session)
    newest = _moment_of(row, pinned=known_at is not None)
    if known_at is None or known_at == newest.at:
        return newest
    if known_at > newest.at:  # checked first: entries may be later than a clock that was set back
        if known_at > row.clock:
            raise bad_parameter("known_at", "is in the future: nothing is known of it yet")
        await _wait_for_writers(session)
    seq = await session.scalar(select(func.max(Commit.seq)).where(Commit.at <= known_at))
    if seq is not None and not drafts:
        seq = await session.scalar(select(_last_public(Revision.seq <= seq)))
    context = None if seq is None else await session.scalar(select(_context(seq)))
    return Moment(
        -1 if seq is None else seq, known_at, newest.epoch, True, newest.redactions, context
    )


def _last_public(*conditions: ColumnElement[bool]) -> Any:
    """Select the number of the last commit with something public; else 0, the log's first one."""
    return func.coalesce(
        select(func.max(Revision.seq)).where(Revision.public, *conditions).scalar_subquery(), 0
    )


async def moment_of(session: AsyncSession, seq: int, epoch: str, *, drafts: bool = False) -> Moment:
    """Return the moment after one commit, so that the next page shows the state of the first one.

    Raise Invalid if there is no such commit (the number comes from a cursor).
    """
    wanted = select(Commit.at, redactions(drafts=drafts), _context(seq)).where(Commit.seq == seq)
    if not drafts:
        wanted = wanted.where(
            or_(Commit.seq == 0, exists().where(Revision.seq == seq, Revision.public))
        )
    row = (await session.execute(wanted)).one_or_none()
    if row is None:
        raise bad_parameter("cursor", "is not a cursor of this server")
    return Moment(seq, row.at, epoch, True, row[1], row[2])


async def _wait_for_writers(session: AsyncSession) -> None:
    try:
        await session.execute(text(f"SET LOCAL lock_timeout = {WAIT_MS}"))
        # Later writers get a later instant than this one, so the lock need not be kept.
        await session.execute(
            text("SELECT pg_advisory_lock_shared(:lock), pg_advisory_unlock_shared(:lock)"),
            {"lock": LOCK},
        )
    except OperationalError:
        raise Unavailable(
            "A write is under way that may belong before this instant; ask again.", 2
        ) from None


AT = bindparam("at", type_=BigInteger)  # the number of a moment's commit, in prepared statements


def held_then(entity: type[ObjectPeriod] | type[PositionPeriod]) -> ColumnElement[bool]:
    """Return the condition that a prepared statement finds what was held at its moment."""
    return and_(entity.seq_from <= AT, entity.seq_to > AT)


def valid_at(entity: type[ObjectPeriod] | type[PositionPeriod], at: Moment) -> ColumnElement[bool]:
    """Return the condition that a row was current at a moment."""
    return and_(entity.seq_from <= at.seq, entity.seq_to > at.seq)


D = TypeVar("D", bound=Mapping[str, Any])  # the document of a kind of object


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[D]):
    """One version of an object, with the log entry that wrote it."""

    kind: str
    id: int
    version: int
    action: str
    reason: str | None
    public: bool
    at: datetime
    by: str | None
    data: D

    def __getitem__(self, name: str) -> Any:
        return self.data[name]


def written(change: Change, at: Moment, by: str | None) -> Snapshot:
    """Return the version that a sealed entry of the log has written, without reading it again."""
    return Snapshot(
        change.kind,
        change.object_id,
        change.version,
        change.action,
        change.reason,
        change.public,
        change.recorded_at or at.at,
        change.recorded_by or by,
        change.snapshot,
    )


REVISION = (
    Revision.kind,
    Revision.object_id,
    Revision.version,
    Revision.action,
    Revision.reason,
    Revision.public,
    func.coalesce(Revision.recorded_at, Commit.at),
    func.coalesce(Revision.recorded_by, Commit.by),
    Revision.snapshot,
)


async def list_by_key(session: AsyncSession, keys: Sequence[Any]) -> list[Snapshot]:
    """Return revisions by keys that begin with (seq, n), in the order given.

    Redacted revisions have no `data`.
    """
    seqs, ns = ([key[part] for key in keys] for part in (0, 1))
    wanted = func.unnest(literal(seqs, ARRAY(BigInteger)), literal(ns, ARRAY(BigInteger)))
    key = wanted.table_valued("seq", "n", with_ordinality="place", name="key").render_derived()
    rows = await session.execute(
        select(*REVISION)
        .select_from(key)
        .join(Revision, and_(Revision.seq == key.c.seq, Revision.n == key.c.n))
        .join(Commit, Commit.seq == Revision.seq)
        .order_by(key.c.place)
    )
    return [Snapshot(*row) for row in rows]


def _versions_by_key() -> Select[*tuple[Any, ...]]:
    wanted = func.unnest(
        bindparam("numbers", type_=NUMBERS), bindparam("versions", type_=ARRAY(Integer))
    )
    key = wanted.table_valued("object_id", "version", name="key").render_derived()
    return (
        select(*REVISION)
        .select_from(key)
        .join(
            Revision,
            and_(
                Revision.kind == bindparam("kind", type_=Text),
                Revision.object_id == key.c.object_id,
                Revision.version == key.c.version,
            ),
        )
        .join(Commit, Commit.seq == Revision.seq)
    )


VERSIONS_BY_KEY = Prepared(_versions_by_key)


async def list_versions_by_key(
    session: AsyncSession, kind: str, keys: Sequence[tuple[int, int]]
) -> list[Snapshot]:
    """Return versions by object and version number, in no order, without redacted ones."""
    numbers, versions = zip(*keys, strict=True)
    rows = await VERSIONS_BY_KEY.all(
        session, kind=kind, numbers=list(numbers), versions=list(versions)
    )
    return [Snapshot(*row) for row in rows if row[-1] is not None]


def select_held_then() -> Select[*tuple[Any, ...]]:
    """Select the Snapshot columns of everything held, for prepared statements."""
    return (
        select(*REVISION)
        .select_from(ObjectPeriod)
        .join(Revision, and_(Revision.seq == ObjectPeriod.seq_from, Revision.n == ObjectPeriod.n))
        .join(Commit, Commit.seq == ObjectPeriod.seq_from)
        .where(held_then(ObjectPeriod))
    )


def select_held(at: Moment) -> Select[*tuple[Any, ...]]:
    """Select the Snapshot columns of everything held; conditions on ObjectPeriod narrow it."""
    return (
        select(*REVISION)
        .select_from(ObjectPeriod)
        .join(Revision, and_(Revision.seq == ObjectPeriod.seq_from, Revision.n == ObjectPeriod.n))
        .join(Commit, Commit.seq == ObjectPeriod.seq_from)
        .where(valid_at(ObjectPeriod, at))
        .order_by(ObjectPeriod.kind, ObjectPeriod.object_id)
    )


async def list_held(session: AsyncSession, at: Moment, *conditions: Any) -> list[Snapshot]:
    """List what was held under conditions on ObjectPeriod, drafts too, without redacted."""
    rows = await session.execute(select_held(at).where(*conditions))
    return [Snapshot(*row) for row in rows if row[-1] is not None]


async def held_by_id(
    session: AsyncSession, at: Moment, kind: str, ids: Iterable[int | None]
) -> dict[int, Snapshot]:
    """Return objects of a kind as held at a moment, by id in order; others are missing."""
    found = (await held_of_kinds(session, at, {kind: ids}))[kind]
    return {number: found[number] for number in sorted(found)}


def _held_of_kinds() -> Select[*tuple[Any, ...]]:
    key = (
        func.unnest(bindparam("kinds", type_=ARRAY(Text)), bindparam("numbers", type_=NUMBERS))
        .table_valued("kind", "object_id", name="key")
        .render_derived()
    )
    return (
        select(*REVISION)
        .select_from(key)
        .join(
            ObjectPeriod,
            and_(ObjectPeriod.kind == key.c.kind, ObjectPeriod.object_id == key.c.object_id),
        )
        .join(Revision, and_(Revision.seq == ObjectPeriod.seq_from, Revision.n == ObjectPeriod.n))
        .join(Commit, Commit.seq == ObjectPeriod.seq_from)
        .where(held_then(ObjectPeriod))
    )


HELD_OF_KINDS = Prepared(_held_of_kinds)


async def held_of_kinds(
    session: AsyncSession, at: Moment, wanted: Mapping[str, Iterable[int | None]]
) -> dict[str, dict[int, Snapshot]]:
    """Read objects of several kinds in one statement: by kind, then by number."""
    pairs = [(kind, n) for kind, ids in wanted.items() for n in ids if n is not None]
    found: dict[str, dict[int, Snapshot]] = {kind: {} for kind in wanted}
    if not pairs:
        return found
    kinds, numbers = zip(*sorted(set(pairs)), strict=True)
    rows = await HELD_OF_KINDS.all(session, kinds=list(kinds), numbers=list(numbers), at=at.seq)
    for row in rows:
        if row[-1] is not None:
            found[row[0]][row[1]] = Snapshot(*row)
    return found


async def get_held(session: AsyncSession, at: Moment, kind: str, object_id: int) -> Snapshot:
    """Return a public object as held at a moment; raise NotFound if it did not exist then."""
    found = await list_held(
        session,
        at,
        ObjectPeriod.kind == kind,
        ObjectPeriod.object_id == object_id,
        ObjectPeriod.public,
    )
    if not found:
        raise NotFound(
            "It did not exist at that instant." if at.pinned else "There is no such object."
        )
    return found[0]


async def list_revisions(
    session: AsyncSession, at: Moment | None, kind: str, object_id: int
) -> list[Snapshot]:
    """List the public versions of an object up to a moment (None: all), oldest first."""
    wanted = (
        select(*REVISION)
        .join(Commit, Commit.seq == Revision.seq)
        .where(Revision.kind == kind, Revision.object_id == object_id, Revision.public)
        .order_by(Revision.version)
    )
    rows = await session.execute(wanted if at is None else wanted.where(Revision.seq <= at.seq))
    return [Snapshot(*row) for row in rows if row[-1] is not None]
