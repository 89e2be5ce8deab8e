"""Serve the search page."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core.clock import instant
from app.core.input_models import read_query
from app.http.routing import Router
from app.http.templating import (
    drawn,
    firmness_label,
    is_partial,
    language,
    page,
    toggled,
)
from app.http.templating import query as query_string
from app.positions.kept_pages import kept_page
from app.search.names import all_names
from app.search.offers import offers
from app.search.results import SearchPage, read_place, search_grouped, suggest
from app.search.schemas import FACETS, Count, SearchQuery

INDEX, FOUND = "search/index.html", "search/_found.html"
NO_HELP: dict[str, Any] = {"offered": [], "meant": [], "apart": [], "unfiltered": 0}
SHOWN = 20
WHILE_TYPING = 8

router = Router(include_in_schema=False)


class PageQuery(SearchQuery):
    """Query of the search page, where the words may be empty."""

    q: Annotated[str, Field(max_length=1000)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = SHOWN
    typing: bool = False

    @property
    def asked(self) -> bool:
        """Tell whether anything is searched for."""
        return bool(self.q) or self.filtered

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
    part = is_partial(request)
    typing = query.typing and part
    if typing:
        query = query.model_copy(update={"limit": WHILE_TYPING, "cursor": None})
    if not query.asked:
        return page(request, INDEX, fragment=FOUND, **_said(query, None, typing=typing))
    place = await read_place(session, query)

    async def fill() -> dict[str, Any]:
        found = await search_grouped(session, query, place, begun=typing)
        helping = await _help(session, query, found, typing=typing)
        return {**_said(query, found, typing=typing), **helping}

    if viewer is None and not place.at.pinned:

        async def draw() -> str:
            return drawn(request, FOUND if part else INDEX, **await fill())

        # Whatever is searched is public, and changes with the newest public entry of the log.
        asked = hashlib.sha256(request.scope["query_string"]).digest()
        return await kept_page(request, session, place.at, (place.at.seq, part, asked), draw)
    return page(request, INDEX, fragment=FOUND, **await fill())


def _said(query: PageQuery, found: SearchPage | None, *, typing: bool) -> dict[str, Any]:
    """Return what the page says, without what leads on to other searches."""
    return {
        "q": query.q,
        "asked": query.asked,
        "typing": typing,
        "filters": query.shown,
        "results": found.hits if found else [],
        "total": (found and found.total) or 0,
        "more": found is not None and found.more,
        "following": {"cursor": found.next} if found and found.next and not typing else None,
        "facets": _facets(query, found) if found and not typing else [],
        "days": (found.first, found.last) if found else (None, None),
        "filtered": query.filtered or bool(query.type),
        **NO_HELP,
    }


async def _help(
    session: AsyncSession, query: PageQuery, found: SearchPage, *, typing: bool
) -> dict[str, Any]:
    """Return what leads on: filters that words may mean and, without results, other searches."""
    if typing or not query.q:
        return {}
    told: dict[str, Any] = {}
    names = await all_names(session, found.at, "party", "issue")
    told["offered"] = [
        one for one in offers(query.q, names) if one.value not in query.filters[one.name]
    ]
    if not found.total:
        if query.filtered or query.type:
            free = SearchQuery(q=query.q, known_at=query.known_at, limit=1)
            place = await read_place(session, free)
            told["unfiltered"] = (await search_grouped(session, free, place)).total
        if not told.get("unfiltered"):
            told["meant"], told["apart"] = await suggest(session, found.at, query)
    return told


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, and the address of the search with it, or without it if chosen."""

    label: str
    count: int
    url: str
    chosen: bool


CALLED_BY_VALUE = ("firmness", "kind", "type")
TITLES = {
    "type": "Found", "negotiation": "Negotiation", "party": "Party", "issue": "Issue",
    "firmness": "Firmness", "kind": "Quotes", "language": "Language of quotes",
}  # fmt: skip


def _facets(query: PageQuery, found: SearchPage) -> list[tuple[str, list[Choice]]]:
    """Return each filter that leaves a choice: its title, and all its values."""
    shown = []
    for name in ("type", *FACETS):
        counts = found.counts.get(name, [])
        chosen = [str(one) for one in getattr(query, name)]
        if len(counts) > 1 or chosen:
            shown.append((TITLES[name], list(_choices(query.shown, name, counts))))
    return shown


def _choices(filters: dict[str, Any], name: str, counts: Sequence[Count]) -> Iterator[Choice]:
    """Yield the values of a filter; of their addresses, only the part of this filter differs."""
    names = list(filters)
    place = names.index(name)
    before, after = (
        query_string({one: filters[one] for one in part})[1:]
        for part in (names[:place], names[place + 1 :])
    )
    for one in counts:
        value, label = one["value"], one["label"]
        if name == "language":
            label = language(value)
        elif name in CALLED_BY_VALUE:
            label = firmness_label(label)
        own = query_string({name: toggled(filters, name, value)})[1:]
        address = "&".join(filter(None, (before, own, after)))
        yield Choice(label, one["count"], f"/search?{address}" if address else "/search",
                     chosen=value in filters[name])  # fmt: skip
