"""Serve the page on which an editor corrects the stored data of a source.

Changes that somebody else saved in the meantime are kept.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.accounts.form_resume import SHOW_AGAIN, sign_in_again
from app.core.clock import now
from app.db.engine import Session, attempt
from app.http.templating import page
from app.log.reader import list_revisions
from app.log.writer import writing
from app.models.source import Source
from app.sources import actions, queries
from app.sources.form_fields import (
    FIELDS,
    LABEL,
    Sent,
    Values,
    by_field,
    read_form,
    read_source,
    shown,
)
from app.sources.schemas import SourceInput

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/sources/{source_id}/edit")
async def show_edit(
    request: Request, session: Session, viewer: Editor, source_id: Number
) -> Response:
    """Show the form with the stored values of a source."""
    row = await queries.get_source(session, source_id)
    values = shown(_fields(row)) | {"version": str(row.version)}
    return _edit_page(request, row, Sent(values, None))


@router.post("/sources/{source_id}/edit")
async def edit_source(
    request: Request, session: Session, viewer: Anyone, source_id: Number
) -> Response:
    """Save a correction with its reason; over a newer version, show both texts first."""
    sent = await read_form(request)
    if viewer is None:
        return sign_in_again(request, sent.values)
    viewer = await get_editor(viewer)
    row = await queries.get_source(session, source_id, lock=True)
    if sent.values.get("do") == SHOW_AGAIN:
        return _edit_page(request, row, sent)
    source = read_source(sent, now().date())
    theirs = await _meanwhile(session, row, sent, source)
    if theirs:
        return _edit_page(request, row, sent, theirs)
    reason = sent.values.get("reason", "").strip()
    if source is not None and _fields(row) != (wanted := source.model_dump(include=set(FIELDS))):
        if not reason:
            sent.errors["reason"] = f"{LABEL['reason']}: say why the record is changed"
            return _edit_page(request, row, sent)
        async with attempt(session) as refused, writing(session, by=viewer.name, now=now()) as log:
            await actions.amend_source(session, log, row, wanted, reason=reason)
        if refused:
            sent.errors |= by_field(list(refused[0].faults)) or {
                "url": f"{LABEL['url']}: {refused[0].detail}"
            }
            row = await queries.get_source(session, source_id)
    if sent.errors:
        return _edit_page(request, row, sent)
    return RedirectResponse(f"/sources/{source_id}", 303)


async def _meanwhile(
    session: AsyncSession, row: Source, sent: Sent, mine: SourceInput | None
) -> Values:
    """Return the stored values of fields that others changed since the form was opened, by field.

    A field that was not edited in the form takes the newest value. An edited field stays as typed,
    and is shown beside the value that it would overwrite.
    """
    versions = {str(r.version): r for r in await list_revisions(session, None, "source", row.id)}
    opened = versions.get(sent.values.get("version", ""))
    sent.values["version"] = str(row.version)
    before = {n: opened[n] for n in FIELDS} if opened else {}
    changed = {n: v for n, v in _fields(row).items() if v != before.get(n, v if opened else None)}
    typed = mine.model_dump() if mine else {}
    clash: Values = {}
    for name, value in changed.items():
        if mine is not None and typed[name] == value:
            continue
        clash[name] = shown({name: value}).get(name, "nothing")
        if opened and typed.get(name, before[name]) == before[name]:
            sent.values[name] = shown({name: value}).get(name, "")
    return clash


def _fields(row: Source) -> dict[str, Any]:
    return {n: getattr(row, n) for n in FIELDS}


def _edit_page(request: Request, row: Source, sent: Sent, theirs: Values | None = None) -> Response:
    return page(
        request,
        "sources/edit.html",
        status=412 if theirs else 422 if sent.errors else 200,
        source=row,
        values=sent.values,
        errors=sent.errors,
        theirs=theirs or {},
        labels=LABEL,
    )
