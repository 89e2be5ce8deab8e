"""Serve the permanent pages of quotes, and of sources with their quotes."""

from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core import dates
from app.core.errors import NotFound
from app.http.origin import origin
from app.http.routing import Router
from app.http.templating import drawn, page
from app.log.reader import Moment, held_by_id, list_revisions
from app.negotiations.code_book import is_invented
from app.negotiations.navigation import nav
from app.negotiations.pending import note_pending
from app.positions.citation import cite_quote, cite_source
from app.positions.kept_pages import PIN, is_plain, kept_page
from app.positions.names_at_moment import called
from app.positions.permanent_addresses import pin, read_moment, version_entry
from app.positions.shortcuts import page_of_one
from app.positions.views import QuoteView
from app.quotes import queries as quote_queries
from app.quotes.quote_page import (
    QuotePage,
    books_of,
    named,
    party_names,
    positions_with,
    quote_page,
)
from app.sources.queries import newest_texts

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
QUOTES_A_PAGE = 24


@router.get("/quotes/{quote_id}")
async def show_quote(
    request: Request, session: Reading, viewer: Anyone, quote_id: Number
) -> Response:
    """Show a quote and the positions on it; the page stays when positions drop the quote."""
    drafts = viewer is not None and viewer.may_edit
    if is_plain(request, viewer):
        at, key = await _key_of_page(session, quote_id)
        _, _, changes = key

        async def draw() -> str:
            shown = await quote_page(session, at, quote_id, changes)
            return drawn(request, "quotes/show.html", **_about(request, shown, PIN), known_at=None)

        return await kept_page(request, session, at, key, draw)
    at, pinned = await read_moment(request, session, drafts=drafts)
    uses = None if drafts else await quote_queries.changes_of_uses(session, at, quote_id)
    shown = await quote_page(session, at, quote_id, uses)
    await note_pending(request, session, shown.negotiation.slug if shown.negotiation else None)
    return page(request, "quotes/show.html", **_about(request, shown, pin(at)), known_at=pinned)


async def _key_of_page(
    session: AsyncSession, quote_id: int
) -> tuple[Moment, tuple[str, int, quote_queries.Changes]]:
    at, changes = await quote_queries.newest_and_uses(session, quote_id)
    return at, ("quote", quote_id, changes)


KEPT_PAGE = page_of_one("quotes", "/quotes/{quote_id}", _key_of_page)


def _about(request: Request, shown: QuotePage, query: str) -> dict[str, Any]:
    """Return what the page of a quote shows; `query` pins the address for citing it."""
    quote, negotiation, base = shown.quote, shown.negotiation, origin(request)
    return {
        "quote": quote,
        "printed_on": shown.printed_on,
        "uses": shown.uses,
        "negotiation": negotiation,
        "names": shown.names,
        "citation": sentence(quote),
        "permalink": f"{base}{request.url.path}{query}",
        "cite": cite_quote(quote, base=base, query=query, invented=shown.invented)
        if shown.was_public
        else None,
        "invented": shown.invented,
        "nav": nav(negotiation.slug) if negotiation else [],
    }


@router.get("/sources/{source_id}")
async def show_source(
    request: Request, session: Reading, viewer: Anyone, source_id: Number
) -> Response:
    """Show a source and the quotes taken from it."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await read_moment(request, session, drafts=drafts)
    found = (await held_by_id(session, at, "source", [source_id])).get(source_id)
    if found is None:
        raise NotFound(f"There is no source {source_id}.")
    after = request.query_params.get("after", "0")
    rows = await quote_queries.public_quotes_of(
        session,
        at,
        source_id,
        after=int(after) if after.isdecimal() and len(after) < 19 else 0,
        limit=QUOTES_A_PAGE + 1,
    )
    shown = rows[:QUOTES_A_PAGE]
    quotes = await quote_queries.quotes_as_held(session, at, shown)
    uses = await quote_queries.uses_of_quotes(session, at, [q.id for q in shown])
    numbers = [n for found in uses.values() for n in found]
    positions = {p.id: p for p in await positions_with(session, at, numbers, drafts=drafts)}
    books = await books_of(session, at, positions.values())
    text = (await newest_texts(session, [source_id])).get(source_id)
    revisions = await list_revisions(session, at, "source", source_id)
    invented = any(is_invented(b.negotiation) for b in books.values())
    fields = SimpleNamespace(id=source_id, **found.data)
    return page(
        request,
        "sources/show.html",
        source=fields,
        quotes=[
            (
                quote,
                [
                    named(positions[n], books[positions[n].negotiation])
                    for n in uses[quote.id]
                    if n in positions and any(q.id == quote.id for q in positions[n].quotes)
                ],
            )
            for quote in quotes
        ],
        text=text.text if text and drafts else None,
        has_text=text is not None,
        names=await called(session, at, party_names(books), positions.values()),
        cite=cite_source(
            source_id, found.data, base=origin(request), query=pin(at), invented=invented
        ),
        invented=invented,
        versions=[version_entry(r) for r in reversed(revisions)],
        next_url=f"/sources/{source_id}?after={shown[-1].id}"
        if len(rows) > QUOTES_A_PAGE
        else None,
        known_at=pinned,
    )


def sentence(quote: QuoteView) -> str:
    """Return a quote with its speaker, source and dates as a sentence to copy."""
    who = quote.speaker and (quote.speaker.name or quote.speaker.office)
    said = f", {dates.display(quote.said_on)}" if quote.said_on else ""
    source = ", ".join(filter(None, [quote.source.title, quote.source.publisher]))
    when = f", {dates.display(quote.source.published_on)}" if quote.source.published_on else ""
    return f"{who or 'Reported'}{said}: “{quote.exact}” {source}{when}."
