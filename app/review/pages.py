"""Serve the pages of the review, for editors only: waiting drafts, and one with its comments."""

from typing import Annotated, Any, Literal

from fastapi import Path, Request, Response
from pydantic import Field
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core.clock import now
from app.core.errors import NotFound, StaleVersion
from app.core.input_models import Input, Query, SlugInPath, Storable
from app.db.engine import Session, attempt
from app.forms import fields as forms
from app.forms.fields import Form, Kind, read, typed
from app.forms.posted import Posted, Sent
from app.forms.sheet import Sheet, blank
from app.http.last_done import read_last_done
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import (
    code_book,
    issue_views,
    negotiation_view,
    party_views,
    titles_of,
)
from app.negotiations.navigation import nav
from app.negotiations.queries import get_negotiation_by_id
from app.positions import review_submissions
from app.positions.fault_sentences import said
from app.positions.names_at_moment import called
from app.positions.presenter import views
from app.positions.queries import get_position, get_version
from app.positions.views import PositionView
from app.review import actions, queries
from app.review.several import Several

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]


class CommentInput(Input):
    """What editors say to each other about a draft."""

    comment: Annotated[str, Field(max_length=20_000), Storable] = ""


class ReviewQuery(Query):
    """What was done last, and to how many drafts."""

    did: Literal["submit", "publish", "return"] | None = None
    count: int = 0


FORM = Form((forms.Field("comment", "Comment", Kind.PROSE, "Readers never see it."),), CommentInput)


@router.get("/n/{slug}/review")
async def show_review(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the drafts that wait for a second person."""
    query = read_last_done(ReviewQuery, request)
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    waiting = await queries.list_waiting(session, book.negotiation.id)
    return page(
        request,
        "review/index.html",
        several=Several(query.did, query.count) if query.did else None,
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
    return await _draft(request, session, await _view(session, position_id), blank(FORM.fields))


async def _view(session: Session, position_id: int) -> PositionView:
    version = await get_version(
        session, await moment(session, drafts=True), position_id, drafts=True
    )
    if version["status"] != PositionStatus.DRAFT and not await queries.list_comments(
        session, position_id
    ):
        raise NotFound(f"Position {position_id} is not a draft.")
    [view] = await views(session, await moment(session, drafts=True), [version])
    return view


async def _draft(request: Request, session: Session, view: PositionView, sheet: Sheet) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, view.negotiation)
    position = await get_position(session, view.id)
    return page(
        request,
        "review/draft.html",
        status=sheet.status,
        negotiation=negotiation_view(book.negotiation),
        position=view,
        party=next(p for p in party_views(book) if p.slug == view.party),
        issue=next(i for i in issue_views(book) if i.slug == view.issue),
        author=position.created_by,
        writers=(await review_submissions.writers(session, [position]))[view.id],
        submission=await queries.find_submission(session, view.id),
        comments=await queries.list_comments(session, view.id),
        names=await called(session, at, book.party_names(), [view]),
        titles=titles_of(issue_views(book)),
        sheet=sheet,
        nav=nav(view.negotiation),
    )


@router.post("/positions/{position_id}/review")
async def act(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, position_id: Number
) -> Response:
    """Submit a draft, publish it or return it; comments are visible to editors only."""
    done, listed = await get_position(session, position_id), sent.values.get("back") == "drafts"
    # The button was pressed twice: the first request has published the draft.
    if listed and sent.do == "publish" and done.status == PositionStatus.PUBLISHED:
        slug = (await get_negotiation_by_id(session, done.negotiation_id)).slug
        return RedirectResponse(f"/n/{slug}/drafts?done={done.id}", 303)
    view = await _view(session, position_id)
    sheet = Sheet(FORM.fields, typed(FORM.fields, sent.values))
    if sent.shown_again:
        return await _draft(request, session, view, sheet)
    values, sheet.errors = read(FORM, sheet.values)
    if sheet.errors:
        sheet.status = 422
        return await _draft(request, session, view, sheet)
    async with attempt(session) as refused:
        await _act(session, viewer.name, view, sent, values["comment"].strip())
    if not refused:
        after = f"drafts?done={view.id}" if listed else f"review?did={sent.do}&count=1"
        return RedirectResponse(f"/n/{view.negotiation}/{after}", 303)
    error = refused[0]
    if isinstance(error, NotFound):
        raise error
    sheet.status = error.status
    sheet.errors = {"comment": "; ".join(said(f) for f in error.faults) or error.detail}
    return await _draft(request, session, await _view(session, position_id), sheet)


async def _act(
    session: Session, editor: str, view: PositionView, sent: Posted, comment: str
) -> None:
    """Do what the button says to the version that was seen; raise StaleVersion for another one."""
    position = await get_position(session, view.id, lock=True)
    negotiation = await get_negotiation_by_id(session, position.negotiation_id)
    seen = sent.values.get("version") == str(position.version)
    if position.status == PositionStatus.DRAFT and not seen:
        raise StaleVersion(
            "The draft was changed in the meantime. Read it again below, then decide."
        )
    by: dict[str, Any] = {"comment": comment, "by": editor, "now": now()}
    match sent.do:
        case "submit":
            await review_submissions.submit(
                session, negotiation=negotiation, position=position, **by
            )
        case "return":
            await actions.send_back(session, position=position, **by)
        case "publish":
            async with writing(session, by=editor, now=now()) as log:
                await actions.publish(
                    log, negotiation=negotiation, position=position, view=view,
                    comment=comment,
                )  # fmt: skip
        case _:
            raise NotFound("There is no such action.")
