"""Serve the search page."""

from typing import Annotated

from fastapi import Request, Response
from pydantic import Field

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import instant
from app.core.input_models import read_query
from app.http.routing import Router
from app.http.templating import page
from app.http.templating import query as address
from app.search.results import SearchQuery, search

SHOWN = 20

router = Router(include_in_schema=False)


class PageQuery(SearchQuery):
    """Query of the search page, where the words may be empty."""

    q: Annotated[str, Field(max_length=1000)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = SHOWN


@router.get("/search")
async def find(request: Request, session: Reading, viewer: Anyone) -> Response:
    """Show what was found, or only the search field."""
    query = read_query(PageQuery, request)
    found = await search(session, query, counted=True) if query.q else None
    known_at = instant(query.known_at) if query.known_at else None
    following = (
        found and found.next and address({"q": query.q, "known_at": known_at, "cursor": found.next})
    )
    return page(
        request,
        "search/index.html",
        q=query.q,
        results=found.hits if found else [],
        total=(found and found.total) or 0,
        more=found is not None and found.more,
        next_url=f"/search{following}" if following else None,
    )
