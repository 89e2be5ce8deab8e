"""Merge a party into another: preview what is affected, then write it as one log entry."""

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.fields import typed
from app.codebook.merge_pages import CHANGED, MOST_FIELDS, chosen
from app.codebook.object_form import REASON, Sheet
from app.codebook.pages import base_of, place_of, seen
from app.codebook.party_pages import get_part
from app.codebook.party_preview import decide, preview
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.http.templating import page
from app.log.writer import writing
from app.models.negotiation import Negotiation, Participation, Party
from app.negotiations.queries import find_parties, nav
from app.positions.party_handover import Handing
from app.positions.party_identity import merge_party, new_names

router = APIRouter(prefix="/n/{slug}/code-book/parties/{party}/merge", include_in_schema=False)

HERE = "here"


@router.get("")
async def preview_merge(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    party: SlugInPath,
    into: str = "",
    scope: str = "",
) -> Response:
    """Choose the party that remains, then preview which positions are affected."""
    negotiation, part, giver = await get_part(session, slug, party)
    sheet = Sheet([REASON], {"reason": ""})
    return await _show(request, session, negotiation, part, giver, into, scope, sheet, {})


async def _show(
    request: Request,
    session: Session,
    negotiation: Negotiation,
    part: Participation,
    giver: Party,
    into: str,
    scope: str,
    sheet: Sheet,
    kept: dict[int, str],
) -> Response:
    receiver = (await find_parties(session, {into})).get(into) if into != giver.slug else None
    everywhere = await _seats(session, part, "")
    seats = await _seats(session, part, scope)
    return page(
        request,
        "codebook/merge_party.html",
        status=sheet.status,
        negotiation=place_of(negotiation),
        nav=nav(negotiation.slug),
        giver=giver,
        receiver=receiver,
        choices=await parties_by_place(session, negotiation.id, giver),
        tables=len(everywhere),
        scope=scope,
        found=await preview(session, giver, receiver, seats) if receiver else None,
        names=new_names(giver, receiver) if receiver and len(seats) == len(everywhere) else [],
        sheet=sheet,
        kept=kept,
    )


async def parties_by_place(
    session: Session, negotiation_id: int, without: Party
) -> list[tuple[str, list[Party]]]:
    """Return all other stored parties in two groups, those of this negotiation first."""
    here = select(Participation.party_id).where(Participation.negotiation_id == negotiation_id)
    rows = (
        await session.scalars(
            select(Party).where(Party.id != without.id).order_by(Party.name, Party.id)
        )
    ).all()
    ours = set(await session.scalars(here))
    groups = [("Of this negotiation", [p for p in rows if p.id in ours])]
    return [g for g in [*groups, ("Of others", [p for p in rows if p.id not in ours])] if g[1]]


async def _seats(
    session: Session, part: Participation, scope: str, *, lock: bool = False
) -> list[Participation]:
    """Return the party's participations: only this one (scope `here`), or all."""
    wanted = (
        select(Participation)
        .where(Participation.party_id == part.party_id)
        .order_by(Participation.id)
    )
    if scope == HERE:
        wanted = wanted.where(Participation.id == part.id)
    return list(await session.scalars(wanted.with_for_update() if lock else wanted))


@router.post("")
async def merge(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Merge the parties, in one log entry with everything affected."""
    form = await request.form(max_fields=MOST_FIELDS)
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation, part, giver = await get_part(session, slug, party, lock=True)
    into, scope, kept = str(form.get("into")), str(form.get("scope", "")), chosen(form, "rival")
    receiver = (await find_parties(session, {into}, lock=True)).get(into) if into != party else None
    sheet = Sheet([REASON], typed([REASON], form), status=422)
    if receiver is None or object_form.asks_again(form):
        sheet.status = 200
        return await _show(request, session, negotiation, part, giver, into, scope, sheet, kept)
    seats = await _seats(session, part, scope, lock=True)
    found, address = (
        await preview(session, giver, receiver, seats, lock=True),
        f"{base_of(slug)}/parties/{party}",
    )
    if not found.touched and all(s.merged_into_id == receiver.id for s in seats):
        return seen(address)  # sent twice
    dropped = decide(form, found, sheet, {t.position.id for t in found.touched})
    object_form.need_reason(sheet)
    if form.get("seen") != found.mark:
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    if not sheet.errors:
        names = len(seats) == len(await _seats(session, part, ""))
        handing = Handing(giver, receiver, sheet.values["reason"].strip())
        batch = f"merge {party} into {into}"
        async with (
            attempt(session) as refused,
            writing(session, by=editor.name, now=now(), batch=batch) as log,
        ):
            await merge_party(session, log, handing, seats, found.touched, dropped, names=names)
        if not refused:
            return seen(address)
        sheet.errors, sheet.status = {"form": refused[0].detail}, refused[0].status
    negotiation, part, giver = await get_part(session, slug, party)
    return await _show(request, session, negotiation, part, giver, into, scope, sheet, kept)
