"""Serve the Atom feed of a negotiation, filtered by parties and issues."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pydantic import Field

from app.core.errors import bad_parameter
from app.core.input_models import Instant, Slug, SlugInPath
from app.core.input_models import Query as QueryInput
from app.db.engine import Session
from app.feeds.atom import FeedLinks, Wanted, list_entries, write_feed
from app.feeds.marks import MOVES
from app.http.conditional import not_modified
from app.http.origin import origin
from app.http.routing import Router
from app.log.reader import moment
from app.matrix_page.schemas import OPTION_OF_ISSUE
from app.models.vocabulary import MoveKind
from app.negotiations.code_book import code_book
from app.positions.names_at_moment import called

router = Router(prefix="/n/{slug}", include_in_schema=False)


class FeedQuery(QueryInput):
    """Filters of the feed, and the instant of `known_at`."""

    party: list[Slug] = []
    issue: list[Slug] = []
    option: list[Annotated[str, Field(pattern=OPTION_OF_ISSUE, max_length=161)]] = []
    kind: list[MoveKind] = []
    q: Annotated[str | None, Field(max_length=200)] = None
    only: Literal["moves"] | None = None
    known_at: Instant | None = None


@router.get("/feed.atom")
async def send_feed(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[FeedQuery, Query()]
) -> Response:
    """Send an entry for each public version of a position, the newest 50.

    With `only=moves`, or some kinds of them, only moves and corrections.
    """
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    wanted = Wanted(
        _numbers("party", query.party, book.party_ids),
        _numbers("issue", query.issue, book.issue_ids),
        _numbers("option", query.option, book.option_ids),
        query.kind or (MOVES if query.only else ()),
        query.q,
    )
    entries = await list_entries(session, at, book, wanted)
    own = asked_for(query, "party", "issue", "option", "kind", "q", "only")
    cells = asked_for(query, "party", "issue")
    feed = write_feed(
        entries,
        book,
        await called(session, at, book.party_names(), [entry.position for entry in entries]),
        at,
        FeedLinks(origin(request), f"/n/{slug}/feed.atom{own}", f"/n/{slug}{cells}"),
    )
    headers = {"Content-Disposition": f'attachment; filename="{slug}.atom"'}
    made = Response(
        feed.encode(), headers=headers, media_type="application/atom+xml; charset=utf-8"
    )
    return not_modified(request, made)


def asked_for(query: FeedQuery, *names: str) -> str:
    """Return these parameters of a query as they stand in an address, with `?`."""
    pairs: list[tuple[str, str]] = []
    for name in names:
        value = getattr(query, name)
        pairs += [
            (name, str(one)) for one in (value if isinstance(value, list) else [value]) if one
        ]
    return f"?{urlencode(pairs)}" if pairs else ""


def _numbers(name: str, asked: list[str], there: dict[str, int]) -> list[int]:
    for slug in asked:
        if slug not in there:
            raise bad_parameter(name, f"there is no {name} {slug!r} in this negotiation")
    return [there[slug] for slug in asked]
