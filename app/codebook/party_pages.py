"""Serve the pages of a party: its own data, and its part in this negotiation."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.codebook import object_form
from app.codebook.fields import Field, Kind
from app.codebook.object_form import Sheet
from app.codebook.ordering import moved
from app.codebook.pages import base_of, place_of, seen
from app.core.clock import now
from app.core.errors import NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.templating import page
from app.log.entry import snapshot
from app.log.writer import writing
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
    Field(
        "aliases",
        "Also written",
        Kind.LINES,
        "One spelling a line, in any script; search finds the party by them.",
    ),
    Field(
        "wikidata_id",
        "Wikidata number",
        hint="Such as Q159.",
        wrong="write it as Wikidata does, such as Q159",
    ),
)
PART = (
    Field("role", "Role", Kind.CHOICE, choices=tuple((r, r.capitalize()) for r in PartyRole)),
    Field(
        "consent_required",
        "Its consent is needed",
        Kind.CHECK,
        "Common ground is what all such parties take.",
    ),
)


@router.get("/{party}")
async def edit_party(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Show two forms: the party, the same in every negotiation, and its part in this one."""
    negotiation, part, row = await get_part(session, slug, party)
    return await _party(request, session, place_of(negotiation), part, row, *_both(part, row))


def _both(part: Participation, row: Party) -> tuple[Sheet, Sheet]:
    return object_form.on_file(PARTY, snapshot(row), row.version), object_form.on_file(
        PART, snapshot(part), part.version
    )


async def _party(
    request: Request, session: Session, place: NegotiationView, part: Participation, row: Party,
    itself: Sheet, seat: Sheet,
) -> Response:  # fmt: skip
    merged = (
        None if part.merged_into_id is None else await session.get_one(Party, part.merged_into_id)
    )
    return page(
        request, "codebook/party.html", status=max(itself.status, seat.status), negotiation=place,
        nav=nav(place.slug), itself=itself, part=seat, party=row.slug, name=row.name, merged=merged,
    )  # fmt: skip


async def get_part(
    session: Session, slug: str, party: str, *, lock: bool = False
) -> tuple[Negotiation, Participation, Party]:
    """Return negotiation, participation and party; raise NotFound if the party takes no part."""
    negotiation = await queries.get_negotiation(session, slug, lock=lock)
    found = await queries.find_participation(session, negotiation, party, lock=lock)
    if found is None:
        raise NotFound(f"{party!r} takes no part in {slug!r}.")
    return negotiation, *found


@router.post("/{party}")
async def save_party(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Save a change of the party itself."""
    return await _save(request, session, viewer, slug, party, itself=True)


@router.post("/{party}/part")
async def save_part(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Save a change of the party's part in this negotiation."""
    return await _save(request, session, viewer, slug, party, itself=False)


async def _save(
    request: Request, session: Session, viewer: Anyone, slug: str, party: str, *, itself: bool
) -> Response:
    """Save one of the two forms; the other is shown with its stored values."""
    form = await request.form()
    if viewer is None:
        return object_form.turned_away(request, form)
    editor = await get_editor(viewer)
    negotiation, part, row = await get_part(session, slug, party, lock=True)
    place, sheets = place_of(negotiation), list(_both(part, row))

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=editor.name, now=now()) as log:
            if itself:
                await actions.amend_party(log, row, values, reason=reason)
            else:
                await actions.amend_participation(log, part, values, reason=reason)

    thing: Party | Participation = row if itself else part
    sheet = await object_form.save(
        session, form, PARTY if itself else PART, PartyInput if itself else ParticipationInput,
        write, kind="party" if itself else "participation", number=thing.id, version=thing.version,
        held=snapshot(thing), **{"slug" if itself else "party": party},
    )  # fmt: skip
    if sheet is None:
        return seen(base_of(slug))
    sheets[0 if itself else 1] = sheet
    negotiation, part, row = await get_part(session, slug, party)
    return await _party(request, session, place, part, row, *sheets)


@router.post("/{party}/again")
async def part_again(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Let a merged party take part by itself again; positions stay with the other party."""
    _, part, _ = await get_part(session, slug, party, lock=True)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_participation(
            log, part, {"merged_into_id": None}, reason="Takes part by itself again"
        )
    return seen(f"{base_of(slug)}/parties/{party}")


@router.post("/{party}/move")
async def move_party(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, party: SlugInPath
) -> Response:
    """Move a party one place to the left or right."""
    negotiation, part, _ = await get_part(session, slug, party, lock=True)
    wanted = select(Participation).where(
        Participation.negotiation_id == negotiation.id, Participation.merged_into_id.is_(None)
    )
    rows = list(
        await session.scalars(
            wanted.order_by(Participation.ordinal, Participation.id).with_for_update()
        )
    )
    order = moved(rows, part, await request.form()) if part in rows else None
    async with writing(session, by=viewer.name, now=now()) as log:
        for place, row in enumerate(order or [], 1):
            await actions.amend_participation(
                log, row, {"ordinal": place}, reason="Order of the parties"
            )
    return seen(f"{base_of(slug)}#parties")
