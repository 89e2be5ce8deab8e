"""Read and write negotiations by JSON."""

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor
from app.accounts.idempotency import once
from app.core.clock import now
from app.core.errors import Forbidden
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes, takes_patch
from app.http.json_body import Sent
from app.http.merge_patch import merge_patch
from app.http.problems import read_body
from app.log.api_answers import Known, Walk, answer_one, answer_page, created, newest_moment
from app.log.listing import list_objects
from app.log.reader import Moment, moment
from app.log.writer import writing
from app.models.vocabulary import UserRole
from app.negotiations import actions, queries
from app.negotiations.code_book import code_book, negotiation_view
from app.negotiations.presenter import negotiation_json
from app.negotiations.schemas import Negotiation, NegotiationInput
from app.negotiations.views import NegotiationView

router = api_router("/negotiations", tag="negotiations")

EXAMPLE = {"slug": "lake-orin", "title": "Lake Orin water treaty", "status": "ongoing"}
PATCH = {"title": "Lake Orin treaty", "reason": "The office was wrong."}


@router.get("", summary="List negotiations", responses=answers(Answer[list[NegotiationView]]))
async def list_negotiations(request: Request, session: Session, query: Walk) -> Response:
    """List the negotiations that are followed."""
    page = await list_objects(session, query, "negotiation")
    return answer_page(request, page, [negotiation_view(s) for s in page.rows])


@router.get(
    "/{slug}",
    summary="Read a negotiation with its parties and issues",
    responses=answers(Answer[Negotiation]),
)
async def show_negotiation(
    request: Request, session: Session, slug: SlugInPath, query: Known
) -> Response:
    """One negotiation with its parties, its issues and their options."""
    return await _answer_negotiation(request, session, await moment(session, query.known_at), slug)


@router.post(
    "",
    status_code=201,
    summary="Create a negotiation",
    responses=answers(Answer[Negotiation], status=201),
    openapi_extra=takes(NegotiationInput, EXAMPLE),
)
async def add_negotiation(
    request: Request, session: Session, viewer: Editor, body: Sent
) -> Response:
    """Begin to follow a negotiation."""

    async def work() -> Response:
        sent = read_body(NegotiationInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.add_negotiation(log, **sent.model_dump())
        made = await _answer_negotiation(request, session, log.sealed, sent.slug)
        return created(made, f"/negotiations/{sent.slug}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{slug}",
    summary="Correct a negotiation",
    responses=answers(Answer[Negotiation]),
    openapi_extra=takes_patch(NegotiationInput, PATCH),
)
async def amend_negotiation(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, body: Sent
) -> Response:
    """Correct what is said about a negotiation."""
    row = await queries.get_negotiation(session, slug, lock=True)
    at = await newest_moment(request, session, row)
    patch = merge_patch(
        NegotiationInput, negotiation_json(await code_book(session, at, slug)), body
    )
    if patch.fields.get("review", row.review) != row.review and not viewer.may(UserRole.ADMIN):
        raise Forbidden("Only an admin switches review on or off.")
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_negotiation(log, row, patch.fields, reason=patch.reason)
    return await _answer_negotiation(request, session, log.moment or at, slug)


async def _answer_negotiation(
    request: Request, session: Session, at: Moment, slug: str
) -> Response:
    book = await code_book(session, at, slug)
    return answer_one(request, at, book.negotiation, negotiation_json(book))
