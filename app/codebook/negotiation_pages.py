"""Serve the pages on which an editor begins a negotiation, up to its first position."""

from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.first_steps import start_of
from app.codebook.pages import NEGOTIATION, SLUG
from app.core.clock import now
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Form
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.models.vocabulary import NegotiationStatus
from app.negotiations import actions
from app.negotiations.beginning import Beginning
from app.negotiations.schemas import NegotiationInput

# Not below /n/, where any word may be the slug of a negotiation.
router = Router(prefix="/negotiations/new", include_in_schema=False)

NEW = Form((NEGOTIATION[0], SLUG, *NEGOTIATION[1:]), NegotiationInput)


@router.get("")
async def offer_negotiation(request: Request, viewer: Editor) -> Response:
    """Show the form for a new negotiation."""
    return _new(request, forms.blank(NEW.fields, status=NegotiationStatus.ONGOING))


def _new(request: Request, sheet: Sheet) -> Response:
    return page(
        request,
        "codebook/new_negotiation.html",
        status=sheet.status,
        sheet=sheet,
        beginning=Beginning(),
    )


@router.post("")
async def add_negotiation(
    request: Request, session: Session, viewer: FormEditor, sent: Sent
) -> Response:
    """Save a new negotiation, and go on to its parties."""
    made = ""

    async def write(values: dict[str, Any], reason: str | None) -> None:
        nonlocal made
        made = values["slug"]
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.add_negotiation(log, **values)

    sheet = await forms.create(session, sent, NEW, write)
    return _new(request, sheet) if sheet else RedirectResponse(start_of(made), 303)
