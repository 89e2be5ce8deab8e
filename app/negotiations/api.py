"""Negotiations, parties, who takes part in what, and speakers, as JSON."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response

from app.accounts.deps import Editor
from app.accounts.idempotency import once
from app.core.bodies import JsonRoute
from app.core.clock import instant, now
from app.core.database import Session
from app.core.errors import NotFound, invalid
from app.core.forms import Instant
from app.core.forms import Query as QueryInput
from app.core.patching import merge_patch, read_reason
from app.core.preconditions import require_match, version_etag
from app.core.problems import read_body
from app.core.responses import answer
from app.history.listing import ListQuery, answer_page, list_objects
from app.history.read import Moment, Snapshot, get_held, held_by_id, moment
from app.history.record import writing
from app.models.log import Holding
from app.models.negotiation import Speaker
from app.negotiations import actions, queries
from app.negotiations.schemas import NegotiationInput, ParticipationInput, PartyInput, SpeakerInput

router = APIRouter(prefix="/api/v1", route_class=JsonRoute, tags=["negotiations"])

Sent = Annotated[Any, Body()]  # judged by the route, after who sent it and what it was made from
Number = Annotated[int, Path(ge=1, lt=2**63)]


class KnownAt(QueryInput):
    known_at: Instant | None = None


Known = Annotated[KnownAt, Query()]
Walk = Annotated[ListQuery, Query()]


def one(request: Request, at: Moment, s: Snapshot, data: object, *, status: int = 200, address: str = "") -> Response:
    """Answer with one object; its ETag names its version."""
    made = answer(
        request,
        data,
        {"known_at": instant(at.at), "revision": at.seq},
        status,
        version_etag(s.version, at.seq, at.epoch),
    )
    if status == 201:
        made.headers["Location"] = f"/api/v1{address}"
    return made


# --- negotiations -----------------------------------------------------------------------------------------------------


@router.get("/negotiations")
async def list_negotiations(request: Request, session: Session, query: Walk) -> Response:
    """The negotiations that are followed."""
    page = await list_objects(session, query, "negotiation")
    return answer_page(request, page, [queries.negotiation_view(s) for s in page.rows])


@router.get("/negotiations/{slug}")
async def show_negotiation(request: Request, session: Session, slug: str, query: Known) -> Response:
    """One negotiation with its parties, its issues and their options."""
    return await _negotiation(request, session, await moment(session, query.known_at), slug)


@router.post("/negotiations", status_code=201)
async def add_negotiation(request: Request, session: Session, viewer: Editor, body: Sent = None) -> Response:
    """Begin to follow a negotiation."""

    async def work() -> Response:
        sent = read_body(NegotiationInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.add_negotiation(session, log, **sent.model_dump())
        return await _negotiation(request, session, log.sealed, sent.slug, status=201)

    return await once(request, session, viewer, work)


@router.patch("/negotiations/{slug}")
async def amend_negotiation(
    request: Request, session: Session, viewer: Editor, slug: str, body: Sent = None
) -> Response:
    """Correct what is said about a negotiation."""
    row = await queries.get_negotiation(session, slug, lock=True)
    at = await moment(session)
    require_match(request, version=row.version, epoch=at.epoch)
    sent, names = merge_patch(NegotiationInput, _whole(await queries.code_book(session, at, slug)), body)
    reason = read_reason(body)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_negotiation(log, row, {n: getattr(sent, n) for n in names}, reason=reason)
    return await _negotiation(request, session, log.moment or at, slug)


async def _negotiation(request: Request, session: Session, at: Moment, slug: str, *, status: int = 200) -> Response:
    book = await queries.code_book(session, at, slug)
    return one(request, at, book.negotiation, _whole(book), status=status, address=f"/negotiations/{slug}")


def _whole(book: queries.CodeBook) -> dict[str, Any]:
    view = queries.negotiation_view(book.negotiation)
    return {
        **{name: getattr(view, name) for name in view.__slots__},
        "parties": queries.party_views(book),
        "issues": queries.issue_views(book),
    }


# --- parties ----------------------------------------------------------------------------------------------------------


def party_json(s: Snapshot) -> dict[str, Any]:
    return {n: s[n] for n in ("slug", "name", "short_name", "kind", "aliases", "wikidata_id")}


@router.get("/parties", tags=["parties"])
async def list_parties(request: Request, session: Session, query: Walk) -> Response:
    """All parties, of whatever negotiation."""
    page = await list_objects(session, query, "party")
    return answer_page(request, page, [party_json(s) for s in page.rows])


@router.get("/parties/{party}", tags=["parties"])
async def show_party(request: Request, session: Session, party: str, query: Known) -> Response:
    """One party."""
    row = await queries.get_party(session, party)
    return await _party(request, session, await moment(session, query.known_at), row.id)


@router.post("/parties", status_code=201, tags=["parties"])
async def add_party(request: Request, session: Session, viewer: Editor, body: Sent = None) -> Response:
    """Put a party on file."""

    async def work() -> Response:
        sent = read_body(PartyInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.add_party(session, log, **sent.model_dump())
        return await _party(request, session, log.sealed, row.id, status=201)

    return await once(request, session, viewer, work)


@router.patch("/parties/{party}", tags=["parties"])
async def amend_party(request: Request, session: Session, viewer: Editor, party: str, body: Sent = None) -> Response:
    """Correct what is said about a party; it changes in every negotiation."""
    row = await queries.get_party(session, party, lock=True)
    at = await moment(session)
    require_match(request, version=row.version, epoch=at.epoch)
    sent, names = merge_patch(PartyInput, party_json(await get_held(session, at, "party", row.id)), body)
    reason = read_reason(body)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_party(log, row, {n: getattr(sent, n) for n in names}, reason=reason)
    return await _party(request, session, log.moment or at, row.id)


async def _party(request: Request, session: Session, at: Moment, number: int, *, status: int = 200) -> Response:
    s = await get_held(session, at, "party", number)
    return one(request, at, s, party_json(s), status=status, address=f"/parties/{s['slug']}")


# --- who takes part in what -------------------------------------------------------------------------------------------


def participation_json(s: Snapshot, parties: Mapping[int, Snapshot], negotiation: str) -> dict[str, Any]:
    """A party's part; `parties` has it, and the one that it was merged into."""
    party, into = parties[s["party_id"]], queries.merged_into(s)
    return {
        "negotiation": negotiation,
        "party": party["slug"],
        "name": party["name"],
        "role": s["role"],
        "consent_required": s["consent_required"],
        "order": s["ordinal"],
        "merged_into": parties[into]["slug"] if into else None,
    }


async def _named(session: Session, at: Moment, *seats: Snapshot) -> dict[int, Snapshot]:
    numbers = [n for s in seats for n in (s["party_id"], queries.merged_into(s))]
    return await held_by_id(session, at, "party", numbers)


@router.get("/negotiations/{slug}/parties", tags=["parties"])
async def list_participations(request: Request, session: Session, slug: str, query: Walk) -> Response:
    """Who takes part in a negotiation."""
    row = await queries.get_negotiation(session, slug)
    page = await list_objects(
        session, query, "participation", Holding.negotiation_id == row.id, purpose=f"participation {slug}"
    )
    parties = await _named(session, page.at, *page.rows)
    return answer_page(request, page, [participation_json(s, parties, slug) for s in page.rows])


@router.get("/negotiations/{slug}/parties/{party}", tags=["parties"])
async def show_participation(request: Request, session: Session, slug: str, party: str, query: Known) -> Response:
    """One party's part in a negotiation."""
    row, _ = await _get_participation(session, slug, party)
    return await _participation(request, session, await moment(session, query.known_at), slug, row.id)


@router.post("/negotiations/{slug}/parties", status_code=201, tags=["parties"])
async def take_part(request: Request, session: Session, viewer: Editor, slug: str, body: Sent = None) -> Response:
    """Seat a party at a negotiation."""

    async def work() -> Response:
        negotiation = await queries.get_negotiation(session, slug)
        sent = read_body(ParticipationInput, body)
        party = (await queries.find_parties(session, {sent.party})).get(sent.party)
        if party is None:
            raise invalid("/party", f"there is no party {sent.party!r}")
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.take_part(
                session,
                log,
                negotiation=negotiation,
                party=party,
                role=sent.role,
                consent_required=sent.consent_required,
                ordinal=sent.order,
            )
        return await _participation(request, session, log.sealed, slug, row.id, status=201)

    return await once(request, session, viewer, work)


@router.patch("/negotiations/{slug}/parties/{party}", tags=["parties"])
async def amend_participation(
    request: Request, session: Session, viewer: Editor, slug: str, party: str, body: Sent = None
) -> Response:
    """Correct a party's part in a negotiation."""
    row, _ = await _get_participation(session, slug, party, lock=True)
    at = await moment(session)
    require_match(request, version=row.version, epoch=at.epoch)
    there = await get_held(session, at, "participation", row.id)
    view = participation_json(there, await _named(session, at, there), slug)
    sent, names = merge_patch(ParticipationInput, view, body, fixed=frozenset({"party"}))
    reason = read_reason(body)
    columns = {"role": "role", "consent_required": "consent_required", "order": "ordinal"}
    fields = {columns[n]: getattr(sent, n) for n in names}
    for name in ("consent_required", "order"):
        if fields.get(columns[name], 0) is None:
            raise invalid(f"/{name}", "must not be null")
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_participation(log, row, fields, reason=reason)
    return await _participation(request, session, log.moment or at, slug, row.id)


async def _get_participation(session: Session, slug: str, party: str, *, lock: bool = False) -> tuple[Any, Any]:
    negotiation = await queries.get_negotiation(session, slug)
    found = await queries.find_participation(session, negotiation, party, lock=lock)
    if found is None:
        raise NotFound(f"{party!r} takes no part in {slug!r}.")
    return found


async def _participation(
    request: Request, session: Session, at: Moment, slug: str, number: int, *, status: int = 200
) -> Response:
    s = await get_held(session, at, "participation", number)
    data = participation_json(s, await _named(session, at, s), slug)
    address = f"/negotiations/{slug}/parties/{data['party']}"
    return one(request, at, s, data, status=status, address=address)


# --- speakers ---------------------------------------------------------------------------------------------------------


def speaker_json(s: Snapshot, parties: Mapping[int, Snapshot]) -> dict[str, Any]:
    return {
        "id": s.id,
        "uid": s["uid"],
        "name": s["name"],
        "office": s["office"],
        "party": parties[s["party_id"]]["slug"] if s["party_id"] else None,
        "aliases": s["aliases"],
    }


@router.get("/speakers", tags=["speakers"])
async def list_speakers(request: Request, session: Session, query: Walk) -> Response:
    """Who speaks for whom."""
    page = await list_objects(session, query, "speaker")
    parties = await held_by_id(session, page.at, "party", [s["party_id"] for s in page.rows])
    return answer_page(request, page, [speaker_json(s, parties) for s in page.rows])


@router.get("/speakers/{speaker_id}", tags=["speakers"])
async def show_speaker(request: Request, session: Session, speaker_id: Number, query: Known) -> Response:
    """One speaker."""
    await queries.get_speaker(session, speaker_id)
    return await _speaker(request, session, await moment(session, query.known_at), speaker_id)


@router.post("/speakers", status_code=201, tags=["speakers"])
async def add_speaker(request: Request, session: Session, viewer: Editor, body: Sent = None) -> Response:
    """Put a speaker on file."""

    async def work() -> Response:
        sent = read_body(SpeakerInput, body)
        fields = await _speaker_fields(session, sent, set(SpeakerInput.model_fields))
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.add_speaker(session, log, **fields)
        return await _speaker(request, session, log.sealed, row.id, status=201)

    return await once(request, session, viewer, work)


@router.patch("/speakers/{speaker_id}", tags=["speakers"])
async def amend_speaker(
    request: Request, session: Session, viewer: Editor, speaker_id: Number, body: Sent = None
) -> Response:
    """Correct a speaker; quotes keep the office and party that the speaker had when they were said."""
    row: Speaker = await queries.get_speaker(session, speaker_id, lock=True)
    at = await moment(session)
    require_match(request, version=row.version, epoch=at.epoch)
    held = await get_held(session, at, "speaker", row.id)
    parties = await held_by_id(session, at, "party", [row.party_id])
    sent, names = merge_patch(SpeakerInput, speaker_json(held, parties), body, fixed=frozenset())
    reason = read_reason(body)
    fields = await _speaker_fields(session, sent, names)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_speaker(log, row, fields, reason=reason)
    return await _speaker(request, session, log.moment or at, row.id)


async def _speaker_fields(session: Session, sent: SpeakerInput, names: set[str]) -> dict[str, Any]:
    fields = {n: getattr(sent, n) for n in names if n != "party"}
    if "party" in names:
        fields["party_id"] = None
        if sent.party is not None:
            party = (await queries.find_parties(session, {sent.party})).get(sent.party)
            if party is None:
                raise invalid("/party", f"there is no party {sent.party!r}")
            fields["party_id"] = party.id
    return fields


async def _speaker(request: Request, session: Session, at: Moment, number: int, *, status: int = 200) -> Response:
    s = await get_held(session, at, "speaker", number)
    parties = await held_by_id(session, at, "party", [s["party_id"]])
    return one(request, at, s, speaker_json(s, parties), status=status, address=f"/speakers/{number}")
