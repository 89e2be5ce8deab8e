"""Split a party in two: choose the other one's positions, then write it as one log entry."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.fields import read, typed
from app.codebook.merge_pages import CHANGED, MOST_FIELDS, chosen
from app.codebook.object_form import REASON, Sheet, by_field
from app.codebook.pages import base_of, place_of, seen
from app.codebook.party_adding import NEW_PARTY, NewParty
from app.codebook.party_merging import parties_by_place
from app.codebook.party_pages import get_part
from app.codebook.party_preview import Preview, decide, preview
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.http.templating import page
from app.log.writer import writing
from app.models.negotiation import Negotiation, Participation, Party
from app.negotiations.actions import add_party, take_part
from app.negotiations.queries import find_parties, nav
from app.positions.party_handover import Handing
from app.positions.party_identity import split_party

router = APIRouter(prefix="/n/{slug}/code-book/parties/{party}/split", include_in_schema=False)

FIELDS = tuple(f for f in NEW_PARTY if f.name not in ("aliases", "wikidata_id"))
NOTHING = "Choose at least one position that the other party holds"


@dataclass(slots=True)
class Asked:
    """What the editor has chosen so far."""

    to: str  # slug of a stored party; empty for a new one
    taken: set[int] | None  # ids of positions; None if nothing was ticked by hand yet
    speakers: set[int]
    kept: dict[int, str]


@router.get("")
async def preview_split(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    party: SlugInPath,
    to: str = "",
) -> Response:
    """Choose the other party and the speakers that go with it; then the positions it holds."""
    negotiation, part, giver = await get_part(session, slug, party)
    return await _show(
        request, session, negotiation, part, giver, Asked(to, None, set(), {}), _blank(part)
    )


def _blank(part: Participation) -> Sheet:
    there = {"role": part.role, "consent_required": "on" if part.consent_required else ""}
    return object_form.blank((*FIELDS, REASON), **there)


async def _show(
    request: Request,
    session: Session,
    negotiation: Negotiation,
    part: Participation,
    giver: Party,
    asked: Asked,
    sheet: Sheet,
) -> Response:
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
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Split the party, in one log entry with everything affected."""
    form = await request.form(max_fields=MOST_FIELDS)
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation, part, giver = await get_part(session, slug, party, lock=True)
    asked = Asked(
        str(form.get("to", "")),
        set(chosen(form, "take")),
        set(chosen(form, "speaker")),
        chosen(form, "rival"),
    )
    receiver = await _receiver(session, asked.to, giver, lock=True)
    sheet = Sheet((*FIELDS, REASON), typed((*FIELDS, REASON), form), status=422)
    if form.get("do") == "show" or object_form.asks_again(form):
        sheet.status, asked.taken = 200, asked.taken or None
        return await _show(request, session, negotiation, part, giver, asked, sheet)
    asked.speakers = set()  # their positions are ticked by now, or were unticked by hand
    found = await preview(session, giver, receiver, [part], lock=True)
    taken = [t for t in found.touched if asked.taken and t.position.id in asked.taken]
    if receiver and asked.taken and not taken:
        return seen(f"{base_of(slug)}/parties/{receiver.slug}")  # sent twice
    values, dropped = _read(
        form, found, sheet, {t.position.id for t in taken}, new=receiver is None
    )
    if not sheet.errors:
        async with attempt(session) as refused:
            batch = f"split {party}: {values['slug'] if receiver is None else receiver.slug}"
            async with writing(session, by=editor.name, now=now(), batch=batch) as log:
                if receiver is None:
                    seat = {n: values.pop(n) for n in ("role", "consent_required")} | {
                        "ordinal": part.ordinal
                    }
                    receiver = await add_party(session, log, **values)
                    await take_part(session, log, negotiation=negotiation, party=receiver, **seat)
                handing = Handing(giver, receiver, sheet.values["reason"].strip())
                await split_party(session, log, handing, part, taken, dropped)
        if not refused:
            return seen(f"{base_of(slug)}/parties/{handing.receiver.slug}")
        sheet.errors, sheet.status = by_field(refused[0], sheet.fields), refused[0].status
    negotiation, part, giver = await get_part(session, slug, party)
    return await _show(request, session, negotiation, part, giver, asked, sheet)


def _read(
    form: FormData, found: Preview, sheet: Sheet, numbers: set[int], *, new: bool
) -> tuple[dict[str, Any], dict[int, int]]:
    """Return the fields of the new party and the dropped positions; errors are put in the sheet."""
    values: dict[str, Any] = {}
    if new:
        values, sheet.errors = read(NewParty, FIELDS, sheet.values)
    dropped = decide(form, found, sheet, numbers)
    if not numbers:
        sheet.errors["positions"] = NOTHING
    object_form.need_reason(sheet)
    if form.get("seen") != found.mark:
        sheet.errors, sheet.status = {"form": CHANGED}, 412
    return values, dropped
