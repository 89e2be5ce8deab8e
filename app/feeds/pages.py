"""Serve the Atom feed of a negotiation, filtered by parties and issues."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.core.errors import bad_parameter
from app.core.input_models import Instant, Slug, SlugInPath
from app.core.input_models import Query as QueryInput
from app.db.engine import Session
from app.feeds.atom import FeedLinks, list_entries, write_feed
from app.http.conditional import not_modified
from app.http.origin import origin
from app.http.routing import Router
from app.log.reader import moment
from app.negotiations.code_book import code_book
from app.positions.names_at_moment import called

router = Router(prefix="/n/{slug}", include_in_schema=False)


class FeedQuery(QueryInput):
    """Filters of the feed, and the instant of `known_at`."""

    party: list[Slug] = []
    issue: list[Slug] = []
    known_at: Instant | None = None


@router.get("/feed.atom")
async def send_feed(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[FeedQuery, Query()]
) -> Response:
    """Send an entry for each public version of a position, the newest 50."""
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    parties = _numbers("party", query.party, book.party_ids)
    issues = _numbers("issue", query.issue, book.issue_ids)
    entries = await list_entries(session, at, book, parties=parties, issues=issues)
    own = urlencode([("party", p) for p in query.party] + [("issue", i) for i in query.issue])
    asked = f"?{own}" if own else ""
    feed = write_feed(
        entries,
        book,
        await called(session, at, book.party_names(), [entry.position for entry in entries]),
        at,
        FeedLinks(origin(request), f"/n/{slug}/feed.atom{asked}", f"/n/{slug}{asked}"),
    )
    headers = {"Content-Disposition": f'attachment; filename="{slug}.atom"'}
    made = Response(
        feed.encode(), headers=headers, media_type="application/atom+xml; charset=utf-8"
    )
    return not_modified(request, made)


def _numbers(name: str, asked: list[str], there: dict[str, int]) -> list[int]:
    for slug in asked:
        if slug not in there:
            raise bad_parameter(name, f"there is no {name} {slug!r} in this negotiation")
    return [there[slug] for slug in asked]
