"""Serve sources as JSON; their texts are accepted and never given out."""

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Editor
from app.accounts.idempotency import once
from app.core.clock import now
from app.core.input_models import NumberInPath
from app.db.engine import Session
from app.http.described import Answer, answers, takes, takes_patch
from app.http.json_body import Sent
from app.http.merge_patch import merge_patch
from app.http.problems import read_body
from app.log.api_answers import Known, Walk, answer_one, answer_page, created, newest_moment
from app.log.listing import list_objects
from app.log.reader import Moment, get_held, moment
from app.log.writer import writing
from app.sources import actions, queries
from app.sources.presenter import source_json
from app.sources.schemas import Source, SourceInput

router = api_router("/sources", tag="sources")


EXAMPLE = {
    "url": "https://news.example.org/orin",
    "title": "Lake Orin talks resume",
    "publisher": "Orin Post",
    "published_on": "2024-05-14",
    "language": "en",
    "text": "“Not one drop less,” said Mara Venn.",
}
PATCH = {"published_on": "2024-05-15", "reason": "The office was wrong."}


@router.get("", summary="List sources", responses=answers(Answer[list[Source]]))
async def list_sources(request: Request, session: Session, query: Walk) -> Response:
    """List the sources, without their texts."""
    page = await list_objects(session, query, "source")
    return answer_page(request, page, [source_json(s) for s in page.rows])


@router.get("/{source_id}", summary="Read a source", responses=answers(Answer[Source]))
async def show_source(
    request: Request, session: Session, source_id: NumberInPath, query: Known
) -> Response:
    """Return one source, without its text."""
    return await _answer_source(request, session, await moment(session, query.known_at), source_id)


@router.post(
    "",
    status_code=201,
    summary="Create a source",
    responses=answers(Answer[Source], status=201),
    openapi_extra=takes(SourceInput, EXAMPLE),
)
async def add_source(request: Request, session: Session, viewer: Editor, body: Sent) -> Response:
    """Save a source, with its text if there is one."""

    async def work() -> Response:
        sent = read_body(SourceInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.add_source(log, **sent.model_dump())
        made = await _answer_source(request, session, log.sealed, row.id)
        return created(made, f"/sources/{row.id}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{source_id}",
    summary="Correct a source or save its text",
    responses=answers(Answer[Source], 409),
    openapi_extra=takes_patch(SourceInput, PATCH),
)
async def amend_source(
    request: Request, session: Session, viewer: Editor, source_id: NumberInPath, body: Sent
) -> Response:
    """Correct a source, or save a new text of it, which checks its quotes again."""
    row = await queries.get_source(session, source_id, lock=True)
    at = await newest_moment(request, session, row)
    view = source_json(await get_held(session, at, "source", row.id))
    patch = merge_patch(SourceInput, view, body, fixed=frozenset())
    async with writing(session, by=viewer.name, now=now()) as log:
        fields = {n: value for n, value in patch.fields.items() if n != "text"}
        await actions.amend_source(log, row, fields, text=patch.whole.text, reason=patch.reason)
    return await _answer_source(request, session, log.moment or at, source_id)


async def _answer_source(request: Request, session: Session, at: Moment, number: int) -> Response:
    s = await get_held(session, at, "source", number)
    return answer_one(request, at, s, source_json(s))
