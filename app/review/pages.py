"""Serve the pages of the review, for editors only: waiting drafts, and one with its comments."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, get_editor
from app.core.clock import now
from app.core.errors import NotFound, Stale
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.forms.posted import SHOW_AGAIN
from app.forms.resume import SignedOut
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import (
    code_book,
    get_negotiation_by_id,
    issue_views,
    nav,
    negotiation_view,
    party_views,
    titles_of,
)
from app.positions.names_at_moment import called
from app.positions.presenter import views
from app.positions.queries import get_position, get_version
from app.positions.views import PositionView
from app.review import actions, queries
from app.review.publish_checks import said

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
Words = Annotated[str, Form(max_length=20_000)]


@router.get("/n/{slug}/review")
async def show_review(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the drafts that wait for a second person."""
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    waiting = await queries.list_waiting(session, book.negotiation.id)
    return page(
        request,
        "review/index.html",
        negotiation=negotiation_view(book.negotiation),
        submitted=waiting,
        names=await called(session, at, book.party_names(), [one.position for one in waiting]),
        titles=titles_of(issue_views(book)),
        issues={i.slug: i for i in issue_views(book)},
        nav=nav(slug),
    )


@router.get("/positions/{position_id}/review")
async def show_draft(
    request: Request, session: Session, viewer: Editor, position_id: Number
) -> Response:
    """Show a draft as it would be published, its comments, and the possible actions."""
    return await _draft(request, session, await _view(session, position_id))


async def _view(session: Session, position_id: int) -> PositionView:
    version = await get_version(
        session, await moment(session, drafts=True), position_id, drafts=True
    )
    if version["status"] != PositionStatus.DRAFT and not await queries.list_comments(
        session, position_id
    ):
        raise NotFound(f"Position {position_id} is no draft.")
    [view] = await views(session, await moment(session, drafts=True), [version])
    return view


async def _draft(
    request: Request,
    session: Session,
    view: PositionView,
    *,
    status: int = 200,
    comment: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, view.negotiation)
    position = await get_position(session, view.id)
    return page(
        request,
        "review/draft.html",
        status=status,
        negotiation=negotiation_view(book.negotiation),
        position=view,
        party=next(p for p in party_views(book) if p.slug == view.party),
        issue=next(i for i in issue_views(book) if i.slug == view.issue),
        author=position.created_by,
        submission=await queries.find_submission(session, view.id),
        comments=await queries.list_comments(session, view.id),
        names=await called(session, at, book.party_names(), [view]),
        titles=titles_of(issue_views(book)),
        comment=comment,
        errors=errors or {},
        nav=nav(view.negotiation),
    )


@router.post("/positions/{position_id}/review")
async def act(
    request: Request,
    session: Session,
    viewer: Anyone,
    position_id: Number,
    do: Words = "",
    version: Words = "",
    comment: Words = "",
    back: Words = "",
) -> Response:
    """Submit a draft, publish it or return it; comments are visible to editors only."""
    if viewer is None:
        raise SignedOut({"version": version, "comment": comment})
    editor = await get_editor(viewer)
    done = await get_position(session, position_id)
    # The button was pressed twice: the first request has published the draft.
    if back == "drafts" and do == "publish" and done.status == PositionStatus.PUBLISHED:
        slug = (await get_negotiation_by_id(session, done.negotiation_id)).slug
        return RedirectResponse(f"/n/{slug}/drafts?done={done.id}", 303)
    view = await _view(session, position_id)
    if do == SHOW_AGAIN:
        return await _draft(request, session, view, comment=comment)
    by: dict[str, Any] = {"comment": comment.replace("\r\n", "\n").strip()}
    async with attempt(session) as refused:
        position = await get_position(session, position_id, lock=True)
        negotiation = await get_negotiation_by_id(session, position.negotiation_id)
        if position.status == PositionStatus.DRAFT and version != str(position.version):
            raise Stale("It was changed in the meantime: read it again below, then decide.")
        match do:
            case "submit":
                await actions.submit(
                    session,
                    negotiation=negotiation,
                    position=position,
                    by=editor.name,
                    now=now(),
                    **by,
                )
            case "return":
                await actions.send_back(session, position=position, by=editor.name, now=now(), **by)
            case "publish":
                async with writing(session, by=editor.name, now=now()) as log:
                    await actions.publish(
                        session, log, negotiation=negotiation, position=position, view=view, **by
                    )
            case _:
                raise NotFound("There is nothing of that name to do.")
    if not refused:
        drafts = f"drafts?done={view.id}"
        return RedirectResponse(
            f"/n/{view.negotiation}/{drafts if back == 'drafts' else 'review'}", 303
        )
    error = refused[0]
    if isinstance(error, NotFound):
        raise error
    errors = {"comment": "; ".join(said(f) for f in error.faults) or error.detail}
    view = await _view(session, position_id)
    return await _draft(request, session, view, status=error.status, comment=comment, errors=errors)
