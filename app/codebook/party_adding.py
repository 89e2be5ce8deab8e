"""Add parties to a negotiation: new ones, or ones that are stored already."""

from dataclasses import replace
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.pages import SLUG, base_of, place_of
from app.codebook.party_pages import PART, PARTY
from app.codebook.queries import seated_ids, seated_names
from app.codebook.told import seen, told
from app.core.clock import now
from app.core.errors import invalid
from app.core.input_models import Input, Name, SlugInPath
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Posted, Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.models.negotiation import Party
from app.models.vocabulary import PartyRole
from app.negotiations import actions, queries
from app.negotiations.navigation import nav
from app.negotiations.new_entries import NewParty, add_new_party
from app.negotiations.views import NegotiationView
from app.position_form.lookups import parties_like

router = Router(prefix="/n/{slug}/code-book/parties", include_in_schema=False)

# A field of choices: a ticked checkbox of a principal would stay ticked when another role is
# chosen.
SEAT = (
    PART[0],
    Field(
        "consent_required", PART[1].label, Kind.CHOICE, PART[1].hint,
        choices=(("", "by role (principals: yes)"), ("yes", "Yes"), ("no", "No")),
    ),
)  # fmt: skip
NEW_PARTY = (*PARTY[:1], SLUG, *PARTY[1:], *SEAT)
KNOWN = Field(
    "party",
    "Party",
    Kind.PARTY,
    "Its name, in any spelling that Parley knows.",
)


FORM = Form(NEW_PARTY, NewParty)


class Seat(Input):
    """A stored party that joins a negotiation."""

    party: Name  # any of its names, as typed
    role: PartyRole = PartyRole.PRINCIPAL
    consent_required: bool | None = None


@router.get("/new")
async def offer_party(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the forms for a new party and for one that is stored already."""
    place = place_of(await queries.get_negotiation(session, slug))
    return await _new(request, session, place, _new_sheet(), await _seat_sheet(session, slug))


def _new_sheet() -> Sheet:
    return forms.blank(NEW_PARTY, role=PartyRole.PRINCIPAL)


async def _seat_sheet(session: Session, slug: str) -> Sheet:
    return forms.blank((await _seat_form(session, slug)).fields, role=PartyRole.PRINCIPAL)


async def _seat_form(session: Session, slug: str) -> Form:
    """Return the form for a stored party, with those that may be meant."""
    offered = await parties_like(session, "", but=await seated_ids(session, slug))
    field = replace(KNOWN, choices=tuple((p.slug, p.name) for p in offered))
    return Form((field, *SEAT), Seat)


async def _called(session: Session, name: str) -> Party:
    """Return the party with this name; Invalid if there is none or if several have it."""
    found = await queries.list_parties_called(session, name)
    if not found:
        raise invalid("/party", f"Party: Parley knows no party “{name}”. Add it as a new party")
    if len(found) > 1:
        slugs = ", ".join(p.slug for p in found)
        raise invalid(
            "/party", f"Party: several parties are called “{name}”. Enter one of: {slugs}"
        )
    return found[0]


async def _new(
    request: Request, session: Session, place: NegotiationView, new: Sheet, seat: Sheet
) -> Response:
    seated = await seated_names(session, place.slug)
    return page(
        request, "codebook/new_party.html", status=max(new.status, seat.status), negotiation=place,
        nav=nav(place.slug), new=new, seat=seat, seated=list(seated.values()),
        told=told(request, {f"parties/{slug}": name for slug, name in seated.items()}),
    )  # fmt: skip


@router.post("/new")
async def add_party(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Save a new party and add it to the negotiation, in one transaction."""
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)
    made = ""

    async def write(values: dict[str, Any], reason: str | None) -> None:
        nonlocal made
        made = values["slug"]
        async with writing(session, by=viewer.name, now=now()) as log:
            await add_new_party(log, negotiation, values)

    sheet = await forms.create(session, sent, FORM, write)
    if sheet is None:
        return _after(slug, sent, made)
    return await _new(request, session, place, sheet, await _seat_sheet(session, slug))


@router.post("/seat")
async def seat_party(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Add a stored party to the negotiation."""
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)
    offered = await _seat_form(session, slug)
    made = ""

    async def write(values: dict[str, Any], reason: str | None) -> None:
        nonlocal made
        party = await _called(session, values.pop("party"))
        made = party.slug
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.take_part(log, negotiation=negotiation, party=party, **values)

    sheet = await forms.create(session, sent, offered, write)
    if sheet:
        return await _new(request, session, place, _new_sheet(), sheet)
    return _after(slug, sent, made)


def _after(slug: str, sent: Posted, party: str) -> Response:
    """Redirect to the form for another party if its button was pressed, or else to the list."""
    another = sent.values.get("then") == "another"
    there = f"{base_of(slug)}{'/parties/new' if another else '#parties'}"
    return seen(there, "added", f"parties/{party}")
