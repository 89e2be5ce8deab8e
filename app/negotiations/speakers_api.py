"""Read and write speakers by JSON."""

from collections.abc import Mapping
from typing import Any

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
from app.log.reader import Moment, get_held, held_by_id, moment
from app.log.writer import writing
from app.negotiations import actions, queries
from app.negotiations.presenter import speaker_json
from app.negotiations.schemas import Speaker, SpeakerInput

router = api_router("/speakers", tag="speakers")

EXAMPLE = {"name": "Mara Venn", "office": "Minister of water", "party": "northshore"}
PATCH = {"office": "Minister", "reason": "The office was wrong."}


@router.get("", summary="List speakers", responses=answers(Answer[list[Speaker]]))
async def list_speakers(request: Request, session: Session, query: Walk) -> Response:
    """Who speaks for whom."""
    page = await list_objects(session, query, "speaker")
    parties = await held_by_id(session, page.at, "party", [s["party_id"] for s in page.rows])
    return answer_page(request, page, [speaker_json(s, parties) for s in page.rows])


@router.get("/{speaker_id}", summary="Read a speaker", responses=answers(Answer[Speaker]))
async def show_speaker(
    request: Request, session: Session, speaker_id: NumberInPath, query: Known
) -> Response:
    """One speaker."""
    await queries.get_speaker(session, speaker_id)
    return await _answer_speaker(
        request, session, await moment(session, query.known_at), speaker_id
    )


@router.post(
    "",
    status_code=201,
    summary="Create a speaker",
    responses=answers(Answer[Speaker], status=201),
    openapi_extra=takes(SpeakerInput, EXAMPLE),
)
async def add_speaker(request: Request, session: Session, viewer: Editor, body: Sent) -> Response:
    """Add a speaker."""

    async def work() -> Response:
        fields = await _columns(session, read_body(SpeakerInput, body).model_dump())
        async with writing(session, by=viewer.name, now=now()) as log:
            row = await actions.add_speaker(log, **fields)
        made = await _answer_speaker(request, session, log.sealed, row.id)
        return created(made, f"/speakers/{row.id}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{speaker_id}",
    summary="Correct a speaker",
    responses=answers(Answer[Speaker], 409),
    openapi_extra=takes_patch(SpeakerInput, PATCH),
)
async def amend_speaker(
    request: Request, session: Session, viewer: Editor, speaker_id: NumberInPath, body: Sent
) -> Response:
    """Correct a speaker.

    Quotes keep the office and party that the speaker had when they were said.
    """
    row = await queries.get_speaker(session, speaker_id, lock=True)
    at = await newest_moment(request, session, row)
    held = await get_held(session, at, "speaker", row.id)
    parties = await held_by_id(session, at, "party", [row.party_id])
    patch = merge_patch(SpeakerInput, speaker_json(held, parties), body, fixed=frozenset())
    fields = await _columns(session, patch.fields)
    async with writing(session, by=viewer.name, now=now()) as log:
        await actions.amend_speaker(log, row, fields, reason=patch.reason)
    return await _answer_speaker(request, session, log.moment or at, row.id)


async def _columns(session: Session, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Replace `party`, a slug, by the column `party_id`; raise Invalid for an unknown party."""
    columns = {n: value for n, value in fields.items() if n != "party"}
    if "party" in fields:
        slug = fields["party"]
        columns["party_id"] = (
            None if slug is None else (await queries.party_named(session, slug)).id
        )
    return columns


async def _answer_speaker(request: Request, session: Session, at: Moment, number: int) -> Response:
    s = await get_held(session, at, "speaker", number)
    parties = await held_by_id(session, at, "party", [s["party_id"]])
    return answer_one(request, at, s, speaker_json(s, parties))
