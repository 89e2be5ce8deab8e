"""Read, state, correct and retract positions by JSON, with the same actions as the forms."""

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.api_router import api_router
from app.accounts.dependencies import Anyone, Editor, Reading
from app.accounts.idempotency import is_last, once
from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import Conflict, Fault, Forbidden, NotFound, SignInRequired, invalid
from app.core.input_models import NumberInPath
from app.db.engine import Session
from app.http.described import Answer, Warned, answers, takes, takes_patch
from app.http.json_body import Sent
from app.http.problems import as_json, read_body
from app.http.responses import answer
from app.log.api_answers import Known, answer_one, created, newest_moment, times
from app.log.reader import Moment, Snapshot, moment
from app.log.writer import writing
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import get_negotiation, get_negotiation_by_id
from app.positions import actions, kept_lists, presenter, queries
from app.positions.listing import list_positions
from app.positions.merge_patch import merge
from app.positions.schemas import (
    PositionContent,
    PositionInput,
    PositionPatch,
    PositionsQuery,
    RetractInput,
)
from app.positions.shortcuts import Shortcut
from app.positions.views import PositionView

router = api_router("/positions", tag="positions")

EXAMPLE = {
    "negotiation": "ukraine-ceasefire-2025",
    "party": "united-states",
    "issue": "ceasefire-length",
    "summary": "A full ceasefire of thirty days, to be prolonged by agreement.",
    "firmness": "demand",
    "attitudes": {"30-days": "accepts"},
    "conditions": {"30-days": "only if Russia accepts it too"},
    "stated_on": "2025-03-11",
    "status": "published",
    "quotes": [
        {
            "source_id": 3,
            "exact": "the ball is now in their court",
            "speaker": "Marco Rubio",
            "said_on": "2025-03-11",
        }
    ],
}
WHY = {"reason": "The office was wrong."}


@router.get("", summary="List positions", responses=answers(Answer[list[PositionView]], 401, 403))
async def walk_positions(
    request: Request, session: Reading, viewer: Anyone, query: Annotated[PositionsQuery, Query()]
) -> Response:
    """Positions by what they are about and when they were stated, a page at a time."""
    if query.status is not None:
        if viewer is None:
            raise SignInRequired("Only editors can ask for a status; send an editor's token.")
        if not viewer.may_edit:
            raise Forbidden("Only editors and admins may do this.")
    if viewer is None and query.known_at is None and query.cursor is None:
        return await kept_lists.answer_newest(request, session, query)
    page = await list_positions(session, query, drafts=viewer is not None and viewer.may_edit)
    listed, shown = await kept_lists.read_list(session, page)
    since = await _changed_since(session, page.at, shown) if query.known_at else {}
    return kept_lists.answer_list(request, page.at, listed, since)


KEPT_LIST = Shortcut(re.compile("/api/v1/positions"), "/api/v1/positions", kept_lists.recalled_list)


@router.get(
    "/{position_id}", summary="Read a position", responses=answers(Answer[PositionView], 401)
)
async def show_position(
    request: Request, session: Reading, viewer: Anyone, position_id: NumberInPath, query: Known
) -> Response:
    """One position in its newest version."""
    at = await moment(session, query.known_at, drafts=_sees_drafts(viewer))
    found = await queries.get_version(session, at, position_id, drafts=_sees_drafts(viewer))
    return await _answer_position(request, session, at, found)


@router.get(
    "/{position_id}/versions",
    summary="List a position's versions",
    responses=answers(Answer[list[PositionView]], 401),
)
async def list_versions(
    request: Request, session: Reading, viewer: Anyone, position_id: NumberInPath, query: Known
) -> Response:
    """All versions of a position, oldest first."""
    at = await moment(session, query.known_at, drafts=_sees_drafts(viewer))
    found = await queries.list_versions(session, at, position_id, drafts=_sees_drafts(viewer))
    if not found:
        await queries.get_version(session, at, position_id)
    views = await presenter.views(session, at, found)
    return answer(
        request,
        views,
        times(at, next=None, **await _changed_since(session, at, [view.id for view in views])),
    )


@router.get(
    "/{position_id}/versions/{version}",
    summary="Read one version of a position",
    responses=answers(Answer[PositionView], 401),
)
async def show_version(
    request: Request,
    session: Reading,
    viewer: Anyone,
    position_id: NumberInPath,
    version: NumberInPath,
    query: Known,
) -> Response:
    """One version of a position, with the names and results of checks of `known_at`."""
    at = await moment(session, query.known_at, drafts=_sees_drafts(viewer))
    found = await queries.get_version(
        session, at, position_id, version=version, drafts=_sees_drafts(viewer)
    )
    return await _answer_position(request, session, at, found)


@router.post(
    "",
    status_code=201,
    summary="Create a position",
    responses=answers(Warned[PositionView], status=201),
    openapi_extra=takes(PositionInput, EXAMPLE),
)
async def state_position(
    request: Request, session: Session, viewer: Editor, body: Sent
) -> Response:
    """Record that a party takes a position, or moves to another."""

    async def work() -> Response:
        sent = read_body(PositionInput, body)
        try:
            negotiation = await get_negotiation(session, sent.negotiation)
        except NotFound:
            raise invalid("/negotiation", f"there is no negotiation {sent.negotiation!r}") from None
        async with writing(session, by=viewer.name, now=now(), ends=is_last(request)) as log:
            wanted = _content(sent)
            position, warnings = await actions.state(
                log,
                negotiation=negotiation,
                party=sent.party,
                issue=sent.issue,
                wanted=wanted,
                status=PositionStatus(sent.status) if sent.status else None,
            )
        made = await presenter.view_written(session, log)
        answer = await _answer_view(request, session, log.sealed, made, warnings)
        return created(answer, f"/positions/{position.id}")

    return await once(request, session, viewer, work)


@router.patch(
    "/{position_id}",
    summary="Correct, publish or restore a position",
    responses=answers(Warned[PositionView], 409),
    openapi_extra=takes_patch(PositionPatch, {"firmness": "red_line", **WHY}),
)
async def correct_position(
    request: Request, session: Session, viewer: Editor, position_id: NumberInPath, body: Sent
) -> Response:
    """Correct the record: write a new version, by JSON Merge Patch.

    Publishes a draft or restores a retracted one too.
    """
    position = await queries.get_position(session, position_id, lock=True)
    at = await newest_moment(request, session, position)
    [view] = await presenter.views(
        session, at, [await queries.get_version(session, at, position_id, drafts=True)]
    )
    patch = merge(view, body)
    was = PositionStatus(position.status)
    status = PositionStatus(patch.status) if patch.status else was
    if was == PositionStatus.PUBLISHED and status == PositionStatus.DRAFT:
        raise invalid("/status", "what was published does not become a draft again")
    retracted = was == PositionStatus.RETRACTED
    if retracted and (status == was or _content(patch) != _content(merge(view, {}))):
        raise Conflict("Retracted positions can only be restored; send `status` and `reason`.")
    if was != PositionStatus.DRAFT and not patch.reason:
        raise invalid("/reason", "a correction needs a reason")
    warnings: Sequence[Fault] = ()
    negotiation = await get_negotiation_by_id(session, position.negotiation_id)
    async with writing(session, by=viewer.name, now=now()) as log:
        if retracted and (
            position.first_published_at is not None or status == PositionStatus.DRAFT
        ):
            await actions.restore(log, position=position, status=status, reason=patch.reason)
        else:
            wanted = _content(patch)
            warnings = await actions.correct(
                log,
                negotiation=negotiation,
                position=position,
                wanted=wanted,
                status=status,
                reason=patch.reason,
            )
    at = log.moment or at
    found = await queries.get_version(session, at, position_id, drafts=True)
    return await _answer_position(request, session, at, found, warnings)


@router.post(
    "/{position_id}/retract",
    summary="Retract a position",
    responses=answers(Answer[PositionView]),
    openapi_extra=takes(RetractInput, WHY),
)
async def retract_position(
    request: Request, session: Session, viewer: Editor, position_id: NumberInPath, body: Sent
) -> Response:
    """From now on it counts nowhere; its page stays and says so."""

    async def work() -> Response:
        position = await queries.get_position(session, position_id, lock=True)
        await newest_moment(request, session, position)
        sent = read_body(RetractInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.retract(log, position=position, reason=sent.reason)
        found = await queries.get_version(session, log.sealed, position_id, drafts=True)
        return await _answer_position(request, session, log.sealed, found)

    return await once(request, session, viewer, work)


def _content(sent: PositionContent) -> PositionContent:
    """Return the fields of a version that were sent, and no others."""
    return PositionContent(
        **{n: getattr(sent, n) for n in PositionContent.model_fields if n in sent.model_fields_set}
    )


def _sees_drafts(viewer: Viewer | None) -> bool:
    return viewer is not None and viewer.may_edit


async def _answer_position(
    request: Request,
    session: AsyncSession,
    at: Moment,
    found: Snapshot,
    warnings: Sequence[Fault] = (),
) -> Response:
    [view] = await presenter.views(session, at, [found])
    return await _answer_view(request, session, at, view, warnings)


async def _answer_view(
    request: Request,
    session: AsyncSession,
    at: Moment,
    view: PositionView,
    warnings: Sequence[Fault],
) -> Response:
    beside: dict[str, Any] = {"warnings": [as_json(w) for w in warnings]} if warnings else {}
    meta = await _changed_since(session, at, [view.id])
    return answer_one(request, at, view, view, meta=meta, **beside)


async def _changed_since(
    session: AsyncSession, at: Moment, shown: Collection[int]
) -> dict[str, int]:
    """Count, for a response with `known_at`, the positions shown that have been changed since."""
    if not at.pinned:
        return {}
    return {"changed_since": await queries.count_changed_since(session, at, set(shown))}
