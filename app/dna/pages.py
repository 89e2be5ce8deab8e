"""Serve the page on which editors map a discourse network to parties and options, and import it.

The result is shown before it is imported.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.core.clock import now
from app.core.errors import DomainError, NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.dna.mapping import (
    NOTHING,
    ROLES,
    Chosen,
    Unfit,
    as_sheet,
    chosen,
    entities,
    guess_option,
    guess_party,
    guess_variables,
)
from app.dna.reader import Discourse, read_dna
from app.dna.writer import export_dna
from app.exports.download import Download, etag_of, read_file, scratch_file
from app.exports.selection import select_cells
from app.forms.posted import Sent
from app.forms.resume import SignedOut
from app.http.conditional import unchanged
from app.http.routing import Router
from app.http.templating import page
from app.importing.reconcile import ImportRun
from app.log.reader import moment
from app.matrix.schemas import Filters
from app.negotiations.code_book import code_book, negotiation_view
from app.negotiations.navigation import nav
from app.spreadsheet.actions import Taken, take_sheet
from app.spreadsheet.carried_file import keep, kept
from app.spreadsheet.grouping import SheetDefaults
from app.spreadsheet.names import KnownNames, load_names
from app.spreadsheet.to_package import SheetFaults

router = Router(prefix="/n/{slug}", include_in_schema=False)

MOST_TRIES = 5  # each leaves out the rows in which the last one found faults
SHOWN = 500  # entries of each list on the page
Values = dict[str, str]


@dataclass(slots=True)
class Mapped:
    """A file and how it is read, for the page."""

    discourse: Discourse
    names: KnownNames
    chosen: Chosen
    organizations: list[tuple[str, int]]
    concepts: list[tuple[str, int]]
    taken: Taken | None = None
    unfit: list[Unfit] | None = None

    @property
    def variables(self) -> list[str]:
        """Return the names of the file's variables."""
        return list(dict.fromkeys(n for known in self.discourse.variables.values() for n in known))

    @property
    def fitting(self) -> int:
        """Return how many statements can be imported."""
        return len(self.discourse.statements) - len(self.unfit or [])


@router.get("/export.dna")
async def send_dna(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[Filters, Query()]
) -> Response:
    """Send the positions of the filtered cells as a file of Discourse Network Analyzer."""
    picked = await select_cells(session, slug, query, now=now())
    etag = etag_of(request, picked.matrix.at, picked.as_of)

    async def write() -> AsyncGenerator[bytes]:
        with scratch_file("dna") as path:
            async with request.app.state.sessions() as own:
                await export_dna(own, picked, path)
            async for chunk in read_file(path):
                yield chunk

    name = f'attachment; filename="{slug}_as-of-{picked.as_of}.dna"'
    headers = {"Content-Type": "application/vnd.sqlite3", "Content-Disposition": name, "ETag": etag}
    return unchanged(request, etag) or Download(write(), headers)


@router.get("/import-dna")
async def show_import(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form that takes a file."""
    return await _page(request, session, slug, {})


@router.post("/import-dna")
async def post_import(
    request: Request, session: Session, viewer: Anyone, sent: Sent, slug: SlugInPath
) -> Response:
    """Show how the file maps; with `do=import`, import what fits."""
    values = dict(sent.values)
    try:
        if sent.file is not None:
            values = {
                "kept": keep(await sent.file.read()),
                "name": sent.file.filename or "file.dna",
            }
        if viewer is None:
            raise SignedOut(values)
        viewer = await get_editor(viewer)
        names = (await load_names(session, [slug])).get(slug)
        if names is None:
            raise NotFound(f"There is no negotiation {slug!r}.")
        if not values.get("kept"):
            return await _page(
                request, session, slug, {}, errors={"file": "File: choose a .dna file"}
            )
        discourse = await read_dna(kept(values["kept"]))
    except DomainError as error:
        if error.status in (401, 403, 404):
            raise
        return await _page(request, session, slug, {}, errors={"file": f"File: {error.detail}"})
    mapped = map_file(discourse, names, values)
    without: dict[int, str] = {}
    for _ in range(MOST_TRIES):
        sheet, mapped.unfit = as_sheet(
            discourse, mapped.chosen, values.get("name", "file.dna")[:100], slug, without
        )
        run = ImportRun(by=viewer.name, now=now(), dry_run=sent.do != "import")
        defaults = SheetDefaults(slug, fixed=True)
        mapped.taken = await take_sheet(session, sheet, SheetFaults(sheet.name), run, defaults)
        if mapped.taken.clean:
            break
        without |= _left_out(mapped.taken)
        names = (await load_names(session, [slug]))[slug]
    if sent.do == "import" and mapped.taken and mapped.taken.clean:
        return RedirectResponse(
            f"/n/{slug}/import?new={mapped.taken.new}&same={mapped.taken.same}", 303
        )
    return await _page(request, session, slug, values, mapped=mapped)


def _left_out(taken: Taken) -> dict[int, str]:
    """Return the statements that the rules refuse, and why.

    If a position differs from the one that is stored, all its statements are returned.
    """
    reasons = {f.line: f"{f.column}: {f.reason}" for f in taken.faults}
    differing = {
        (f.party, f.issue, f.stated_on): reasons[f.line]
        for f in taken.fates
        if f.position and f.line in reasons
    }
    for fate in taken.fates:
        if why := differing.get((fate.party, fate.issue, fate.stated_on)):
            reasons.setdefault(fate.line, why)
    return reasons


def map_file(discourse: Discourse, names: KnownNames, fields: Mapping[str, str]) -> Mapped:
    """Read the choices of the form and guess the missing ones; the page shows the guesses."""
    variables = {role: fields.get(f"variable-{role}", "") for role in ROLES}
    if not any(variables.values()):
        variables = guess_variables(discourse)
    organizations = entities(discourse, variables["organization"])
    concepts = entities(discourse, variables["concept"])
    parties = {name: guess_party(names, name) or NOTHING for name, _ in organizations}
    options = {name: guess_option(names, name) or NOTHING for name, _ in concepts}
    if all(fields.get(f"asked-{role}") == variables[role] for role in ("organization", "concept")):
        parties |= chosen(fields, organizations, "party")
        options |= chosen(fields, concepts, "option")
    known = {f"{issue}/{slug}" for issue, slug in names.labels} - {
        f"{i}/{o}" for i, o in names.retired
    }
    parties = {n: p for n, p in parties.items() if p in names.party_ids}
    options = {n: o for n, o in options.items() if o in known}
    agrees = "prefers" if fields.get("agrees") == "prefers" else "accepts"
    return Mapped(
        discourse, names, Chosen(variables, parties, options, agrees), organizations, concepts
    )


async def _page(
    request: Request,
    session: AsyncSession,
    slug: str,
    values: Mapping[str, str],
    *,
    mapped: Mapped | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    book = await code_book(session, await moment(session, drafts=True), slug)
    names = {s.id: s["title"] for s in book.issues}
    options: list[tuple[str, list[tuple[str, str]]]] = [
        (
            names[s.id],
            [
                (f"{s['slug']}/{o['slug']}", o["label"])
                for o in book.options[s.id]
                if not o["retired"]
            ],
        )
        for s in book.issues
    ]
    context: dict[str, Any] = {"mapped": mapped, "options": options, "shown": SHOWN}
    return page(
        request,
        "dna/import.html",
        status=422 if errors else 200,
        negotiation=negotiation_view(book.negotiation),
        parties=[
            (book.parties[p["party_id"]]["slug"], book.parties[p["party_id"]]["name"])
            for p in book.participations
        ],
        values={"kept": "", "name": ""} | {**values},
        errors=errors or {},
        nav=nav(slug),
        **context,
    )
