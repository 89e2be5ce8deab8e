"""Read and write parties by JSON."""

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor
from app.accounts.idempotency import once
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes, takes_patch
from app.http.json_body import Sent
from app.http.merge_patch import merge_patch
from app.http.problems import read_body
from app.log.api_answers import Known, Walk, answer_one, answer_page, created, newest_moment
from app.log.listing import list_objects
from app.log.reader import Moment, get_held, moment
from app.log.writer import writing
from app.negotiations import actions, queries
from app.negotiations.presenter import party_json
from app.negotiations.schemas import Party, PartyInput

router = api_router("/parties", tag="parties")

EXAMPLE = {"slug": "northshore", "name": "Northshore", "kind": "state", "aliases": ["The North"]}
PATCH = {"name": "North Shore", "reason": "The office was wrong."}


@router.get("", summary="List parties", responses=answers(Answer[list[Party]]))
async def list_parties(request: Request, session: Session, query: Walk) -> Response:
    """All parties, of whatever negotiation."""
    page = await list_objects(session, query, "party")
    return answer_page(request, page, [party_json(s) for s in page.rows])


@router.get("/{party}", summary="Read a party", responses=answers(Answer[Party]))
async def show_party(
    request: Request, session: Session, party: SlugInPath, query: Known
) -> Response:
    """One party."""
    row = await queries.get_party(session, party)
    return await _answer_party(request, session, await moment(session, query.known_at), row.id)


@router.post(
    "",
    status_code=201,
    summary="Create a party",
    responses=answers(Answer[Party], status=201),
    openapi_extra=takes(PartyInput, EXAMPLE),
)
async def add_party(request: Request, session: Session, viewer: Editor, body: Sent) -> Response:
    """Add a party."""

    async def work() -> Response:
        sent = read_body(PartyInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.add_party(log, **sent.model_dump())
        made = await _answer_party(request, session, log.sealed, row.id)
        return created(made, f"/parties/{row.slug}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{party}",
    summary="Correct a party",
    responses=answers(Answer[Party]),
    openapi_extra=takes_patch(PartyInput, PATCH),
)
async def amend_party(
    request: Request, session: Session, viewer: Editor, party: SlugInPath, body: Sent
) -> Response:
    """Correct what is said about a party; it changes in every negotiation."""
    row = await queries.get_party(session, party, lock=True)
    at = await newest_moment(request, session, row)
    patch = merge_patch(PartyInput, party_json(await get_held(session, at, "party", row.id)), body)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_party(log, row, patch.fields, reason=patch.reason)
    return await _answer_party(request, session, log.moment or at, row.id)


async def _answer_party(request: Request, session: Session, at: Moment, number: int) -> Response:
    s = await get_held(session, at, "party", number)
    return answer_one(request, at, s, party_json(s))
