"""Split a party in two: choose the other one's positions, then write it as one log entry."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.merge_pages import CHANGED, chosen
from app.codebook.pages import base_of, place_of
from app.codebook.party_adding import NEW_PARTY
from app.codebook.party_pages import PartyAddress, PartyAt, get_part
from app.codebook.party_preview import Preview, decide, preview
from app.codebook.queries import parties_by_place
from app.codebook.told import seen
from app.core.clock import now
from app.db.engine import Session, attempt
from app.forms import sheet as forms
from app.forms.fields import REASON, Form, read, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.models.negotiation import Participation, Party
from app.negotiations.actions import add_party, take_part
from app.negotiations.navigation import nav
from app.negotiations.new_entries import NewParty
from app.negotiations.queries import find_parties
from app.positions.party_handover import Handing
from app.positions.party_identity import split_party

router = Router(prefix="/n/{slug}/code-book/parties/{party}/split", include_in_schema=False)

FORM = Form(tuple(f for f in NEW_PARTY if f.name not in ("aliases", "wikidata_id")), NewParty)
SPLIT = (*FORM.fields, REASON)
NOTHING = "Choose at least one position that the other party holds"


@dataclass(slots=True)
class Asked:
    """What the editor has chosen so far."""

    to: str  # slug of a stored party; empty for a new one
    taken: set[int] | None = None  # ids of positions; None if nothing was ticked by hand yet
    speakers: set[int] = field(default_factory=set)
    kept: dict[int, str] = field(default_factory=dict)


@router.get("")
async def preview_split(
    request: Request, session: Session, viewer: Editor, at: PartyAt, to: str = ""
) -> Response:
    """Choose the other party and the speakers that go with it; then the positions it holds."""
    return await _show(request, session, at, Asked(to))


def _blank(part: Participation) -> Sheet:
    there = {"role": part.role, "consent_required": "on" if part.consent_required else ""}
    return forms.blank(SPLIT, **there)


async def _show(
    request: Request,
    session: Session,
    at: PartyAddress,
    asked: Asked,
    sheet: Sheet | None = None,
) -> Response:
    negotiation, part, giver = await get_part(session, at.slug, at.party)
    sheet = sheet or _blank(part)
    receiver = await _receiver(session, asked.to, giver)
    found = await preview(session, giver, receiver, [part])
    return page(
        request,
        "codebook/split_party.html",
        status=sheet.status,
        negotiation=place_of(negotiation),
        nav=nav(negotiation.slug),
        giver=giver,
        receiver=receiver,
        choices=await parties_by_place(session, negotiation.id, giver),
        found=found,
        taken=_ticked(found, asked),
        spoken=asked.speakers,
        sheet=sheet,
        kept=asked.kept,
    )


def _ticked(found: Preview, asked: Asked) -> set[int]:
    """Return the positions to show as ticked.

    These are the ticked ones, or at first those that came from the receiver; and those that quote
    only the chosen speakers.
    """
    came_back = {r.position.id for r in found.rows if r.came_back}
    spoken = {r.position.id for r in found.rows if r.speakers and r.speakers <= asked.speakers}
    return (came_back if asked.taken is None else asked.taken) | spoken


async def _receiver(session: Session, to: str, giver: Party, *, lock: bool = False) -> Party | None:
    return (
        (await find_parties(session, {to}, lock=lock)).get(to)
        if to not in ("", giver.slug)
        else None
    )


@router.post("")
async def split(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: PartyAt
) -> Response:
    """Split the party, in one log entry with everything affected."""
    negotiation, part, giver = await get_part(session, at.slug, at.party, lock=True)
    asked = Asked(
        sent.values.get("to", ""),
        set(chosen(sent, "take")),
        set(chosen(sent, "speaker")),
        chosen(sent, "rival"),
    )
    receiver = await _receiver(session, asked.to, giver, lock=True)
    sheet = Sheet(SPLIT, typed(SPLIT, sent.values))
    if sent.do == "show" or sent.shown_again:
        asked.taken = asked.taken or None
        return await _show(request, session, at, asked, sheet)
    sheet.status = 422
    asked.speakers = set()  # their positions are ticked by now, or were unticked by hand
    found = await preview(session, giver, receiver, [part], lock=True)
    taken = [t for t in found.touched if asked.taken and t.position.id in asked.taken]
    if receiver and asked.taken and not taken:
        return seen(f"{base_of(at.slug)}/parties/{receiver.slug}")  # sent twice
    values: dict[str, Any] = {}
    if receiver is None:
        values, sheet.errors = read(FORM, sheet.values)
    dropped = decide(sent, found, sheet, {t.position.id for t in taken})
    if not taken:
        sheet.errors["positions"] = NOTHING
    reason = forms.need_reason(sheet)
    if sent.values.get("seen") != found.mark:
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    if not sheet.errors:
        async with attempt(session) as refused:
            batch = f"split {at.party}: {values['slug'] if receiver is None else receiver.slug}"
            async with writing(session, by=viewer.name, now=now(), batch=batch) as log:
                if receiver is None:
                    seat = {n: values.pop(n) for n in ("role", "consent_required")} | {
                        "ordinal": part.ordinal
                    }
                    receiver = await add_party(log, **values)
                    await take_part(log, negotiation=negotiation, party=receiver, **seat)
                handing = Handing(giver, receiver, reason)
                await split_party(log, handing, part, taken, dropped)
        if not refused:
            return seen(f"{base_of(at.slug)}/parties/{handing.receiver.slug}")
        sheet.errors, sheet.status = forms.refusal(refused[0], SPLIT), refused[0].status
    return await _show(request, session, at, asked, sheet)
