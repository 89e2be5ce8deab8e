"""Serve the search page."""

from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import instant
from app.core.input_models import read_query
from app.http.routing import Router
from app.http.templating import is_partial, language, page
from app.search.names import all_names
from app.search.offers import offers
from app.search.results import SearchPage, search_grouped, suggest
from app.search.schemas import FACETS, Count, SearchQuery

SHOWN = 20
WHILE_TYPING = 8

router = Router(include_in_schema=False)


class PageQuery(SearchQuery):
    """Query of the search page, where the words may be empty."""

    q: Annotated[str, Field(max_length=1000)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = SHOWN
    typing: bool = False

    @property
    def shown(self) -> dict[str, Any]:
        """Return the parameters of links to this search with another filter."""
        chosen = {"q": self.q, "type": [str(one) for one in self.type], **self.filters}
        days = {"since": self.since, "until": self.until}
        return {**chosen, **days, "known_at": instant(self.known_at) if self.known_at else None}


@router.get("/search")
async def find(request: Request, session: Reading, viewer: Anyone) -> Response:
    """Show what was found, or only the search field."""
    query = read_query(PageQuery, request)
    typing = query.typing and is_partial(request)
    if typing:
        query = query.model_copy(update={"limit": WHILE_TYPING, "cursor": None})
    asked = bool(query.q) or query.filtered
    found = await search_grouped(session, query, begun=typing) if asked else None
    return page(
        request,
        "search/index.html",
        fragment="search/_found.html",
        q=query.q,
        asked=asked,
        typing=typing,
        filters=query.shown,
        results=found.hits if found else [],
        total=(found and found.total) or 0,
        more=found is not None and found.more,
        following={"cursor": found.next} if found and found.next and not typing else None,
        facets=_facets(query, found) if found and not typing else [],
        days=(found.first, found.last) if found else (None, None),
        filtered=query.filtered or bool(query.type),
        **await _help(session, query, found, typing=typing),
    )


async def _help(
    session: AsyncSession, query: PageQuery, found: SearchPage | None, *, typing: bool
) -> dict[str, Any]:
    """Return what leads on: filters that words may mean and, without results, other searches."""
    told: dict[str, Any] = {"offered": [], "meant": [], "apart": [], "unfiltered": 0}
    if found is None or typing or not query.q:
        return told
    names = await all_names(session, found.at, "party", "issue")
    told["offered"] = [
        one for one in offers(query.q, names) if one.value not in query.filters[one.name]
    ]
    if not found.total:
        if query.filtered or query.type:
            free = SearchQuery(q=query.q, known_at=query.known_at, limit=1)
            told["unfiltered"] = (await search_grouped(session, free)).total
        if not told["unfiltered"]:
            told["meant"], told["apart"] = await suggest(session, found.at, query)
    return told


TITLES = {
    "type": "Found", "negotiation": "Negotiation", "party": "Party", "issue": "Issue",
    "firmness": "Firmness", "kind": "Quotes", "language": "Language of quotes",
}  # fmt: skip


def _facets(query: PageQuery, found: SearchPage) -> list[tuple[str, str, list[str], list[Count]]]:
    """Return each filter that leaves a choice: name, title, values chosen, and all values."""
    shown = []
    for name in ("type", *FACETS):
        counts = found.counts.get(name, [])
        chosen = [str(one) for one in getattr(query, name)]
        if len(counts) > 1 or chosen:
            if name == "language":
                counts = [Count(**{**one, "label": language(one["value"])}) for one in counts]
            shown.append((name, TITLES[name], chosen, counts))
    return shown
