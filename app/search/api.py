"""Search as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.bodies import JsonRoute
from app.core.clock import instant
from app.core.database import Session
from app.core.responses import answer
from app.history.listing import next_link
from app.search.searching import SearchQuery, search

router = APIRouter(prefix="/api/v1", route_class=JsonRoute, tags=["search"])


@router.get("/search")
async def find(request: Request, session: Session, query: Annotated[SearchQuery, Query()]) -> Response:
    """Positions, quotes, sources, parties, issues and speakers by their words, in any spelling that is on file.

    Newest first within each type, the types in turn. The texts of sources are not searched.
    """
    found = await search(session, query)
    at = found.matching.at
    meta = {"next": found.next, "known_at": instant(at.at), "revision": at.seq}
    return answer(request, found.hits, meta, links=next_link(request, found.next))
