"""Read what the page of a quote says, and keep it until one of its positions changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import Moment, held_by_id
from app.log.recall import recall
from app.negotiations.code_book import CodeBook, code_book, is_invented, negotiation_view
from app.negotiations.views import NegotiationView
from app.positions import presenter
from app.positions.names_at_moment import called
from app.positions.views import PositionView, QuoteView
from app.quotes import queries
from app.sources.page_numbers import page_link

OVERHEAD = 4_000  # bytes of what is kept, beside the words of the quote
BYTES_OF_NAME = 100  # a place in a dictionary; the names themselves are kept with the code book
NamedUse = tuple[PositionView, str, str]  # a position, and the names of its party and issue


@dataclass(frozen=True, slots=True)
class QuotePage:
    """A quote, and the positions that rest on it."""

    quote: QuoteView
    printed_on: int | None  # the page of the document
    was_public: bool
    uses: list[NamedUse]
    negotiation: NegotiationView | None  # where all uses are; None without any
    names: dict[str, str]  # of parties, by slug
    invented: bool


async def quote_page(
    session: AsyncSession, at: Moment, quote_id: int, changes: queries.Changes | None
) -> QuotePage:
    """Return what the page of a quote says at a moment; NotFound for one that was not public.

    What strangers see follows from the state, and from the last `changes` of its positions. None:
    for an editor.
    """
    if changes is None:
        return await _read(session, at, quote_id, drafts=True)
    known = recall(session, at)
    key = ("page of quote", quote_id, changes)
    kept: QuotePage | None = known.get(*key)
    if kept is None:
        kept = await _read(session, at, quote_id, drafts=False)
        words = (kept.quote.exact, kept.quote.prefix, kept.quote.suffix)
        size = 4 * sum(len(w or "") for w in words) + BYTES_OF_NAME * len(kept.names)
        known.keep(*key, value=kept, size=OVERHEAD + size)
    return kept


async def _read(session: AsyncSession, at: Moment, quote_id: int, *, drafts: bool) -> QuotePage:
    quote, uses = await queries.get_quote(session, at, quote_id, drafts=drafts)
    printed_on = quote.page or await queries.page_of(session, at, quote_id)
    if quote.page is None:  # checked before links had the page number
        quote = replace(quote, link=page_link(quote.source.url, printed_on) or quote.link)
    resting = [
        p
        for p in await positions_with(session, at, uses, drafts=drafts)
        if any(q.id == quote_id for q in p.quotes)
    ]
    books = await books_of(session, at, resting)
    book = next(iter(books.values()), None)  # all uses of a quote are in one cell
    return QuotePage(
        quote=quote,
        printed_on=printed_on,
        was_public=bool(uses),
        uses=[named(p, books[p.negotiation]) for p in resting],
        negotiation=negotiation_view(book.negotiation) if book else None,
        names=await called(session, at, party_names(books), resting),
        invented=is_invented(book.negotiation)
        if book
        else await queries.is_of_invented(session, at, uses),
    )


async def positions_with(
    session: AsyncSession, at: Moment, ids: list[int], *, drafts: bool
) -> list[PositionView]:
    """Return the positions that readers may see of these."""
    held = await held_by_id(session, at, "position", ids)
    return await presenter.views(session, at, [v for v in held.values() if v.public or drafts])


async def books_of(
    session: AsyncSession, at: Moment, positions: Iterable[PositionView]
) -> dict[str, CodeBook]:
    """Return the code book of each negotiation that the positions belong to, by slug."""
    slugs = dict.fromkeys(p.negotiation for p in positions)
    return {slug: await code_book(session, at, slug) for slug in slugs}


def named(position: PositionView, book: CodeBook) -> NamedUse:
    """Return a position with the names of its party and its issue."""
    party = next(p["name"] for p in book.parties.values() if p["slug"] == position.party)
    issue = next(i["title"] for i in book.issues if i["slug"] == position.issue)
    return position, party, issue


def party_names(books: dict[str, CodeBook]) -> dict[str, str]:
    """Return the names of all parties of some negotiations, by slug."""
    return {p["slug"]: p["name"] for book in books.values() for p in book.parties.values()}
