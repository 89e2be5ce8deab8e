"""Define the command `parley`; commands call actions and queries, never routes."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.accounts import tokens, users
from app.cli.export_file import STDOUT, Form, save
from app.cli.mcp import mcp
from app.cli.output import errors_as_one_line, in_transaction, progress, say, with_database, working
from app.cli.practice import practice
from app.core.clock import now
from app.datapackage.faults import ImportFaults
from app.db.schema import migrate
from app.http.problems import read_body
from app.importing.actions import gather_statistics, import_package
from app.importing.reconcile import ImportRun
from app.log.verify import LogReport, verify_log
from app.log.writer import writing
from app.negotiations.queries import get_negotiation
from app.redaction import actions as redactions
from app.redaction.description import RedactionPreview, preview
from app.redaction.schemas import RedactionInput
from app.redaction.subject import What
from app.server import backups, scheduled_backups
from app.server import serve as serving
from app.settings import read_settings
from app.sources import verification
from app.spreadsheet.actions import SHEETS, Taken, take_file
from app.spreadsheet.columns import DateOrder
from app.spreadsheet.grouping import SheetDefaults
from app.spreadsheet.reader import Encoding

MOST_LINES = 1000  # of quotes and log entries that no longer match
EXAMPLE = Path(__file__).parents[2] / "seeds" / "ukraine-ceasefire-2025"

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Who wants what in a negotiation, in their own words. "
    "Settings are environment variables: see README.md.",
)
cli.add_typer(users, name="user")
cli.add_typer(tokens, name="token")
cli.command()(practice)
cli.command()(mcp)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of worker processes.")] = 1,
    example: Annotated[
        bool, typer.Option("--example", help="Load the example into an empty database.")
    ] = False,
) -> None:
    """Serve the pages and the API.

    Example: parley serve --port 8000
    """
    with errors_as_one_line():
        serving.serve(
            read_settings(),
            host=host,
            port=port,
            workers=workers,
            prepare=_load_example if example else None,
        )


def _load_example(url: str) -> None:
    async def work(session: AsyncSession) -> None:
        if not await serving.is_empty(session):
            return
        await import_package(session, EXAMPLE, ImportRun(by="parley", now=now()))

    asyncio.run(in_transaction(url, work))


@cli.command(name="migrate")
def bring_up_to_date() -> None:
    """Bring the database's schema up to date.

    Example: DATABASE_URL=postgresql://… parley migrate
    """
    with errors_as_one_line():
        settings = read_settings()
        with serving.database(settings, migrated=False) as server:
            if settings.database_url is None:
                before, after, backup = scheduled_backups.migrate_safely(settings.home, server)
            else:
                before, after, backup = *migrate(server.owner_url, server.url), None
    if backup:
        say(f"Backed up to {backup} first.")
    say(
        f"The schema is at {after}."
        if before == after
        else f"The schema went from {before or 'nothing'} to {after}."
    )


@cli.command()
def backup(
    path: Annotated[Path, typer.Argument(help="File to write, or a folder for it.")],
) -> None:
    """Back up the whole database to one file, also while it is served.

    Example: parley backup /backups
    """
    with (
        errors_as_one_line(),
        serving.database(read_settings(), migrated=False) as server,
        working("Backing up …"),
    ):
        made, manifest = backups.back_up(server, path, now=now())
    say(
        f"Backed up revision {manifest.revision} (schema {manifest.schema}) to {made}, "
        f"{made.stat().st_size:,} bytes."
    )


@cli.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A file from `parley backup`.")],
) -> None:
    """Restore a backup into an empty database.

    Example: PARLEY_HOME=new parley restore parley.zip
    """
    with (
        errors_as_one_line(),
        serving.database(read_settings(), migrated=False) as server,
        working("Restoring …"),
    ):
        manifest = backups.restore(server, path)
    say(
        f"Restored revision {manifest.revision}, as it was at {manifest.made_at}. "
        "Everybody has to sign in again."
    )


@cli.command(name="import")
def import_(
    path: Annotated[
        Path,
        typer.Argument(help="Folder or .zip of a data package, or positions as .csv or .xlsx."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, write nothing.")
    ] = False,
    skip_diverged: Annotated[
        bool,
        typer.Option(
            "--skip-diverged", help="Skip and list rows whose history differs from the one here."
        ),
    ] = False,
    negotiation: Annotated[
        str | None, typer.Option(help="For a spreadsheet: slug for rows without a negotiation.")
    ] = None,
    encoding: Annotated[
        Encoding | None, typer.Option(help="For a CSV that is not UTF-8: its encoding.")
    ] = None,
    dates: Annotated[
        DateOrder | None,
        typer.Option(help="For a spreadsheet: order of dates. 4.3.2025 is 4 March in dmy."),
    ] = None,
) -> None:
    """Import a data package or a spreadsheet of positions, all or nothing.

    Example: parley import seeds/ukraine-ceasefire-2025
    """

    async def work_on_sheet(session: AsyncSession) -> Taken:
        with progress("Reading the rows") as step:
            run = ImportRun(
                by=None,
                now=now(),
                dry_run=dry_run,
                progress=lambda what, done, of: step(done, of),
            )
            defaults = SheetDefaults(negotiation, order=dates)
            return await take_file(session, path, run, defaults, encoding)

    async def work(session: AsyncSession) -> Any:
        if path.is_file() and path.suffix.lower() in SHEETS:
            taken = await work_on_sheet(session)
            if not taken.clean:
                raise ImportFaults(taken.faults)
            return taken.report
        with progress("Reading the package") as step:
            return await import_package(
                session,
                path,
                ImportRun(
                    by=None,
                    now=now(),
                    dry_run=dry_run,
                    skip_diverged=skip_diverged,
                    progress=lambda what, done, of: step(done, of),
                ),
            )

    try:
        report = with_database(work, None if dry_run else gather_statistics)
    except ImportFaults as error:
        for line in error.lines():
            say(line)
        say(f"{error}.")
        raise typer.Exit(1) from None
    for fault in report.skipped_diverged:
        say(str(fault))
    say(f"{report}{' (dry run: nothing was written)' if dry_run else ''}")


@cli.command(name="text")
def put_text(
    source: Annotated[str, typer.Argument(help="Number or web address of a source.")],
    file: Annotated[
        Path, typer.Argument(help="HTML, PDF, DOCX or plain text; - is standard input.")
    ],
) -> None:
    """Save the text of a source and check its quotes.

    Example: parley text 3 article.html
    """
    with errors_as_one_line():
        is_piped = str(file) == "-"
        data = sys.stdin.buffer.read() if is_piped else file.read_bytes()

    async def work(session: AsyncSession) -> tuple[str, list[str]]:
        return await verification.put_file(
            session, source, data, now(), filename="" if is_piped else file.name
        )

    summary, wrong = with_database(work)
    for line in wrong[:MOST_LINES]:
        say(line)
    say(summary)


@cli.command()
def verify(
    negotiation: Annotated[
        str | None, typer.Argument(help="Slug of one negotiation; default: all.")
    ] = None,
    log: Annotated[
        bool,
        typer.Option(
            "--log", help="Also check the log: its hashes, and every table derived from it."
        ),
    ] = False,
    record: Annotated[
        bool,
        typer.Option("--record", help="Save results and links that have changed."),
    ] = False,
) -> None:
    """Check every quote against its source again.

    Example: parley verify ukraine-ceasefire-2025 --log
    """

    async def work(session: AsyncSession) -> tuple[verification.Verified, LogReport]:
        number = (await get_negotiation(session, negotiation)).id if negotiation else None
        with progress("Checking quotes") as step:
            found = await verification.verify_quotes(session, number, step)
        if record:
            noted.append(await verification.record_results(session, number, now()))
        await session.commit()  # the log is checked in a transaction of its own, as it is then
        return found, await verify_log(session) if log else LogReport()

    noted: list[int] = []  # numbers of sources with newly recorded results
    found, checked = with_database(work)
    failed = found.failed + checked.faults
    for line in failed[:MOST_LINES]:
        say(line)
    payloads = f"{checked.redacted:,} payload{'s' if checked.redacted != 1 else ''}"
    redacted = f", {payloads} of it redacted" if checked.redacted else ""
    holds = f" The log is intact{redacted}." if log and not checked.faults else ""
    recorded = f" Saved for {noted[0]:,} source{'s' if noted[0] != 1 else ''}." if noted else ""
    say(f"{found}.{recorded}{holds}{f' {len(failed):,} no longer match.' if failed else ''}")
    if failed:
        raise typer.Exit(1)


@cli.command()
def redact(
    what: Annotated[What, typer.Argument(help="What to redact.")],
    number: Annotated[int, typer.Argument(min=1, help="Number of the quote, source or position.")],
    reason: Annotated[str, typer.Option(help="Reason; public.")],
    version: Annotated[
        int | None, typer.Option(min=1, help="Version of the position, for a summary or a reason.")
    ] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Redact; without this option, only show what would change."),
    ] = False,
) -> None:
    """Remove text that the law or a publisher forbids.

    Example: parley redact quote 40 --reason "Court order 12/25" --yes
    """

    async def work(session: AsyncSession) -> RedactionPreview:
        asked = read_body(
            RedactionInput, {"what": what, "number": number, "version": version, "reason": reason}
        )
        found = await preview(session, asked.subject)
        if yes:
            async with writing(session, by=None, now=now()) as log:
                await redactions.redact(log, asked.subject, reason=asked.reason)
        return found

    found = with_database(work)
    say("Redacted:" if yes else "Would redact:")
    for line in found.goes:
        say(f"  {line.words}")
    for line in (*found.elsewhere, *found.rare):
        say(f"Stays: {line.words}: {' '.join((line.excerpt or '').split())}")
    if not yes:
        say("Nothing was changed; add --yes to redact.")


@cli.command()
def export(
    negotiation: Annotated[str, typer.Argument(help="Slug of the negotiation.")],
    path: Annotated[
        Path, typer.Argument(help="Folder, .zip or file to write; - is standard output.")
    ],
    form: Annotated[
        Form, typer.Option("--format", help="A package includes the texts of sources.")
    ] = Form.PACKAGE,
) -> None:
    """Export a negotiation.

    Example: parley export ukraine-ceasefire-2025 ceasefire.zip
    """

    async def work(session: AsyncSession) -> None:
        with progress("Writing positions") as step:
            await save(session, negotiation, form, path, now=now(), step=step)

    with_database(work)
    if path != STDOUT:
        say(f"Wrote {path}.")


def main() -> None:
    """Run the command-line program."""
    cli()
