"""Serve the page of drafts, for editors only, and their number for the menu."""

from fastapi import Request, Response

from app.accounts.dependencies import Anyone, Editor
from app.core.clock import now
from app.core.input_models import Query, SlugInPath, read_query
from app.db.engine import Session
from app.http.routing import Router
from app.http.templating import is_partial, page
from app.log.reader import Moment, held_by_id, moment
from app.negotiations.code_book import code_book, issue_views, negotiation_view
from app.negotiations.navigation import nav
from app.positions.names_at_moment import called
from app.positions.presenter import views
from app.positions.views import PositionView
from app.review.drafts import MOST, list_discarded, list_drafts
from app.review.queries import count_drafts

router = Router(include_in_schema=False)


class DraftsQuery(Query):
    """The position that the last action was about."""

    done: int | None = None  # the position that was just published, discarded or restored


@router.get("/n/{slug}/drafts")
async def show_drafts(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show the viewer's own drafts, then those of others, then discarded ones."""
    at = await moment(session, drafts=True)
    book = await code_book(session, at, slug)
    drafts = await list_drafts(session, at, book, now())
    discarded = await list_discarded(session, at, book.negotiation.id)
    done = await _done(session, at, slug, read_query(DraftsQuery, request).done)
    shown = [*(d.position for d in drafts), *discarded]
    return page(
        request,
        "review/drafts.html",
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
    """Count the drafts of the page's negotiation, for the menu of editors."""
    slug = request.path_params.get("slug")
    if (
        slug is None
        or viewer is None
        or not viewer.may_edit
        or request.method != "GET"
        or is_partial(request)
    ):
        return
    request.state.drafts = await count_drafts(session, slug)
