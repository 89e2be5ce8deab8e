"""Import a spreadsheet of positions: read all rows, compare them, and write all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import anyio.to_thread
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.datapackage.faults import ImportFaults
from app.importing.actions import IMPORTS, PATIENCE, take_in
from app.importing.reconcile import Count, Importing, ImportRun, Report
from app.importing.tables_in_memory import TablesInMemory
from app.log.writer import writing
from app.spreadsheet.comparison import difference, find_saved
from app.spreadsheet.grouping import Grouping, SheetDefaults
from app.spreadsheet.names import load_names
from app.spreadsheet.position_rows import Group
from app.spreadsheet.reader import Encoding, Question, Sheet, read_sheet
from app.spreadsheet.to_package import SheetFaults, check, fill

SHEETS = (".csv", ".tsv", ".txt", ".xlsx")
ORDERS = [("dmy", "Day first: 4.3.2025 is 4 March"), ("mdy", "Month first: 4/3/2025 is 3 April")]


@dataclass(frozen=True, slots=True)
class Fate:
    """What the import does with a row.

    `kind` is `new` (a position), `quote` (another quote of a position above), `same` or `fault`.
    """

    line: int
    party: str
    issue: str
    stated_on: str
    exact: str
    kind: str
    position: int | None = None  # the id of the saved position


@dataclass(slots=True)
class Taken:
    """What an import did or would do, by row; with faults or questions nothing is written."""

    sheet: Sheet
    faults: SheetFaults
    fates: list[Fate] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    new: int = 0
    same: int = 0

    @property
    def clean(self) -> bool:
        """Whether there are neither faults nor questions."""
        return not self.faults and not self.questions


async def take_file(
    session: AsyncSession,
    path: Path,
    run: ImportRun,
    defaults: SheetDefaults,
    encoding: Encoding | None,
) -> Taken:
    """Import a file for the command line; a question is a fault that names the option to give."""
    faults = SheetFaults(path.name)
    data = await anyio.to_thread.run_sync(path.read_bytes)
    read = await anyio.to_thread.run_sync(read_sheet, data, path.name, faults, encoding)
    if isinstance(read, Question):
        named = ", ".join(name for name, _ in read.choices)
        faults.add(
            path.name, 1, "", f"{read.text[0].lower()}{read.text[1:]} Say it: --encoding {named}"
        )
        return Taken(Sheet(path.name, []), faults)
    return await take_sheet(session, read, faults, run, defaults)


async def take_sheet(
    session: AsyncSession,
    sheet: Sheet,
    faults: SheetFaults,
    run: ImportRun,
    defaults: SheetDefaults,
) -> Taken:
    """Import a sheet as one entry of the log, or return the reasons why not.

    Unless the import is clean and no dry run, the session is rolled back. `slug` is the negotiation
    of rows that name none; with `fixed`, rows may name no other one. Raise Conflict if somebody
    wrote the same at the same time.
    """
    taken = Taken(sheet, faults)
    slugs = {s for line in sheet.lines if (s := line["negotiation"].strip())}
    if defaults.slug:
        slugs.add(defaults.slug)
    names = await load_names(session, slugs)
    grouping = Grouping(sheet, names, faults, defaults, today=run.now.date())
    groups = grouping.read()
    if grouping.unclear:
        taken.questions.append(Question("dates", "Which number in a date is the day?", ORDERS))
    ours = await find_saved(session, groups)
    for group in groups:
        if (view := ours.get(group.uid)) and (other := difference(group, view)):
            line, column, held = other
            why = (
                f"differs from position {view.id}, which has {held[:80]}:"
                " correct it there, with a reason"
            )
            faults.add(sheet.name, line, column, why)
    check(sheet, [g for g in groups if g.faulty], faults)
    fresh = [g for g in groups if g.uid not in ours and not g.faulty]
    try:
        if fresh:
            await _write(session, taken, fresh, run)
        elif run.dry_run or not taken.clean:
            await session.rollback()
    except ImportFaults:
        await session.rollback()
    except IntegrityError as error:
        await session.rollback()
        raise Conflict("Somebody saved the same data at the same time; import it again.") from error
    taken.fates = _fates(sheet, groups, {uid: view.id for uid, view in ours.items()}, faults.lines)
    taken.new, taken.same = len(groups) - len(ours), len(ours)
    taken.report.counts.setdefault("positions", Count()).skipped += len(ours)
    return taken


async def _write(
    session: AsyncSession, taken: Taken, fresh: Sequence[Group], run: ImportRun
) -> None:
    await session.execute(PATIENCE)
    if not run.dry_run and taken.clean:
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": IMPORTS})
    raw = await fill(session, taken.sheet, fresh, taken.faults)
    tables = TablesInMemory()
    for name in tables.tables:
        await tables.put(name, iter(raw.rows[name]))
    await tables.close()
    async with writing(session, by=run.by, now=run.now, batch="import") as log:
        importing = Importing(
            session, log, raw, tables, taken.faults, run.now, progress=run.progress
        )
        await take_in(importing)
        taken.report = importing.report
        if run.dry_run or not taken.clean:
            raise ImportFaults(taken.faults)  # rolls everything back before the log is written


def _fates(
    sheet: Sheet, groups: Sequence[Group], ours: dict[UUID, int], faulty: set[int]
) -> list[Fate]:
    fates = {}
    for group in groups:
        for i, row in enumerate(group.quotes):
            kind = "same" if group.uid in ours else "quote" if i else "new"
            said = (group.party, group.issue, group.cells.get("stated_on", ""), row["exact"] or "")
            fates[row.line] = Fate(
                row.line, *said, "fault" if row.line in faulty else kind, ours.get(group.uid)
            )
    for line in sheet.lines:
        if line.number not in fates:
            said = (line["party"], line["issue"], line["stated_on"], line["exact"])
            fates[line.number] = Fate(line.number, *said, "fault")
    return [fates[number] for number in sorted(fates)]
