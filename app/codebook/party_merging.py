"""Merge a party into another: preview what is affected, then write it as one log entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.merge_pages import CHANGED, chosen
from app.codebook.pages import place_of
from app.codebook.party_pages import PartyAddress, PartyAt, get_part
from app.codebook.party_preview import decide, preview
from app.codebook.queries import parties_by_place, seats_of
from app.codebook.told import seen
from app.core.clock import now
from app.db.engine import Session, attempt
from app.forms import sheet as forms
from app.forms.fields import REASON, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.models.negotiation import Party
from app.negotiations.navigation import nav
from app.negotiations.queries import find_parties
from app.positions.party_handover import Handing
from app.positions.party_identity import merge_party, new_names

router = Router(prefix="/n/{slug}/code-book/parties/{party}/merge", include_in_schema=False)

HERE = "here"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the editor has chosen so far."""

    into: str = ""  # slug of the party that remains
    scope: str = ""  # `here`, or every negotiation
    kept: Mapping[int, str] = field(default_factory=dict)


@router.get("")
async def preview_merge(
    request: Request, session: Session, viewer: Editor, at: PartyAt, into: str = "", scope: str = ""
) -> Response:
    """Choose the party that remains, then preview which positions are affected."""
    return await _show(request, session, at, Asked(into, scope), forms.blank([REASON]))


async def _show(
    request: Request, session: Session, at: PartyAddress, asked: Asked, sheet: Sheet
) -> Response:
    negotiation, part, giver = await get_part(session, at.slug, at.party)
    receiver = await _receiver(session, at, asked)
    everywhere = await seats_of(session, part, everywhere=True)
    seats = await seats_of(session, part, everywhere=asked.scope != HERE)
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
        scope=asked.scope,
        found=await preview(session, giver, receiver, seats) if receiver else None,
        names=new_names(giver, receiver) if receiver and len(seats) == len(everywhere) else [],
        sheet=sheet,
        kept=asked.kept,
    )


async def _receiver(
    session: Session, at: PartyAddress, asked: Asked, *, lock: bool = False
) -> Party | None:
    if asked.into == at.party:
        return None
    return (await find_parties(session, {asked.into}, lock=lock)).get(asked.into)


@router.post("")
async def merge(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: PartyAt
) -> Response:
    """Merge the parties, in one log entry with everything affected."""
    _, part, giver = await get_part(session, at.slug, at.party, lock=True)
    values = sent.values
    asked = Asked(values.get("into", ""), values.get("scope", ""), chosen(sent, "rival"))
    receiver = await _receiver(session, at, asked, lock=True)
    sheet = Sheet([REASON], typed([REASON], values))
    if receiver is None or sent.shown_again:
        return await _show(request, session, at, asked, sheet)
    sheet.status = 422
    seats = await seats_of(session, part, everywhere=asked.scope != HERE, lock=True)
    found = await preview(session, giver, receiver, seats, lock=True)
    if not found.touched and all(s.merged_into_id == receiver.id for s in seats):
        return seen(at.page)  # sent twice
    dropped = decide(sent, found, sheet, {t.position.id for t in found.touched})
    reason = forms.need_reason(sheet)
    if values.get("seen") != found.mark:
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    if not sheet.errors:
        names = len(seats) == len(await seats_of(session, part, everywhere=True))
        handing = Handing(giver, receiver, reason)
        batch = f"merge {at.party} into {asked.into}"
        async with (
            attempt(session) as refused,
            writing(session, by=viewer.name, now=now(), batch=batch) as log,
        ):
            await merge_party(log, handing, seats, found.touched, dropped, names=names)
        if not refused:
            return seen(at.page)
        sheet.errors, sheet.status = {"form": refused[0].detail}, refused[0].status
    return await _show(request, session, at, asked, sheet)
