"""Parties on the code book: who they are, and what part they play in this negotiation."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from app.accounts.deps import Anyone, Editor, get_editor
from app.codebook import editing
from app.codebook.editing import Sheet
from app.codebook.fields import Field, Kind
from app.codebook.ordering import moved
from app.codebook.pages import SLUG, base_of, place_of, seen
from app.core.clock import now
from app.core.database import Session
from app.core.errors import NotFound
from app.core.templating import page
from app.history.record import snapshot, writing
from app.models.negotiation import Negotiation, Participation, Party
from app.models.vocabulary import PartyRole
from app.negotiations import actions, queries
from app.negotiations.queries import nav
from app.negotiations.schemas import ParticipationInput, PartyInput
from app.negotiations.views import NegotiationView

router = APIRouter(prefix="/n/{slug}/code-book/parties", include_in_schema=False)

PARTY = (
    Field("name", "Name"),
    Field("short_name", "Short name", hint="For columns; left empty, the name is used."),
    Field("kind", "Kind", hint="State, organisation, armed group …"),
    Field("aliases", "Also written", Kind.LINES, "One spelling a line, in any script; search finds the party by them."),
    Field("wikidata_id", "Wikidata number", hint="Such as Q159.", wrong="write it as Wikidata does, such as Q159"),
)
PART = (
    Field("role", "Role", Kind.CHOICE, choices=tuple((r, r.capitalize()) for r in PartyRole)),
    Field("consent_required", "Its consent is needed", Kind.CHECK, "Common ground is what all such parties take."),
)


class NewParty(PartyInput):
    role: PartyRole = PartyRole.PRINCIPAL
    consent_required: bool = False


@router.get("/new")
async def offer_party(request: Request, session: Session, viewer: Editor, slug: str) -> Response:
    place = place_of(await queries.get_negotiation(session, slug))
    return await _new(request, session, place, _new_sheet(), await _seat_sheet(session, slug))


def _new_sheet() -> Sheet:
    return editing.blank((*PARTY[:1], SLUG, *PARTY[1:], *PART), role=PartyRole.PRINCIPAL, consent_required="on")


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


@router.get("/{party}")
async def edit_party(request: Request, session: Session, viewer: Editor, slug: str, party: str) -> Response:
    """Two forms: the party itself, the same in every negotiation, and its part in this one."""
    negotiation, part, row = await get_part(session, slug, party)
    return _party(request, place_of(negotiation), *_both(part, row), row.slug, row.name)


def _both(part: Participation, row: Party) -> tuple[Sheet, Sheet]:
    return editing.on_file(PARTY, snapshot(row), row.version), editing.on_file(PART, snapshot(part), part.version)


def _party(request: Request, place: NegotiationView, itself: Sheet, part: Sheet, party: str, name: str) -> Response:
    return page(
        request, "codebook/party.html", status=max(itself.status, part.status), negotiation=place,
        nav=nav(place.slug), itself=itself, part=part, party=party, name=name,
    )  # fmt: skip


async def get_part(
    session: Session, slug: str, party: str, *, lock: bool = False
) -> tuple[Negotiation, Participation, Party]:
    negotiation = await queries.get_negotiation(session, slug, lock=lock)
    found = await queries.find_participation(session, negotiation, party, lock=lock)
    if found is None:
        raise NotFound(f"{party!r} takes no part in {slug!r}.")
    return negotiation, *found


@router.post("/{party}")
async def save_party(request: Request, session: Session, viewer: Anyone, slug: str, party: str) -> Response:
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation, part, row = await get_part(session, slug, party, lock=True)
    place, name, (_, other) = place_of(negotiation), row.name, _both(part, row)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=editor.name, now=now()) as log:
            await actions.amend_party(log, row, values, reason=reason)

    sheet = await editing.save(
        session, form, PARTY, PartyInput, write,
        kind="party", number=row.id, version=row.version, held=snapshot(row), slug=party,
    )  # fmt: skip
    return _party(request, place, sheet, other, party, name) if sheet else seen(base_of(slug))


@router.post("/{party}/part")
async def save_part(request: Request, session: Session, viewer: Anyone, slug: str, party: str) -> Response:
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation, part, row = await get_part(session, slug, party, lock=True)
    place, name, (other, _) = place_of(negotiation), row.name, _both(part, row)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=editor.name, now=now()) as log:
            await actions.amend_participation(log, part, values, reason=reason)

    sheet = await editing.save(
        session, form, PART, ParticipationInput, write,
        kind="participation", number=part.id, version=part.version, held=snapshot(part), party=party,
    )  # fmt: skip
    return _party(request, place, other, sheet, party, name) if sheet else seen(base_of(slug))


@router.post("/{party}/move")
async def move_party(request: Request, session: Session, viewer: Editor, slug: str, party: str) -> Response:
    """One place to the left or right."""
    negotiation, part, _ = await get_part(session, slug, party, lock=True)
    wanted = select(Participation).where(Participation.negotiation_id == negotiation.id)
    rows = list(await session.scalars(wanted.order_by(Participation.ordinal, Participation.id).with_for_update()))
    order = moved(rows, part, await request.form())
    async with writing(session, by=viewer.name, now=now()) as log:
        for place, row in enumerate(order or [], 1):
            await actions.amend_participation(log, row, {"ordinal": place}, reason="Order of the parties")
    return seen(f"{base_of(slug)}#parties")
