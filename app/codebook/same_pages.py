"""Two parties that turn out to be one, and what can honestly be done (docs/decisions/0021)."""

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from app.accounts.deps import Anyone, Editor, get_editor
from app.codebook import editing
from app.codebook.editing import REASON, Sheet
from app.codebook.fields import Field, Kind, typed
from app.codebook.pages import base_of, place_of, seen
from app.codebook.party_pages import get_part
from app.core.clock import now
from app.core.database import Session
from app.core.templating import page
from app.history.read import held_by_id, moment
from app.history.record import writing
from app.models.negotiation import Negotiation, Participation, Party
from app.models.position import Position
from app.models.vocabulary import PositionStatus
from app.negotiations import actions
from app.negotiations.queries import code_book, nav
from app.positions.queries import views

router = APIRouter(prefix="/n/{slug}/code-book/parties/{party}/same-as", include_in_schema=False)

COUNTS = (PositionStatus.DRAFT, PositionStatus.PUBLISHED)


@router.get("")
async def offer(request: Request, session: Session, viewer: Editor, slug: str, party: str) -> Response:
    """Choose the party that stays, and see which positions would have to be restated."""
    negotiation, part, row = await get_part(session, slug, party)
    fields = await _fields(session, negotiation, part)
    return await _show(request, session, negotiation, row, Sheet(fields, {f.name: "" for f in fields}))


async def _fields(session: Session, negotiation: Negotiation, part: Participation) -> tuple[Field, ...]:
    others = await session.execute(
        select(Party.slug, Party.name)
        .join(Participation, Participation.party_id == Party.id)
        .where(Participation.negotiation_id == negotiation.id, Party.id != part.party_id)
        .order_by(Participation.ordinal)
    )
    return Field("stays", "The party that stays", Kind.CHOICE, choices=tuple((s, n) for s, n in others)), REASON


async def _show(request: Request, session: Session, negotiation: Negotiation, row: Party, sheet: Sheet) -> Response:
    at = await moment(session)
    rows = await session.scalars(
        select(Position.id).where(
            Position.negotiation_id == negotiation.id, Position.party_id == row.id, Position.status.in_(COUNTS)
        )
    )
    held = await held_by_id(session, at, "position", rows)
    book = await code_book(session, at, negotiation.slug)
    return page(
        request,
        "codebook/same.html",
        status=sheet.status,
        negotiation=place_of(negotiation),
        nav=nav(negotiation.slug),
        party=row.slug,
        name=row.name,
        positions=await views(session, at, list(held.values())),
        titles={i["slug"]: i["title"] for i in book.issues},
        sheet=sheet,
    )


@router.post("")
async def say_same(request: Request, session: Session, viewer: Anyone, slug: str, party: str) -> Response:
    """The party that stays is found by the other's names, and the other's consent is no longer asked for."""
    form = await request.form()
    if viewer is None:
        return editing.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation, part, row = await get_part(session, slug, party, lock=True)
    fields = await _fields(session, negotiation, part)
    sheet = Sheet(fields, typed(fields, form), status=422)
    if editing.asks_again(form):
        return await _show(request, session, negotiation, row, Sheet(fields, sheet.values))
    if not sheet.values["reason"].strip():
        sheet.errors["reason"] = f"{REASON.label} {REASON.wrong.capitalize()}"
    if sheet.values["stays"] not in {value for value, _ in fields[0].choices}:
        sheet.errors["stays"] = "The party that stays: choose one of this negotiation"
    if sheet.errors:
        return await _show(request, session, negotiation, row, sheet)
    reason = sheet.values["reason"].strip()
    _, _, stays = await get_part(session, slug, sheet.values["stays"], lock=True)
    names = [n for n in (row.name, row.short_name, *row.aliases) if n and n not in (stays.name, stays.short_name)]
    aliases = [*stays.aliases, *(n for n in dict.fromkeys(names) if n not in stays.aliases)]
    async with writing(session, by=editor.name, now=now(), batch=f"{party} is {stays.slug}") as log:
        await actions.amend_party(log, stays, {"aliases": aliases}, reason=reason)
        await actions.amend_participation(log, part, {"consent_required": False}, reason=reason)
    return seen(f"{base_of(slug)}/parties/{party}/same-as")
