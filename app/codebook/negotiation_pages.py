"""Serve the pages on which an editor begins a negotiation, up to its first position."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.object_form import Sheet
from app.codebook.pages import NEGOTIATION, SLUG, base_of, seen
from app.core.clock import now
from app.db.engine import Session
from app.http.templating import page
from app.log.writer import writing
from app.models.vocabulary import NegotiationStatus
from app.negotiations import actions
from app.negotiations.schemas import NegotiationInput

# Not below /n/, where any word may be the slug of a negotiation.
router = APIRouter(prefix="/negotiations/new", include_in_schema=False)

NEW = (NEGOTIATION[0], SLUG, *NEGOTIATION[1:])


@router.get("")
async def offer_negotiation(request: Request, viewer: Editor) -> Response:
    """Show the form for a new negotiation."""
    return _new(request, object_form.blank(NEW, status=NegotiationStatus.ONGOING))


def _new(request: Request, sheet: Sheet) -> Response:
    return page(request, "codebook/new_negotiation.html", status=sheet.status, sheet=sheet)


@router.post("")
async def add_negotiation(request: Request, session: Session, viewer: Anyone) -> Response:
    """Save a new negotiation, and go on to its code book."""
    form = await request.form()
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    made = ""

    async def write(values: dict[str, Any], reason: str | None) -> None:
        nonlocal made
        made = values["slug"]
        async with writing(session, by=editor.name, now=now()) as log:
            await actions.add_negotiation(session, log, **values)

    sheet = await object_form.create(session, form, NEW, NegotiationInput, write)
    return _new(request, sheet) if sheet else seen(base_of(made))
