"""Serve the permanent pages of quotes, and of sources with their quotes."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core import dates
from app.core.errors import NotFound
from app.http.origin import origin
from app.http.templating import page
from app.log.reader import Moment, held_by_id, list_revisions
from app.negotiations.code_book import CodeBook, code_book, is_invented, negotiation_view
from app.negotiations.navigation import nav
from app.positions import presenter
from app.positions.citation import cite_quote, cite_source
from app.positions.names_at_moment import called
from app.positions.permanent_addresses import pin, read_moment, version_entry
from app.positions.views import PositionView, QuoteView
from app.quotes import queries as quote_queries
from app.sources.page_numbers import page_link
from app.sources.queries import newest_texts

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
QUOTES_A_PAGE = 50


@router.get("/quotes/{quote_id}")
async def show_quote(
    request: Request, session: Reading, viewer: Anyone, quote_id: Number
) -> Response:
    """Show a quote and the positions on it; the page stays when positions drop the quote."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await read_moment(request, session, drafts=drafts)
    quote, uses = await quote_queries.get_quote(session, at, quote_id, drafts=drafts)
    printed_on = quote.page or await quote_queries.page_of(session, at, quote_id)
    if quote.page is None:  # checked before links had the page number
        quote = replace(quote, link=page_link(quote.source.url, printed_on) or quote.link)
    resting = [
        p for p in await _uses(session, at, uses, drafts) if any(q.id == quote_id for q in p.quotes)
    ]
    books = await _books(session, at, [p.negotiation for p in resting])
    book = next(iter(books.values()), None)
    if book is not None:  # all uses of a quote are in one cell
        invented = is_invented(book.negotiation)
    else:
        invented = await quote_queries.is_of_invented(session, at, uses)
    return page(
        request,
        "quotes/show.html",
        quote=quote,
        printed_on=printed_on,
        uses=[_named(p, books[p.negotiation]) for p in resting],
        negotiation=negotiation_view(book.negotiation) if book else None,
        names=await called(session, at, _party_names(books), resting),
        citation=sentence(quote),
        permalink=f"{origin(request)}{request.url.path}{pin(at)}",
        cite=cite_quote(quote, base=origin(request), query=pin(at), invented=invented)
        if uses
        else None,
        invented=invented,
        known_at=pinned,
        nav=nav(book.negotiation["slug"]) if book else [],
    )


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
    positions = {
        p.id: p for p in await _uses(session, at, [n for u in uses.values() for n in u], drafts)
    }
    books = await _books(session, at, [p.negotiation for p in positions.values()])
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
                    _named(positions[n], books[positions[n].negotiation])
                    for n in uses[quote.id]
                    if n in positions and any(q.id == quote.id for q in positions[n].quotes)
                ],
            )
            for quote in quotes
        ],
        text=text.text if text and drafts else None,
        has_text=text is not None,
        names=await called(session, at, _party_names(books), positions.values()),
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


async def _uses(
    session: AsyncSession, at: Moment, ids: list[int], drafts: bool
) -> list[PositionView]:
    held = await held_by_id(session, at, "position", ids)
    return await presenter.views(session, at, [v for v in held.values() if v.public or drafts])


async def _books(session: AsyncSession, at: Moment, slugs: list[str]) -> dict[str, CodeBook]:
    return {slug: await code_book(session, at, slug) for slug in dict.fromkeys(slugs)}


def _named(position: PositionView, book: CodeBook) -> tuple[PositionView, str, str]:
    party = next(p["name"] for p in book.parties.values() if p["slug"] == position.party)
    issue = next(i["title"] for i in book.issues if i["slug"] == position.issue)
    return position, party, issue


def _party_names(books: dict[str, CodeBook]) -> dict[str, str]:
    return {p["slug"]: p["name"] for book in books.values() for p in book.parties.values()}


def sentence(quote: QuoteView) -> str:
    """Return a quote with its speaker, source and dates as a sentence to copy."""
    who = quote.speaker and (quote.speaker.name or quote.speaker.office)
    said = f", {dates.display(quote.said_on)}" if quote.said_on else ""
    source = ", ".join(filter(None, [quote.source.title, quote.source.publisher]))
    when = f", {dates.display(quote.source.published_on)}" if quote.source.published_on else ""
    return f"{who or 'Reported'}{said}: “{quote.exact}” {source}{when}."
