"""Serve the page of drafts, for editors only, and their number for the menu."""

from typing import Literal

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, Editor, FormEditor
from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.input_models import Query, SlugInPath
from app.db.engine import Session
from app.forms.posted import Sent
from app.http.last_done import read_last_done
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import Moment, held_by_id, moment
from app.negotiations.code_book import code_book, issue_views, negotiation_view
from app.negotiations.navigation import nav
from app.negotiations.pending import negotiation_of, note_pending
from app.negotiations.queries import get_negotiation
from app.positions.names_at_moment import called
from app.positions.presenter import views
from app.positions.views import PositionView
from app.review.drafts import MOST, list_discarded, list_drafts
from app.review.several import Several, act_on

router = Router(include_in_schema=False)


class DraftsQuery(Query):
    """What was done last."""

    done: int | None = None  # the position that was just published, discarded or restored
    did: Literal["submit", "publish", "discard"] | None = None  # to several drafts
    count: int = 0  # to how many


@router.get("/n/{slug}/drafts")
async def show_drafts(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the viewer's own drafts, then those of others, then discarded ones."""
    query = read_last_done(DraftsQuery, request)
    several = Several(query.did, query.count) if query.did else None
    return await _drafts(request, session, viewer, slug, several)


@router.post("/n/{slug}/drafts")
async def post_drafts(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, slug: SlugInPath
) -> Response:
    """Submit, publish or discard the marked drafts; say which were refused, and why."""
    if sent.shown_again:
        return await _drafts(request, session, viewer, slug, None)
    negotiation = await get_negotiation(session, slug)
    marked = sent.lists.get("draft", [])
    several = await act_on(session, negotiation.id, viewer.name, sent.do, marked)
    if several.refused or not several.done:
        return await _drafts(request, session, viewer, slug, several)
    on = "review" if sent.values.get("back") == "review" else "drafts"
    return RedirectResponse(f"/n/{slug}/{on}?did={several.do}&count={several.done}", 303)


async def _drafts(
    request: Request, session: Session, viewer: Viewer, slug: str, several: Several | None
) -> Response:
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    drafts = await list_drafts(session, at, book, now())
    discarded = await list_discarded(session, at, book.negotiation.id)
    last = read_last_done(DraftsQuery, request).done if request.method == "GET" else None
    done = await _done(session, at, slug, last)
    shown = [*(d.position for d in drafts), *discarded]
    if several:
        await note_drafts(request, session, viewer)  # again: some may have gone
    return page(
        request,
        "review/drafts.html",
        status=409 if several and several.refused else 200,
        several=several,
        negotiation=negotiation_view(book.negotiation),
        own=[d for d in drafts if d.author == viewer.name],
        others=[d for d in drafts if d.author != viewer.name],
        discarded=discarded,
        most=MOST,
        done=done,
        names=await called(session, at, book.party_names(), shown),
        issues={i.slug: i for i in issue_views(book)},
        nav=nav(slug),
    )


async def _done(session: Session, at: Moment, slug: str, number: int | None) -> PositionView | None:
    """Return the position of the last action as it is now; None if of another negotiation."""
    if number is None or not 0 < number < 2**63:
        return None
    held = await held_by_id(session, at, "position", [number])
    found = await views(session, at, list(held.values()))
    return next((p for p in found if p.negotiation == slug), None)


async def note_drafts(request: Request, session: Session, viewer: Anyone) -> None:
    """Count drafts, and those to review, of the page's negotiation, for the menu of editors.

    A form that is refused is shown with the menu too, so they are counted for POST as well.
    """
    await note_pending(request, session, negotiation_of(request.path_params))
