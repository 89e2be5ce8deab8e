"""Positions and quotes as JSON: read, state, correct, retract; the same actions as the forms."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.deps import Anyone, Editor
from app.accounts.idempotency import once
from app.accounts.queries import Viewer
from app.core.bodies import JsonRoute
from app.core.clock import instant, now
from app.core.database import Session
from app.core.errors import Conflict, Fault, Forbidden, NotFound, SignInRequired, invalid
from app.core.preconditions import require_match, version_etag
from app.core.problems import as_json, read_body
from app.core.responses import Json, answer, not_modified
from app.history.read import Moment, moment
from app.history.record import writing
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import get_negotiation, get_negotiation_by_id
from app.positions import actions, annotation, queries
from app.positions.listing import list_positions
from app.positions.patching import merge
from app.positions.schemas import (
    CheckInput,
    KnownAt,
    PositionContent,
    PositionInput,
    PositionsQuery,
    RetractInput,
)
from app.sources.actions import check_text
from app.sources.queries import get_source, newest_texts

router = APIRouter(prefix="/api/v1", route_class=JsonRoute, tags=["positions"])

Number = Annotated[int, Path(ge=1, lt=2**63)]
Sent = Annotated[Any, Body()]  # judged by the route, after who sent it and what it was made from


@router.get("/positions")
async def walk_positions(
    request: Request, session: Session, viewer: Anyone, query: Annotated[PositionsQuery, Query()]
) -> Response:
    """Positions by what they are about and when they were stated, a page at a time."""
    if query.status is not None:
        if viewer is None:
            raise SignInRequired("Only editors ask by status; send the token of one.")
        if not viewer.may_edit:
            raise Forbidden("This takes the role of an editor or admin.")
    listed = await list_positions(session, query, drafts=viewer is not None and viewer.may_edit)
    views = await queries.views(session, listed.at, listed.versions)
    meta = {"next": listed.next, "known_at": instant(listed.at.at), "revision": listed.at.seq}
    links = None
    if listed.next:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        links = {"next": f"{request.url.path}?{urlencode([*kept, ('cursor', listed.next)])}"}
    return answer(request, views, meta, links=links)


@router.get("/positions/{position_id}")
async def show_position(
    request: Request, session: Session, viewer: Anyone, position_id: Number, query: Annotated[KnownAt, Query()]
) -> Response:
    """One position in its newest version."""
    at = await moment(session, query.known_at)
    return await _answer(request, session, at, position_id, drafts=_sees_drafts(viewer))


@router.get("/positions/{position_id}/versions")
async def list_versions(
    request: Request, session: Session, viewer: Anyone, position_id: Number, query: Annotated[KnownAt, Query()]
) -> Response:
    """All versions of a position, oldest first."""
    at = await moment(session, query.known_at)
    found = await queries.list_versions(session, at, position_id, drafts=_sees_drafts(viewer))
    if not found:
        await queries.get_version(session, at, position_id)
    views = await queries.views(session, at, found)
    return answer(request, views, {"next": None, "known_at": instant(at.at), "revision": at.seq})


@router.get("/positions/{position_id}/versions/{version}")
async def show_version(
    request: Request,
    session: Session,
    viewer: Anyone,
    position_id: Number,
    version: Number,
    query: Annotated[KnownAt, Query()],
) -> Response:
    """One version of a position, with the names and results of checks of `known_at`."""
    at = await moment(session, query.known_at)
    return await _answer(request, session, at, position_id, version=version, drafts=_sees_drafts(viewer))


@router.post("/positions", status_code=201)
async def state_position(request: Request, session: Session, viewer: Editor, body: Sent = None) -> Response:
    """A party takes a position, or moves to another."""

    async def work() -> Response:
        sent = read_body(PositionInput, body)
        try:
            negotiation = await get_negotiation(session, sent.negotiation)
        except NotFound:
            raise invalid("/negotiation", f"there is no negotiation {sent.negotiation!r}") from None
        async with writing(session, by=viewer.name, now=now()) as log:
            wanted = _content(sent)
            position, warnings = await actions.state(
                session,
                log,
                negotiation=negotiation,
                party=sent.party,
                issue=sent.issue,
                wanted=wanted,
                status=PositionStatus(sent.status) if sent.status else None,
            )
        return await _answer(request, session, log.sealed, position.id, warnings=warnings, status=201, drafts=True)

    return await once(request, session, viewer, work)


@router.patch("/positions/{position_id}")
async def correct_position(
    request: Request, session: Session, viewer: Editor, position_id: Number, body: Sent = None
) -> Response:
    """The record was wrong: a new version, by JSON Merge Patch. Publishes a draft or restores a retracted one too."""
    position = await queries.get_position(session, position_id, lock=True)
    at = await moment(session)
    require_match(request, version=position.version, epoch=at.epoch)
    [view] = await queries.views(session, at, [await queries.get_version(session, at, position_id, drafts=True)])
    patch = merge(view, body)
    was = PositionStatus(position.status)
    status = PositionStatus(patch.status) if patch.status else was
    if was == PositionStatus.PUBLISHED and status == PositionStatus.DRAFT:
        raise invalid("/status", "what was published does not become a draft again")
    retracted = was == PositionStatus.RETRACTED
    if retracted and (status == was or _content(patch) != _content(merge(view, {}))):
        raise Conflict("A retracted position takes no change but being restored: send a status and a reason.")
    if was != PositionStatus.DRAFT and not patch.reason:
        raise invalid("/reason", "say why: a correction needs its reason")
    warnings: Sequence[Fault] = ()
    negotiation = await get_negotiation_by_id(session, position.negotiation_id)
    async with writing(session, by=viewer.name, now=now()) as log:
        if retracted and (position.first_published_at is not None or status == PositionStatus.DRAFT):
            await actions.restore(session, log, position=position, status=status, reason=patch.reason)
        else:
            wanted = _content(patch)
            warnings = await actions.correct(
                session,
                log,
                negotiation=negotiation,
                position=position,
                wanted=wanted,
                status=status,
                reason=patch.reason,
            )
    return await _answer(request, session, log.moment or at, position_id, warnings=warnings, drafts=True)


@router.post("/positions/{position_id}/retract")
async def retract_position(
    request: Request, session: Session, viewer: Editor, position_id: Number, body: Sent = None
) -> Response:
    """From now on it counts nowhere; its page stays and says so."""

    async def work() -> Response:
        position = await queries.get_position(session, position_id, lock=True)
        at = await moment(session)
        require_match(request, version=position.version, epoch=at.epoch)
        sent = read_body(RetractInput, body)
        async with writing(session, by=viewer.name, now=now()) as log:
            await actions.retract(session, log, position=position, reason=sent.reason)
        return await _answer(request, session, log.sealed, position_id, drafts=True)

    return await once(request, session, viewer, work)


@router.get("/quotes/{quote_id:int}", tags=["quotes"])
async def show_quote(
    request: Request, session: Session, viewer: Anyone, quote_id: Number, query: Annotated[KnownAt, Query()]
) -> Response:
    """One quote, with the positions that have rested on it; as a Web Annotation where linked data is asked for."""
    at = await moment(session, query.known_at)
    quote, uses = await queries.get_quote(session, at, quote_id, drafts=_sees_drafts(viewer))
    if annotation.is_wanted(request.headers.get("accept", "")):
        base = f"{request.url.scheme}://{request.url.netloc}"
        made: Response = Json(annotation.annotation(quote, uses, base), media_type=annotation.MEDIA_TYPE)
        made.headers["Vary"] = "Accept"
        return not_modified(request, made)
    data = {**{name: getattr(quote, name) for name in quote.__slots__}, "positions": uses, "url": f"/quotes/{quote.id}"}
    plain = answer(request, data, {"known_at": instant(at.at), "revision": at.seq})
    plain.headers["Vary"] = "Accept"
    return plain


@router.post("/quotes/check", tags=["quotes"])
async def check_words(request: Request, session: Session, viewer: Editor, body: Sent = None) -> Response:
    """Check words against a text, on file or sent along; stores nothing."""

    async def work() -> Response:
        sent = read_body(CheckInput, body)
        text = sent.text
        if sent.source_id is not None:
            source = await get_source(session, sent.source_id)
            on_file = (await newest_texts(session, [source.id])).get(source.id)
            text = on_file.text if on_file else None
        return answer(request, await check_text(text, sent.exact, sent.prefix, sent.suffix))

    return await once(request, session, viewer, work)


def _content(sent: PositionContent) -> PositionContent:
    """What was sent of a version itself, and no more than was sent."""
    return PositionContent(**{n: getattr(sent, n) for n in PositionContent.model_fields if n in sent.model_fields_set})


def _sees_drafts(viewer: Viewer | None) -> bool:
    return viewer is not None and viewer.may_edit


async def _answer(
    request: Request,
    session: AsyncSession,
    at: Moment,
    position_id: int,
    *,
    version: int | None = None,
    drafts: bool,
    warnings: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    found = await queries.get_version(session, at, position_id, version=version, drafts=drafts)
    [view] = await queries.views(session, at, [found])
    beside: dict[str, Any] = {"warnings": [as_json(w) for w in warnings]} if warnings else {}
    made = answer(
        request,
        view,
        {"known_at": instant(at.at), "revision": at.seq},
        status,
        version_etag(found.version, at.seq, at.epoch),
        **beside,
    )
    if status == 201:
        made.headers["Location"] = f"/api/v1/positions/{position_id}"
    return made
