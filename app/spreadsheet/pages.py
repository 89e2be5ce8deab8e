"""Show the page on which editors choose a spreadsheet, check it row by row, and import it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeVar

import anyio.to_thread
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.core.clock import now
from app.core.errors import DomainError
from app.core.input_models import Query, SlugInPath
from app.datapackage.faults import FileFault
from app.db.engine import Session
from app.forms.posted import Sent
from app.forms.resume import SignedOut
from app.http.last_done import read_last_done
from app.http.routing import Router
from app.http.templating import page
from app.importing.reconcile import ImportRun
from app.log.reader import moment
from app.negotiations.code_book import code_book, issue_views, negotiation_view, party_views
from app.negotiations.navigation import nav
from app.spreadsheet.actions import Fate, Taken, take_sheet
from app.spreadsheet.carried_file import keep, kept
from app.spreadsheet.columns import DateOrder
from app.spreadsheet.grouping import SheetDefaults
from app.spreadsheet.reader import Encoding, Question, read_sheet
from app.spreadsheet.template_file import write_csv, write_xlsx
from app.spreadsheet.to_package import SheetFaults

router = Router(prefix="/n/{slug}/import", include_in_schema=False)

SHOWN = 500  # rows without a fault that are shown; rows with a fault are all shown
TEMPLATES = {"csv": write_csv, "xlsx": write_xlsx}
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WAYS = {"encoding": Encoding, "dates": DateOrder}
E = TypeVar("E", bound=StrEnum)


class DoneQuery(Query):
    """The result of an import, for the page after it."""

    new: int | None = None
    same: int | None = None


@dataclass(slots=True)
class SheetPreview:
    """What the page shows of a file: rows with their results and faults, and faults of the file."""

    rows: list[tuple[Fate, list[FileFault]]] = field(default_factory=list)
    about_file: list[FileFault] = field(default_factory=list)
    left_out: int = 0


@router.get("")
async def show_import(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form for choosing a file."""
    return await _page(request, session, slug, {}, done=read_last_done(DoneQuery, request))


@router.post("")
async def post_import(
    request: Request, session: Session, viewer: Anyone, sent: Sent, slug: SlugInPath
) -> Response:
    """Show what an import would do; with `do=import`, import the file if it has no faults."""
    values = {n: sent.values.get(n, "") for n in ("kept", "name", *WAYS)}
    try:
        if sent.file is not None:
            values |= {
                "kept": keep(await sent.file.read()),
                "name": sent.file.filename or "file.csv",
                "encoding": "",
                "dates": "",
            }
        if viewer is None:
            raise SignedOut(values)
        viewer = await get_editor(viewer)
        if not values["kept"]:
            return await _page(
                request, session, slug, values, errors={"file": "File: choose a CSV or XLSX file"}
            )
        faults = SheetFaults(values["name"][:100])
        sheet = await anyio.to_thread.run_sync(
            read_sheet,
            kept(values["kept"]),
            faults.name,
            faults,
            _way(Encoding, values["encoding"]),
        )
        if isinstance(sheet, Question):
            return await _page(request, session, slug, values, questions=[sheet])
        run = ImportRun(by=viewer.name, now=now(), dry_run=sent.do != "import")
        defaults = SheetDefaults(slug, fixed=True, order=_way(DateOrder, values["dates"]))
        taken = await take_sheet(session, sheet, faults, run, defaults)
    except DomainError as error:
        if error.status in (401, 403, 404):
            raise
        return await _page(request, session, slug, {}, errors={"file": f"File: {error.detail}"})
    if sent.do == "import" and taken.clean:
        return RedirectResponse(f"/n/{slug}/import?new={taken.new}&same={taken.same}", 303)
    return await _page(request, session, slug, values, taken=taken, questions=taken.questions)


@router.get("/template.{form}")
async def download_template(
    session: Session, viewer: Editor, slug: SlugInPath, form: Literal["csv", "xlsx"]
) -> Response:
    """Return an empty spreadsheet for positions, with what may be chosen in this negotiation."""
    book = await code_book(session, await moment(session, drafts=True), slug)
    parties = [p for p in party_views(book) if not p.merged_into]
    content = await anyio.to_thread.run_sync(TEMPLATES[form], parties, issue_views(book))
    disposition = f'attachment; filename="{slug}-positions.{form}"'
    return Response(content, media_type=MEDIA[form], headers={"Content-Disposition": disposition})


def _way(kind: type[E], said: str) -> E | None:
    return kind(said) if said in list(kind) else None


def look_at(taken: Taken) -> SheetPreview:
    """Combine rows with their faults."""
    by_line: dict[int, list[FileFault]] = {}
    for fault in taken.faults:
        by_line.setdefault(fault.line, []).append(fault)
    look = SheetPreview()
    clean = 0
    for fate in taken.fates:
        clean += fate.kind != "fault"
        if fate.kind == "fault" or clean <= SHOWN:
            look.rows.append((fate, by_line.pop(fate.line, [])))
    look.left_out = len(taken.fates) - len(look.rows)
    look.about_file = [f for faults in by_line.values() for f in faults]
    return look


async def _page(
    request: Request,
    session: AsyncSession,
    slug: str,
    values: Mapping[str, str],
    *,
    taken: Taken | None = None,
    **shown: Any,
) -> Response:
    """Show the form; `shown` are errors and questions, or what was done."""
    book = await code_book(session, await moment(session, drafts=True), slug)
    context: dict[str, Any] = {"errors": {}, "questions": [], "done": DoneQuery()} | shown
    bad = bool(context["errors"] or context["questions"] or (taken and not taken.clean))
    return page(
        request,
        "spreadsheet/import.html",
        status=422 if bad else 200,
        negotiation=negotiation_view(book.negotiation),
        values=dict.fromkeys(("kept", "name", *WAYS), "") | {**values},
        taken=taken,
        look=look_at(taken) if taken else None,
        nav=nav(slug),
        **context,
    )
