"""Serve search results as JSON."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.http.described import answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.search.results import read_place, search, search_grouped, suggest
from app.search.schemas import ApiQuery, SearchAnswer

router = api_router(tag="search")


@router.get("/search", summary="Search", responses=answers(SearchAnswer))
async def find(request: Request, session: Reading, query: Annotated[ApiQuery, Query()]) -> Response:
    """Positions, quotes, sources, parties, issues and speakers by their words.

    Words are found in other spellings and other forms, too, and people and parties by any of their
    names. Newest first within each type, the types in turn. The texts of sources are not searched.
    Where more than 5,000 positions have the words, filters and counts are of the newest 5,000 of
    them (in the negotiations, of the parties and on the issues that are asked for).
    """
    counted: dict[str, Any] = {}
    place = await read_place(session, query)
    if query.grouped or query.counts:
        found = await search_grouped(session, query, place)
        if query.counts:
            counted = {"total": found.total, "more": found.more, "counts": found.counts}
            if not found.total:
                counted["suggestions"], _ = await suggest(session, found.at, query)
        if not query.grouped:
            found = await search(session, query, place)
    else:
        found = await search(session, query, place)
    meta = times(found.at, next=found.next, **counted)
    return answer(request, found.hits, meta, links=next_link(request, found.next))
