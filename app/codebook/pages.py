"""Serve the code book for editors: its overview, and the form of the negotiation."""

from dataclasses import fields
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.accounts.queries import Viewer
from app.codebook.told import Told, seen, told
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Sent
from app.forms.sheet import Sheet, StoredObject
from app.http.routing import Router
from app.http.templating import page
from app.log.entry import snapshot
from app.log.reader import moment
from app.log.writer import writing
from app.models.negotiation import Negotiation
from app.models.vocabulary import NegotiationStatus, UserRole
from app.negotiations import actions
from app.negotiations.beginning import find_beginning
from app.negotiations.code_book import code_book, issue_views, negotiation_view, party_views
from app.negotiations.navigation import nav
from app.negotiations.queries import get_negotiation
from app.negotiations.schemas import NegotiationInput
from app.negotiations.slugs import slug_of
from app.negotiations.views import NegotiationView

router = Router(prefix="/n/{slug}/code-book", include_in_schema=False)

SLUG = Field(
    "slug",
    "Address (URL)",
    hint="Lower-case letters, digits and hyphens, for example length-of-ceasefire. Leave it empty "
    "to "
    "make it from the field above. It cannot be changed later.",
    wrong="use lower-case letters, digits and single hyphens, for example length-of-ceasefire",
    suggest=slug_of,
)
NEGOTIATION = (
    Field("title", "Title"),
    Field("summary", "Summary", Kind.PROSE),
    Field(
        "status", "Status", Kind.CHOICE,
        choices=tuple((s, s.capitalize()) for s in NegotiationStatus),
    ),
    Field(
        "coded_through", "Sources read up to",
        hint="A day such as 2025-03-17. You promise this to readers; publishing does not change "
        "it.",
        wrong="write a day such as 2025-03-17",
    ),
    Field("licence", "Licence"),
    Field("contact", "Contact", hint="Where readers report an error."),
    Field("method", "Method", Kind.PROSE, "How sources are chosen and read."),
    Field(
        "review", "Require review before publishing", Kind.CHECK,
        "Authors cannot publish their own drafts.",
    ),
    Field(
        "invented", "Invented for practice", Kind.CHECK,
        "Every page, export and citation says so.",
    ),
)  # fmt: skip


def _form(viewer: Viewer) -> Form:
    """Return the form of a negotiation; only admins may switch review on or off."""
    admin = viewer.may(UserRole.ADMIN)
    return Form(tuple(f for f in NEGOTIATION if admin or f.name != "review"), NegotiationInput)


def base_of(slug: str) -> str:
    """Return the path of a negotiation's code book."""
    return f"/n/{slug}/code-book"


def place_of(row: Negotiation) -> NegotiationView:
    """Convert a live negotiation to the view that pages show."""
    held = snapshot(row)
    return NegotiationView(**{f.name: held[f.name] for f in fields(NegotiationView)})


def form_page(
    request: Request,
    place: NegotiationView,
    sheet: Sheet,
    *,
    heading: str,
    action: str,
    submit: str,
    **more: Any,
) -> Response:
    """Return a page with the form of one object; it has the status of the form."""
    context = {
        "lede": "",
        "back": ("Code book", base_of(place.slug)),
        "beside": "",
        "told": Told(),
        "again": "",
        **more,
    }
    return page(
        request,
        "codebook/form.html",
        status=sheet.status,
        negotiation=place,
        nav=nav(place.slug),
        sheet=sheet,
        heading=heading,
        action=action,
        submit=submit,
        **context,
    )


@router.get("")
async def show_code_book(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the whole code book, with links to the form of each object."""
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    parties, issues = party_views(book), issue_views(book)
    place = negotiation_view(book.negotiation)
    names = {f"issues/{i.slug}": i.title for i in issues} | {"negotiation": place.title}
    names |= {f"parties/{p.slug}": p.name for p in parties}
    return page(
        request,
        "codebook/index.html",
        beginning=await find_beginning(session, slug),
        told=told(request, names),
        negotiation=place,
        parties=parties,
        issues=issues,
        nav=nav(slug),
    )


@router.get("/negotiation")
async def edit_negotiation(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the form of a negotiation; the URL may propose a new `coded_through` day."""
    row = await get_negotiation(session, slug)
    sheet = forms.filled(_form(viewer), _stored(row))
    if proposed := request.query_params.get("coded_through"):
        sheet.values["coded_through"] = proposed
    return _negotiation(request, place_of(row), sheet)


@router.post("/negotiation")
async def save_negotiation(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save a change of a negotiation."""
    row = await get_negotiation(session, slug, lock=True)
    place = place_of(row)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.amend_negotiation(log, row, values, reason=reason)

    sheet = await forms.save(session, sent, _form(viewer), _stored(row), write, slug=slug)
    return (
        _negotiation(request, place, sheet)
        if sheet
        else seen(base_of(slug), "saved", "negotiation")
    )


def _stored(row: Negotiation) -> StoredObject:
    return StoredObject("negotiation", row.id, row.version, snapshot(row))


def _negotiation(request: Request, place: NegotiationView, sheet: Sheet) -> Response:
    return form_page(
        request, place, sheet, heading="Edit the negotiation",
        action=f"{base_of(place.slug)}/negotiation", submit="Save changes",
    )  # fmt: skip
