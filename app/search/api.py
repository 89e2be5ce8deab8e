"""Serve search results as JSON."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.search.hits import Hit
from app.search.results import SearchQuery, search

router = api_router(tag="search")


@router.get("/search", summary="Search", responses=answers(Answer[list[Hit]]))
async def find(
    request: Request, session: Reading, query: Annotated[SearchQuery, Query()]
) -> Response:
    """Positions, quotes, sources, parties, issues and speakers by their words.

    Words are found in other spellings and other forms, too, and people and parties by any of their
    names. Newest first within each type, the types in turn. The texts of sources are not searched.
    """
    found = await search(session, query)
    meta = times(found.at, next=found.next)
    return answer(request, found.hits, meta, links=next_link(request, found.next))
