"""Serve the pages of a party: its own data, and its part in this negotiation."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.accounts.dependencies import Editor, FormEditor
from app.codebook.ordering import moved
from app.codebook.pages import base_of, place_of
from app.codebook.queries import lock_seats, merged_party
from app.codebook.told import seen
from app.core.clock import now
from app.core.errors import NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Sent
from app.forms.sheet import Sheet, StoredObject
from app.http.routing import Router
from app.http.templating import page
from app.log.entry import snapshot
from app.log.writer import writing
from app.models.negotiation import Negotiation, Participation, Party
from app.models.vocabulary import PartyRole
from app.negotiations import actions, queries
from app.negotiations.navigation import nav
from app.negotiations.schemas import ParticipationInput, PartyInput

router = Router(prefix="/n/{slug}/code-book/parties", include_in_schema=False)

PARTY = (
    Field("name", "Name"),
    Field("short_name", "Column heading", hint="Leave it empty to use the name."),
    Field("kind", "Kind", hint="State, organisation, armed group …"),
    Field(
        "aliases",
        "Other spellings",
        Kind.LINES,
        "One per line, in any script; search finds the party by them.",
    ),
    Field(
        "wikidata_id",
        "Wikidata ID",
        hint="For example Q159.",
        wrong="write it like Q159",
    ),
)
PART = (
    Field("role", "Role", Kind.CHOICE, choices=tuple((r, r.capitalize()) for r in PartyRole)),
    Field(
        "consent_required",
        "Needed for a deal?",
        Kind.CHECK,
        "Common ground is what all parties that are needed accept.",
    ),
)


PARTY_FORM = Form(PARTY, PartyInput)
PART_FORM = Form(PART, ParticipationInput)


@dataclass(frozen=True, slots=True)
class PartyAddress:
    """Where a party is, as its address names it."""

    slug: SlugInPath
    party: SlugInPath

    @property
    def page(self) -> str:
        """Return the path of the page of the party."""
        return f"{base_of(self.slug)}/parties/{self.party}"


PartyAt = Annotated[PartyAddress, Depends()]


@router.get("/{party}")
async def edit_party(request: Request, session: Session, viewer: Editor, at: PartyAt) -> Response:
    """Show two forms: the party, the same in every negotiation, and its part in this one."""
    return await _party(request, session, at)


def _stored(kind: str, row: Party | Participation) -> StoredObject:
    return StoredObject(kind, row.id, row.version, snapshot(row))


async def _party(
    request: Request, session: Session, at: PartyAddress,
    itself: Sheet | None = None, seat: Sheet | None = None,
) -> Response:  # fmt: skip
    """Show both forms; one that is not given shows the stored values."""
    negotiation, part, row = await get_part(session, at.slug, at.party)
    itself = itself or forms.filled(PARTY_FORM, _stored("party", row))
    seat = seat or forms.filled(PART_FORM, _stored("participation", part))
    merged = await merged_party(session, part)
    return page(
        request, "codebook/party.html", status=max(itself.status, seat.status), nav=nav(at.slug),
        negotiation=place_of(negotiation), itself=itself, part=seat, party=row.slug,
        name=row.name, merged=merged,
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
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: PartyAt
) -> Response:
    """Save a change of the party itself."""
    _, _, row = await get_part(session, at.slug, at.party, lock=True)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.amend_party(log, row, values, reason=reason)

    there = _stored("party", row)
    sheet = await forms.save(session, sent, PARTY_FORM, there, write, slug=at.party)
    if sheet:
        return await _party(request, session, at, itself=sheet)
    return seen(f"{base_of(at.slug)}#parties", "saved", f"parties/{at.party}")


@router.post("/{party}/part")
async def save_part(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, at: PartyAt
) -> Response:
    """Save a change of the party's part in this negotiation."""
    _, part, _ = await get_part(session, at.slug, at.party, lock=True)

    async def write(values: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.amend_participation(log, part, values, reason=reason)

    there = _stored("participation", part)
    sheet = await forms.save(session, sent, PART_FORM, there, write, party=at.party)
    if sheet:
        return await _party(request, session, at, seat=sheet)
    return seen(f"{base_of(at.slug)}#parties", "saved", f"parties/{at.party}")


@router.post("/{party}/again")
async def part_again(session: Session, viewer: Editor, at: PartyAt) -> Response:
    """Let a merged party take part by itself again; positions stay with the other party."""
    _, part, _ = await get_part(session, at.slug, at.party, lock=True)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_participation(
            log, part, {"merged_into_id": None}, reason="Takes part separately again"
        )
    return seen(at.page)


@router.post("/{party}/move")
async def move_party(session: Session, viewer: Editor, sent: Sent, at: PartyAt) -> Response:
    """Move a party one place to the left or right."""
    negotiation, part, _ = await get_part(session, at.slug, at.party, lock=True)
    rows = await lock_seats(session, negotiation)
    order = moved(rows, part, sent) if part in rows else None
    async with writing(session, by=viewer.name, now=now()) as log:
        for place, row in enumerate(order or [], 1):
            await actions.amend_participation(
                log, row, {"ordinal": place}, reason="Order of the parties"
            )
    done = ("moved", f"parties/{at.party}") if order else ()
    return seen(f"{base_of(at.slug)}#parties", *done)
