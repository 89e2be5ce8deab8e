"""Serve the page on which an editor corrects a source record, merging changes by others."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core.clock import now
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.posted import Sent
from app.forms.sheet import Sheet, StoredObject
from app.http.routing import Router
from app.http.templating import page
from app.log.entry import snapshot
from app.log.writer import writing
from app.models.source import Source
from app.sources import actions, queries
from app.sources.form_fields import RECORD

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/sources/{source_id}/edit")
async def show_edit(
    request: Request, session: Session, viewer: Editor, source_id: Number
) -> Response:
    """Show the form with the values that are stored."""
    row = await queries.get_source(session, source_id)
    return _edit_page(request, row, forms.filled(RECORD, _stored(row)))


@router.post("/sources/{source_id}/edit")
async def edit_source(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, source_id: Number
) -> Response:
    """Correct the record, with a reason; over a newer version both texts are shown first."""
    row = await queries.get_source(session, source_id, lock=True)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.amend_source(log, row, values, reason=reason)

    sheet = await forms.save(session, sent, RECORD, _stored(row), write)
    if sheet is None:
        return RedirectResponse(f"/sources/{source_id}?told=corrected", 303)
    return _edit_page(request, await queries.get_source(session, source_id), sheet)


def _stored(row: Source) -> StoredObject:
    return StoredObject("source", row.id, row.version, snapshot(row))


def _edit_page(request: Request, row: Source, sheet: Sheet) -> Response:
    return page(request, "sources/edit.html", status=sheet.status, source=row, sheet=sheet)
