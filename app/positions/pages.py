"""Permanent addresses: positions and their versions, quotes, sources."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone
from app.core import dates
from app.core.clock import instant, now
from app.core.errors import NotFound
from app.core.input_models import KnownAt, read_query
from app.db.engine import Session
from app.http.templating import page
from app.log.reader import Moment, Snapshot, held_by_id, list_revisions, moment
from app.negotiations.queries import (
    CodeBook,
    code_book,
    issue_views,
    nav,
    negotiation_view,
    newest_stated_by,
    party_views,
    titles_of,
)
from app.positions import presenter, queries
from app.positions.citation import cite_position, cite_quote, cite_source
from app.positions.current import current_ids
from app.positions.names import called
from app.positions.version_diff import compare
from app.positions.views import PositionView, QuoteView
from app.quotes import queries as quote_queries
from app.sources.page_numbers import page_link
from app.sources.queries import newest_texts

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
QUOTES_A_PAGE = 50


@router.get("/positions/{position_id}")
async def show_position(request: Request, session: Session, viewer: Anyone, position_id: Number) -> Response:
    """A position in its newest version, what it rests on, and how it was recorded."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await _moment(request, session, drafts=drafts)
    versions = await queries.list_versions(session, at, position_id, drafts=drafts)
    if not versions:
        raise NotFound(f"There is no position {position_id}.")
    shared = await _about_position(request, session, at, versions, versions[-1])
    return page(request, "positions/show.html", **shared, known_at=pinned)


@router.get("/positions/{position_id}/versions/{number}")
async def show_version(
    request: Request, session: Session, viewer: Anyone, position_id: Number, number: Number
) -> Response:
    """One version of a position, and what it changed."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await _moment(request, session, drafts=drafts)
    versions = await queries.list_versions(session, at, position_id, drafts=drafts)
    this = next((v for v in versions if v.version == number), None)
    if this is None:
        raise NotFound(f"There is no version {number} of position {position_id}.")
    shared = await _about_position(request, session, at, versions, this)
    place = versions.index(this)
    before = await presenter.views(session, at, versions[place - 1 : place]) if place else []
    names = await called(session, at, shared["names"], before)
    labels = {option.slug: option.label for option in shared["issue"].options}
    changes = compare(before[0], shared["position"], names, labels) if before else []
    return page(request, "positions/versions.html", **shared, changes=changes, known_at=pinned)


@router.get("/quotes/{quote_id}")
async def show_quote(request: Request, session: Session, viewer: Anyone, quote_id: Number) -> Response:
    """A quote, and what rests on it; its address outlives its removal from a position."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await _moment(request, session, drafts=drafts)
    quote, uses = await quote_queries.get_quote(session, at, quote_id, drafts=drafts)
    printed_on = quote.page or await quote_queries.page_of(session, at, quote_id)
    if quote.page is None:  # checked before links named the page
        quote = replace(quote, link=page_link(quote.source.url, printed_on) or quote.link)
    resting = [p for p in await _uses(session, at, uses, drafts) if any(q.id == quote_id for q in p.quotes)]
    books = await _books(session, at, [p.negotiation for p in resting])
    book = next(iter(books.values()), None)
    return page(
        request,
        "quotes/show.html",
        quote=quote,
        printed_on=printed_on,
        uses=[_named(p, books[p.negotiation]) for p in resting],
        negotiation=negotiation_view(book.negotiation) if book else None,
        names=await called(session, at, _party_names(books), resting),
        citation=sentence(quote),
        permalink=_permalink(request, at),
        cite=cite_quote(quote, base=_base(request), query=_pin(at)) if uses else None,
        known_at=pinned,
        nav=nav(book.negotiation["slug"]) if book else [],
    )


@router.get("/sources/{source_id}")
async def show_source(request: Request, session: Session, viewer: Anyone, source_id: Number) -> Response:
    """A document, and the words taken from it."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await _moment(request, session, drafts=drafts)
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
    uses = {q.id: await quote_queries.quote_uses(session, at, q.id) for q in shown}
    positions = {p.id: p for p in await _uses(session, at, [n for u in uses.values() for n in u], drafts)}
    books = await _books(session, at, [p.negotiation for p in positions.values()])
    text = (await newest_texts(session, [source_id])).get(source_id)
    revisions = await list_revisions(session, at, "source", source_id)
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
        cite=cite_source(source_id, found.data, base=_base(request), query=_pin(at)),
        versions=[_entry(r) for r in reversed(revisions)],
        next_url=f"/sources/{source_id}?after={shown[-1].id}" if len(rows) > QUOTES_A_PAGE else None,
        known_at=pinned,
    )


async def _moment(request: Request, session: AsyncSession, *, drafts: bool) -> tuple[Moment, str | None]:
    query = read_query(KnownAt, request)
    at = await moment(session, query.known_at, drafts=drafts)
    return at, instant(at.at) if query.known_at else None


async def _about_position(
    request: Request, session: AsyncSession, at: Moment, versions: list[Snapshot], this: Snapshot
) -> dict[str, Any]:
    [view] = await presenter.views(session, at, [this])
    book = await code_book(session, at, view.negotiation)
    number, cell = book.negotiation.id, (this["party_id"], this["issue_id"])
    today = now().date()
    current = await current_ids(
        session,
        at,
        negotiation_id=number,
        parties=[cell[0]],
        issues=[cell[1]],
        as_of=max(today, await newest_stated_by(session, at, number) or today),
    )
    party = next(p for p in party_views(book) if p.slug == view.party)
    issue = next(i for i in issue_views(book) if i.slug == view.issue)
    names = await called(session, at, book.party_names(), [view])
    named = {"names": names, "issue": issue.title, "negotiation": book.negotiation["title"]}
    changed = [v for v in await list_revisions(session, None, "position", this.id) if v.version > versions[-1].version]
    return {
        "negotiation": negotiation_view(book.negotiation),
        "party": party,
        "issue": issue,
        "position": view,
        "current": current.get(cell) == view.id,
        "recoded_as": await _other(session, at, this.data.get("recoded_as"), book),
        "recoded_from": await _other(session, at, versions[0].data.get("recoded_from"), book),
        "cite": cite_position(view, **named, base=_base(request), query=_pin(at)) if this.public else None,
        "versions": [_entry(v) for v in reversed(versions)],
        "names": names,
        "titles": titles_of(issue_views(book)),
        "changed_since": int(at.pinned and any(v.action in ("corrected", "retracted") for v in changed)),
        "nav": nav(view.negotiation),
    }


async def _other(session: AsyncSession, at: Moment, number: int | None, book: CodeBook) -> tuple[int, str] | None:
    """The position that this one was recorded as, under another party, or before; with the party's name."""
    found = (await held_by_id(session, at, "position", [number])).get(number or 0)
    return (found.id, book.parties[found["party_id"]]["name"]) if found else None


def _entry(v: Snapshot) -> tuple[int, str, str, str | None, str | None]:
    return v.version, v.action, instant(v.at), v.by, v.reason


async def _uses(session: AsyncSession, at: Moment, ids: list[int], drafts: bool) -> list[PositionView]:
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
    """A quote with its speaker, source and dates, as a sentence to copy."""
    who = quote.speaker and (quote.speaker.name or quote.speaker.office)
    said = f", {dates.display(quote.said_on)}" if quote.said_on else ""
    source = ", ".join(filter(None, [quote.source.title, quote.source.publisher]))
    when = f", {dates.display(quote.source.published_on)}" if quote.source.published_on else ""
    return f"{who or 'Reported'}{said}: “{quote.exact}” {source}{when}."


def _permalink(request: Request, at: Moment) -> str:
    return f"{_base(request)}{request.url.path}{_pin(at)}"


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _pin(at: Moment) -> str:
    return f"?{urlencode({'known_at': instant(at.at)})}"
