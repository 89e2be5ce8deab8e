"""Serve quotes as JSON and JSON-LD, and check words against a text."""

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Anyone, Editor, Reading
from app.accounts.idempotency import once
from app.core.errors import invalid
from app.core.input_models import NumberInPath
from app.db.engine import Session
from app.http.conditional import not_modified
from app.http.described import Answer, Bare, answers, takes
from app.http.json_body import Sent
from app.http.origin import origin
from app.http.problems import read_body
from app.http.responses import Json, answer
from app.log.api_answers import Known, times
from app.log.reader import moment
from app.positions.schemas import CheckInput
from app.quotes import annotation, queries
from app.quotes.presenter import quote_json
from app.quotes.schemas import Quote, QuoteCheck
from app.sources.actions import check_text
from app.sources.queries import find_sources, newest_texts

router = api_router("/quotes", tag="quotes")

LINKED_DATA = {
    "application/ld+json": {"schema": {"type": "object", "description": "A W3C Web Annotation."}}
}
CHECK = {"text": "“Not one drop less,” said Mara Venn.", "exact": "Not one drop less"}


@router.get(
    "/{quote_id:int}",
    summary="Read a quote",
    responses={200: {"model": Answer[Quote], "content": LINKED_DATA}, 401: {}},
)
async def show_quote(
    request: Request, session: Reading, viewer: Anyone, quote_id: NumberInPath, query: Known
) -> Response:
    """One quote, with the positions that have rested on it.

    It is a Web Annotation where linked data is asked for.
    """
    drafts = viewer is not None and viewer.may_edit
    at = await moment(session, query.known_at, drafts=drafts)
    quote, uses = await queries.get_quote(session, at, quote_id, drafts=drafts)
    if annotation.is_wanted(request.headers.get("accept", "")):
        base = origin(request)
        words = await queries.words_in_text(session, at, quote)
        made: Response = Json(
            annotation.annotation(quote, uses, base, words), media_type=annotation.MEDIA_TYPE
        )
        made.headers["Vary"] = "Accept"
        return not_modified(request, made)
    plain = answer(request, quote_json(quote, uses), times(at))
    plain.headers["Vary"] = "Accept"
    return plain


@router.post(
    "/check",
    summary="Check a quote against a text",
    responses=answers(Bare[QuoteCheck]),
    openapi_extra=takes(CheckInput, CHECK),
)
async def check_words(request: Request, session: Session, viewer: Editor, body: Sent) -> Response:
    """Check a quote against a saved text, or one that is sent; store nothing."""

    async def work() -> Response:
        sent = read_body(CheckInput, body)
        text = sent.text
        if sent.source_id is not None:
            if not await find_sources(session, [sent.source_id]):
                raise invalid("/source_id", f"there is no source {sent.source_id}")
            saved_text = (await newest_texts(session, [sent.source_id])).get(sent.source_id)
            text = saved_text.text if saved_text else None
        return answer(request, await check_text(text, sent.exact, sent.prefix, sent.suffix))

    return await once(request, session, viewer, work)
