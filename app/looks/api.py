"""Serve looks as JSON."""

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor
from app.accounts.idempotency import once
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes
from app.http.json_body import Sent
from app.http.problems import read_body
from app.log.api_answers import Walk, answer_one, answer_page, created
from app.log.reader import Moment, get_held
from app.log.writer import writing
from app.looks.actions import note_look
from app.looks.presenter import look_json
from app.looks.schemas import Look, LookInput
from app.negotiations.code_book import code_book
from app.negotiations.queries import get_negotiation, list_below

router = api_router("/negotiations/{slug}/looks", tag="looks")

EXAMPLE = {
    "party": "northshore",
    "issue": "quota",
    "looked_on": "2024-06-01",
    "where": "the ministry's site",
}


@router.get(
    "", summary="List looks (searches that found nothing)", responses=answers(Answer[list[Look]])
)
async def list_looks(request: Request, session: Session, slug: SlugInPath, query: Walk) -> Response:
    """When and where cells were searched and nothing was found."""
    page = await list_below(session, query, "look", slug)
    parties, issues = await _slugs(session, page.at, slug)
    data = [look_json(s, slug, parties[s["party_id"]], issues[s["issue_id"]]) for s in page.rows]
    return answer_page(request, page, data)


@router.post(
    "",
    status_code=201,
    summary="Create a look (a search that found nothing)",
    responses=answers(Answer[Look], status=201),
    openapi_extra=takes(LookInput, EXAMPLE),
)
async def add_look(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath, body: Sent
) -> Response:
    """Note that a cell was searched and nothing was found."""

    async def work() -> Response:
        negotiation = await get_negotiation(session, slug)
        sent = read_body(LookInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await note_look(log, negotiation=negotiation, sent=sent)
        s = await get_held(session, log.sealed, "look", row.id)
        data = look_json(s, slug, sent.party, sent.issue)
        made = answer_one(request, log.sealed, s, data)
        return created(made, f"/negotiations/{slug}/looks")

    return await once(request, session, viewer, work)


async def _slugs(session: Session, at: Moment, slug: str) -> tuple[dict[int, str], dict[int, str]]:
    book = await code_book(session, at, slug)
    return {i: p["slug"] for i, p in book.parties.items()}, {i.id: i["slug"] for i in book.issues}
