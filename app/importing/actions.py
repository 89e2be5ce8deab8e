"""Import a data package: check and prepare it, then write it in one transaction and log entry."""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.datapackage import rows as r
from app.datapackage.archive import Box, BoxError, open_box
from app.datapackage.faults import Faults, ImportFaults
from app.datapackage.reader import read_package
from app.importing import codebook, positions
from app.importing.codebook import ImportedBook, column_values
from app.importing.package_tables import PackageTables
from app.importing.quotes import Quotes
from app.importing.reconcile import ImportEntry, Importing, ImportRun, Report, settle
from app.importing.sources import take_sources
from app.importing.speakers import take_speakers
from app.importing.staging_tables import StagingTables
from app.importing.tables_in_memory import TablesInMemory
from app.log.bulk.entries import Entries
from app.log.bulk.writer import Staging, VersionWriter
from app.log.writer import writing
from app.models.position import Look

# The advisory lock by which imports wait for each other; no other writer takes it.
IMPORTS = 0x7061726C6579 + 1
MANY = 1_000  # from so many versions of positions on, they are written ahead of the log's lock
LARGE = 4 << 20  # from so many bytes on, the rows of a package go to temporary tables
PAGE = 5_000
PATIENCE = text("""
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '60s', true),
       set_config('idle_in_transaction_session_timeout', '0', true)
""")


class DryRun(Exception):
    """Everything was checked and nothing is to be written; has the report."""

    def __init__(self, report: Report) -> None:
        super().__init__("dry run")
        self.report = report


async def import_package(session: AsyncSession, path: Path, run: ImportRun) -> Report:
    """Import a data package completely or not at all; return what was done. The caller commits.

    Raise ImportFaults with all faults of the package; Conflict if another import or writer is in
    the way. A dry run does the same and rolls the session back. What is saved already is skipped,
    so that a second import of the same package changes nothing. With `skip_diverged`, rows whose
    history differs from the one here are left out and listed in the report.
    """
    faults = Faults()
    try:
        with open_box(path) as box:
            await session.execute(PATIENCE)
            await _alone(session)
            tables = await _tables(session, box)
            raw = await read_package(box, faults, tables)
            await tables.close()
            async with writing(session, by=run.by, now=run.now, batch="import") as log:
                importing = Importing(
                    session, log, raw, tables, faults, run.now, run.skip_diverged, run.progress
                )
                await take_in(importing)
                if faults:
                    raise ImportFaults(faults)
                if run.dry_run:
                    raise DryRun(importing.report)
    except BoxError as error:
        faults.add(path.name or str(path), 1, "", str(error))
        await session.rollback()
        raise ImportFaults(faults) from None
    except DryRun as done:
        await session.rollback()
        return done.report
    except ImportFaults:
        await session.rollback()
        raise
    except IntegrityError as error:
        await session.rollback()
        detail = str(error.orig).splitlines()[0]
        raise Conflict(
            f"Somebody saved the same data at the same time; import it again. ({detail})"
        ) from error
    return importing.report


async def gather_statistics(session: AsyncSession, report: Report) -> None:
    """Let the database count its rows anew after a large import that has been committed.

    Until it has, it plans reads as if the tables were as small as before.
    """
    count = report.counts.get("positions")
    if count is not None and count.added >= MANY:
        await session.execute(select(func.analyze_written()))


async def _alone(session: AsyncSession) -> None:
    """Wait until no other import is running; raise Conflict if that takes too long."""
    try:
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": IMPORTS})
    except OperationalError:
        await session.rollback()
        raise Conflict(
            "Another import is running; nothing was written. Try again when it has finished."
        ) from None


async def _tables(session: AsyncSession, box: Box) -> PackageTables:
    if sum(box.size(name) for name in box.names() if name.lower().endswith(".csv")) < LARGE:
        return TablesInMemory()
    tables = StagingTables(session)
    await tables.open()
    return tables


async def take_in(importing: Importing) -> None:
    """Import all tables; what has faults is not written."""
    book = await codebook.take_in(importing)
    await take_speakers(importing, book)
    quotes = Quotes(importing, book, await take_sources(importing))
    await quotes.open()
    await positions.take_positions(importing, book, quotes, await _writer(importing))
    await _looks(importing, book)
    importing.tell("writing the log", 0, 1)
    if importing.faults:
        return
    for write in importing.late:
        await write()


async def _writer(importing: Importing) -> VersionWriter:
    expected = importing.tables.versions
    return (
        Entries(importing.log) if expected < MANY else await Staging.open(importing.log, expected)
    )


async def _looks(importing: Importing, book: ImportedBook) -> None:
    read = list(importing.rows("looks", r.LookRow))
    uids = [x.uid for _, x in read]
    ours: dict[Any, Look] = {}
    for i in range(0, len(uids), PAGE):
        found = await importing.session.scalars(
            select(Look).where(Look.uid.in_(uids[i : i + PAGE]))
        )
        ours |= {look.uid: look for look in found}
    entries = []
    for line, x in read:
        at = codebook.Reference("looks", line, "issue", (x.negotiation, x.issue))
        issue = codebook.refer(importing, at, book.issues, f"there is no issue {x.issue!r}")
        at = codebook.Reference("looks", line, "party", (x.negotiation, x.party))
        seat = codebook.refer(importing, at, book.participations, f"{x.party!r} takes no part")
        if issue is None or seat is None:
            continue
        cell = {
            "negotiation_id": issue.negotiation_id,
            "party_id": seat.party_id,
            "issue_id": issue.id,
        }
        values = column_values(x, ("looked_on", "where", "by"), **cell)
        entries.append(
            ImportEntry(
                "looks",
                line,
                x.version,
                values,
                {"uid": x.uid},
                ours.get(x.uid),
                issue.negotiation_id,
            )
        )
    await settle(importing, "look", entries)
