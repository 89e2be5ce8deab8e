"""Parties that join: new on file, or on file already and seated here."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from app.accounts.deps import Anyone, Editor, get_editor
from app.codebook import editing
from app.codebook.editing import Sheet
from app.codebook.fields import Field, Kind
from app.codebook.pages import SLUG, base_of, place_of, seen
from app.codebook.party_pages import PART, PARTY
from app.core.clock import now
from app.core.database import Session
from app.core.templating import page
from app.history.record import writing
from app.models.negotiation import Negotiation, Participation, Party
from app.models.vocabulary import PartyRole
from app.negotiations import actions, queries
from app.negotiations.queries import nav
from app.negotiations.schemas import ParticipationInput, PartyInput
from app.negotiations.views import NegotiationView

router = APIRouter(prefix="/n/{slug}/code-book/parties", include_in_schema=False)

NEW_PARTY = (*PARTY[:1], SLUG, *PARTY[1:], *PART)


class NewParty(PartyInput):
    role: PartyRole = PartyRole.PRINCIPAL
    consent_required: bool = False


@router.get("/new")
async def offer_party(request: Request, session: Session, viewer: Editor, slug: str) -> Response:
    place = place_of(await queries.get_negotiation(session, slug))
    return await _new(request, session, place, _new_sheet(), await _seat_sheet(session, slug))


def _new_sheet() -> Sheet:
    return editing.blank(NEW_PARTY, role=PartyRole.PRINCIPAL, consent_required="on")


async def _seat_sheet(session: Session, slug: str) -> Sheet:
    ours = select(Participation.party_id).join(Negotiation).where(Negotiation.slug == slug)
    rows = await session.execute(select(Party.slug, Party.name).where(Party.id.not_in(ours)).order_by(Party.name))
    field = Field("party", "Party", Kind.CHOICE, choices=tuple((s, name) for s, name in rows))
    return editing.blank((field, *PART), role=PartyRole.PRINCIPAL, consent_required="on")


async def _new(request: Request, session: Session, place: NegotiationView, new: Sheet, seat: Sheet) -> Response:
    return page(
        request, "codebook/new_party.html", status=max(new.status, seat.status), negotiation=place,
        nav=nav(place.slug), new=new, seat=seat,
    )  # fmt: skip


@router.post("/new")
async def add_party(request: Request, session: Session, viewer: Anyone, slug: str) -> Response:
    """Put a party on file and seat it here, as one."""
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        part = {n: values.pop(n) for n in ("role", "consent_required")}
        async with writing(session, by=editor.name, now=now()) as log:
            party = await actions.add_party(session, log, **values)
            await actions.take_part(session, log, negotiation=negotiation, party=party, **part)

    fields = _new_sheet().fields
    sheet = await editing.create(session, form, fields, NewParty, write)
    if sheet is None:
        return seen(base_of(slug))
    return await _new(request, session, place, sheet, await _seat_sheet(session, slug))


@router.post("/seat")
async def seat_party(request: Request, session: Session, viewer: Anyone, slug: str) -> Response:
    """Seat a party that is on file already."""
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    place = place_of(negotiation)
    offered = await _seat_sheet(session, slug)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        party = await queries.get_party(session, values.pop("party"))
        async with writing(session, by=editor.name, now=now()) as log:
            await actions.take_part(session, log, negotiation=negotiation, party=party, **values)

    sheet = await editing.create(session, form, offered.fields, ParticipationInput, write)
    return await _new(request, session, place, _new_sheet(), sheet) if sheet else seen(base_of(slug))
