"""Read and write participations in a negotiation by JSON."""

from typing import Any

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor
from app.accounts.idempotency import once
from app.core.clock import now
from app.core.errors import NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes, takes_patch
from app.http.json_body import Sent
from app.http.merge_patch import merge_patch
from app.http.problems import read_body
from app.log.api_answers import Known, Walk, answer_one, answer_page, created, newest_moment
from app.log.reader import Moment, Snapshot, get_held, held_by_id, moment
from app.log.writer import writing
from app.negotiations import actions, queries
from app.negotiations.code_book import merged_into
from app.negotiations.presenter import participation_json
from app.negotiations.schemas import Participation, ParticipationInput

router = api_router("/negotiations/{slug}/parties", tag="parties")

EXAMPLE = {"party": "northshore", "role": "principal"}
PATCH = {"role": "mediator", "reason": "The office was wrong."}

COLUMNS = {"order": "ordinal"}


@router.get(
    "", summary="List the parties of a negotiation", responses=answers(Answer[list[Participation]])
)
async def list_participations(
    request: Request, session: Session, slug: SlugInPath, query: Walk
) -> Response:
    """Who takes part in a negotiation."""
    page = await queries.list_below(session, query, "participation", slug)
    parties = await _named(session, page.at, *page.rows)
    return answer_page(request, page, [participation_json(s, parties, slug) for s in page.rows])


@router.get(
    "/{party}",
    summary="Read a party's role in a negotiation",
    responses=answers(Answer[Participation]),
)
async def show_participation(
    request: Request, session: Session, slug: SlugInPath, party: SlugInPath, query: Known
) -> Response:
    """One party's part in a negotiation."""
    row, _ = await _get(session, slug, party)
    return await _answer_participation(
        request, session, await moment(session, query.known_at), slug, row.id
    )


@router.post(
    "",
    status_code=201,
    summary="Add a party to a negotiation",
    responses=answers(Answer[Participation], status=201),
    openapi_extra=takes(ParticipationInput, EXAMPLE),
)
async def take_part(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, body: Sent
) -> Response:
    """Add a party to a negotiation."""

    async def work() -> Response:
        negotiation = await queries.get_negotiation(session, slug)
        sent = read_body(ParticipationInput, body)
        party = await queries.party_named(session, sent.party)
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.take_part(
                log,
                negotiation=negotiation,
                party=party,
                role=sent.role,
                consent_required=sent.consent_required,
                ordinal=sent.order,
            )
        made = await _answer_participation(request, session, log.sealed, slug, row.id)
        return created(made, f"/negotiations/{slug}/parties/{party.slug}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{party}",
    summary="Correct a party's role in a negotiation",
    responses=answers(Answer[Participation]),
    openapi_extra=takes_patch(ParticipationInput, PATCH),
)
async def amend_participation(
    request: Request,
    session: Session,
    viewer: Editor,
    slug: SlugInPath,
    party: SlugInPath,
    body: Sent,
) -> Response:
    """Correct a party's part in a negotiation."""
    row, _ = await _get(session, slug, party, lock=True)
    at = await newest_moment(request, session, row)
    there = await get_held(session, at, "participation", row.id)
    view = participation_json(there, await _named(session, at, there), slug)
    patch = merge_patch(ParticipationInput, view, body, fixed=frozenset({"party"}))
    fields = {COLUMNS.get(n, n): value for n, value in patch.fields.items()}
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_participation(log, row, fields, reason=patch.reason)
    return await _answer_participation(request, session, log.moment or at, slug, row.id)


async def _named(session: Session, at: Moment, *seats: Snapshot) -> dict[int, Snapshot]:
    numbers = [n for s in seats for n in (s["party_id"], merged_into(s))]
    return await held_by_id(session, at, "party", numbers)


async def _get(session: Session, slug: str, party: str, *, lock: bool = False) -> tuple[Any, Any]:
    negotiation = await queries.get_negotiation(session, slug)
    found = await queries.find_participation(session, negotiation, party, lock=lock)
    if found is None:
        raise NotFound(f"{party!r} takes no part in {slug!r}.")
    return found


async def _answer_participation(
    request: Request, session: Session, at: Moment, slug: str, number: int
) -> Response:
    s = await get_held(session, at, "participation", number)
    data = participation_json(s, await _named(session, at, s), slug)
    return answer_one(request, at, s, data)
