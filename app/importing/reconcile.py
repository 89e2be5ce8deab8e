"""Compare each object of a package with the saved one: new, the same, newer, or diverged."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.core.text_lines import alike
from app.datapackage.faults import Faults, FileFault
from app.datapackage.reader import Raw
from app.datapackage.rows import M, Reader
from app.datapackage.schema import TABLES
from app.db.engine import among
from app.importing.package_tables import PackageTables
from app.log.entry import Change, json_value, snapshot
from app.log.kinds import LIVE
from app.log.writer import Log
from app.models.log import Revision

REFERENCES = {
    "negotiation": {"negotiations"},
    "party": {"parties", "participations", "negotiations"},
    "issue": {"issues", "negotiations"},
    "option": {"options"},
    "source": {"sources"},
    "speaker": {"speakers"},
    "position": {"positions"},
    "quotes": {"quotes"},
}
UNSAID = {"invented": False}  # what log entries mean that are older than a column
Progress = Callable[[str, int, int], None]  # step, number done, total number


@dataclass(frozen=True, slots=True)
class ImportRun:
    """By whom and when something is imported, and how."""

    by: str | None
    now: datetime
    dry_run: bool = False
    skip_diverged: bool = False  # leave out and list rows whose history went another way here
    progress: Progress | None = None


@dataclass(slots=True)
class Count:
    """The numbers of rows added, changed and skipped in a table."""

    added: int = 0
    changed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        said = {"added": self.added, "changed": self.changed, "already in Parley": self.skipped}
        return ", ".join(f"{n:,} {what}" for what, n in said.items() if n) or "none"


@dataclass(slots=True)
class Report:
    """What an import did, by table; for positions, versions are counted."""

    counts: dict[str, Count] = field(default_factory=dict)
    skipped_diverged: list[FileFault] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [f"{name}: {count}" for name, count in self.counts.items() if str(count) != "none"]
        if self.skipped_diverged:
            parts.append(f"left out, since they diverge: {len(self.skipped_diverged):,} rows")
        return "; ".join(parts) or "nothing to import"


@dataclass(slots=True)
class Importing:
    """A running import."""

    session: AsyncSession
    log: Log
    raw: Raw
    tables: PackageTables
    faults: Faults
    now: datetime
    skip_diverged: bool = False
    progress: Progress | None = None
    report: Report = field(default_factory=Report)
    # Changes to rows that other writers may change; made last, so that nobody waits for long.
    late: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def hold(self, model: Any, versions: Mapping[int, int]) -> None:
        """Lock rows before changing them; raise Conflict if one was changed since it was read.

        `versions` has the versions that were read, by id.
        """
        wanted = (
            select(model.id, model.version)
            .where(among(model.id, versions))
            .order_by(model.id)
            .with_for_update()
        )
        if any(versions[id_] != version for id_, version in await self.session.execute(wanted)):
            raise Conflict("Somebody changed this data during the import; import it again.")

    def fault(self, table: str, line: int, column: str, reason: str) -> None:
        """Add a fault of a row of the package."""
        self.faults.add(self.raw.paths[table], line, column, reason)

    def diverged(self, table: str, line: int, column: str, reason: str) -> None:
        """List a row as left out because it diverges; a fault unless `skip_diverged`."""
        if self.skip_diverged:
            self.report.skipped_diverged.append(
                FileFault(self.raw.paths[table], line, column, reason)
            )
        else:
            self.fault(table, line, column, reason)

    def unread(self, *columns: str) -> bool:
        """Tell whether these columns may refer to rows that could not be read."""
        return any(REFERENCES[column] & self.raw.broken for column in columns)

    def count(self, table: str) -> Count:
        """Return the counts of a table."""
        return self.report.counts.setdefault(table, Count())

    def tell(self, what: str, done: int, total: int) -> None:
        """Report progress, if somebody wants to know."""
        if self.progress:
            self.progress(what, done, total)

    async def named(self, *columns: tuple[str, str]) -> set[str]:
        """Return all values in these columns (table, column) of the package."""
        found = set[str]()
        for table, column in columns:
            if table in self.tables.tables:
                found |= await self.tables.named(table, column)
            else:
                found |= {cell for row in self.raw.rows[table] if (cell := row[column])}
        return found

    def rows(self, table: str, model: type[M]) -> Iterator[tuple[int, M]]:
        """Read the rows of a small table with their line numbers; a duplicate key is a fault."""
        seen: dict[Any, int] = {}
        key = TABLES[table].key
        rows = self.raw.rows[table]
        reader = Reader(
            model, TABLES[table], rows[0].at if rows else {}, self.raw.name, self.raw.paths[table]
        )
        for row in rows:
            read = reader(row, self.faults)
            if read is None:
                continue
            mark = (
                getattr(read, key[0])
                if len(key) == 1
                else tuple(getattr(read, name) for name in key)
            )
            if mark in seen:
                shown = " ".join(map(str, mark)) if isinstance(mark, tuple) else mark
                self.fault(table, row.line, key[-1], f"the same as line {seen[mark]}: {shown}")
                continue
            seen[mark] = row.line
            yield row.line, read


@dataclass(slots=True)
class ImportEntry:
    """One object of a package, with the saved row that it is about, if there is one."""

    table: str
    line: int
    version: int
    values: dict[str, Any]  # by column of the database; without what the package does not have
    defaults: dict[str, Any]  # for a new row: values that the package does not have
    ours: Any = None
    negotiation_id: int | None = None
    public: bool = True
    # Values that are known only once all rows are written.
    later: dict[str, Callable[[], Any]] = field(default_factory=dict)
    outcome: str = ""  # "added", "changed", or neither

    def differing(self) -> list[str]:
        """List the columns in which the saved row differs."""
        return [
            name
            for name, value in self.values.items()
            if not alike(getattr(self.ours, name), value)
        ]


async def settle(
    importing: Importing,
    kind: str,
    entries: Sequence[ImportEntry],
    *,
    first: Callable[[ImportEntry], bool] = lambda entry: False,
    at_once: bool = False,
    known: Callable[[list[Any]], None] = lambda rows: None,
) -> list[Any]:
    """Add new rows, change rows that are older here, and return the row of each entry.

    What the saved row says now or said before is skipped; any other difference is reported as
    diverged. `known` is called with the rows before values that come `later` are computed. Changes
    for which `first` is true are made first; all changes are made at the end of the import, unless
    `at_once` is set.
    """
    if not entries:
        return []
    rows = await _decide(importing, kind, entries)
    added = [
        (entry, row) for entry, row in zip(entries, rows, strict=True) if entry.outcome == "added"
    ]
    session = importing.session
    session.add_all(row for _, row in added)
    await session.flush()
    known(rows)
    for entry, row in added:
        for name, value in entry.later.items():
            setattr(row, name, value())
    await session.flush()

    def note(entry: ImportEntry, row: Any, *, new: bool = False) -> None:
        numbered = row.id if kind == "negotiation" else entry.negotiation_id
        importing.log.add(
            Change(
                kind,
                row.id,
                row.version,
                "imported",
                snapshot(row),
                entry.public,
                None,
                numbered,
                new=new,
            )
        )

    for entry, row in added:
        note(entry, row, new=True)
    if changed := [entry for entry in entries if entry.outcome == "changed"]:
        await _change(importing, sorted(changed, key=first, reverse=True), note, at_once=at_once)
    return rows


async def _decide(importing: Importing, kind: str, entries: Sequence[ImportEntry]) -> list[Any]:
    """Set and count the outcome of each entry; return their rows, new ones where there are none."""
    count = importing.count(entries[0].table)
    differing = {id(e): names for e in entries if e.ours is not None and (names := e.differing())}
    past = await _states(
        importing.session, kind, [e.ours.id for e in entries if id(e) in differing]
    )
    rows = []
    for entry in entries:
        row, names = entry.ours, differing.get(id(entry), [])
        if row is None:
            row = _new_row(kind, entry)
            entry.outcome = "added"
            count.added += 1
        elif not names or _was_so(entry, past.get(row.id, ())):
            count.skipped += 1
        elif entry.version > row.version:
            entry.outcome = "changed"
            count.changed += 1
        else:
            there = ", ".join(_column(n) for n in names)
            reason = f"differs in {there} from version {row.version} here"
            importing.diverged(entry.table, entry.line, _column(names[0]), reason)
        rows.append(row)
    return rows


def _new_row(kind: str, entry: ImportEntry) -> Any:
    values = {name: value for name, value in entry.values.items() if name not in entry.later}
    return LIVE[kind](version=entry.version, **entry.defaults, **values)


async def _change(
    importing: Importing,
    changed: Sequence[ImportEntry],
    note: Callable[[ImportEntry, Any], None],
    *,
    at_once: bool,
) -> None:
    """Change saved rows: in memory now, in the database last, so that nobody waits for long."""
    session, before = importing.session, {e.ours.id: e.ours.version for e in changed}
    for entry in changed:
        session.expunge(entry.ours)
        for name, value in entry.values.items():
            setattr(entry.ours, name, value if name not in entry.later else entry.later[name]())
        entry.ours.version = entry.version

    async def write() -> None:
        await importing.hold(type(changed[0].ours), before)
        for entry in changed:
            session.add(entry.ours)
            await session.flush()
        for entry in changed:
            note(entry, entry.ours)

    if at_once:
        await write()
    else:
        importing.late.append(write)


def _column(name: str) -> str:
    return {"ordinal": "order", "party_id": "party", "merged_into_id": "merged_into"}.get(
        name, name
    )


async def _states(
    session: AsyncSession, kind: str, ids: Iterable[int]
) -> dict[int, list[Mapping[str, Any]]]:
    """Return the snapshots of all versions of these objects, by id."""
    ids = list(ids)
    states: dict[int, list[Mapping[str, Any]]] = {}
    if ids:
        wanted = select(Revision.object_id, Revision.snapshot).where(
            Revision.kind == kind, among(Revision.object_id, ids), Revision.snapshot.is_not(None)
        )
        for object_id, said in await session.execute(wanted):
            if said is not None:
                states.setdefault(object_id, []).append(said)
    return states


def _was_so(entry: ImportEntry, states: Iterable[Mapping[str, Any]]) -> bool:
    said = {name: json_value(value) for name, value in entry.values.items()}
    return any(
        all(alike(state.get(name, UNSAID.get(name)), value) for name, value in said.items())
        for state in states
    )
