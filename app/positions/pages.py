"""Show positions and their versions at their permanent URLs."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.core.errors import NotFound
from app.core.memory import Key
from app.http.origin import origin
from app.http.routing import Router
from app.http.templating import drawn, page
from app.log.reader import Moment, Snapshot, held_by_id, list_revisions
from app.negotiations.code_book import (
    CodeBook,
    code_book,
    issue_views,
    negotiation_view,
    party_views,
    titles_of,
)
from app.negotiations.navigation import nav
from app.positions import presenter, queries
from app.positions.citation import cite_position
from app.positions.current import CellRange, current_ids
from app.positions.kept_pages import PIN, is_plain, kept_page
from app.positions.names_at_moment import called
from app.positions.permanent_addresses import pin, read_moment, version_entry
from app.positions.shortcuts import page_of_one
from app.positions.version_diff import compare

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
QUOTES_A_PAGE = 50


@router.get("/positions/{position_id}")
async def show_position(
    request: Request, session: Reading, viewer: Anyone, position_id: Number
) -> Response:
    """Show a position in its newest version, with its quotes and its history."""
    drafts = viewer is not None and viewer.may_edit
    if is_plain(request, viewer):
        at, key = await _key_of_page(session, position_id)

        async def draw() -> str:
            shared = await _newest_version(request, session, at, position_id, query=PIN)
            return drawn(request, "positions/show.html", **shared, known_at=None)

        return await kept_page(request, session, at, key, draw)
    at, pinned = await read_moment(request, session, drafts=drafts)
    shared = await _newest_version(request, session, at, position_id, drafts=drafts)
    return page(request, "positions/show.html", **shared, known_at=pinned)


async def _key_of_page(session: AsyncSession, position_id: int) -> tuple[Moment, Key]:
    at, changes = await queries.newest_changes(session, position_id)
    return at, ("position", position_id, *changes)


KEPT_PAGE = page_of_one("positions", "/positions/{position_id}", _key_of_page)


@router.get("/positions/{position_id}/versions/{number}")
async def show_version(
    request: Request, session: Reading, viewer: Anyone, position_id: Number, number: Number
) -> Response:
    """Show one version of a position, and what it changed."""
    drafts = viewer is not None and viewer.may_edit
    at, pinned = await read_moment(request, session, drafts=drafts)
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


async def _newest_version(
    request: Request,
    session: AsyncSession,
    at: Moment,
    position_id: int,
    *,
    drafts: bool = False,
    query: str | None = None,
) -> dict[str, Any]:
    versions = await queries.list_versions(session, at, position_id, drafts=drafts)
    if not versions:
        raise NotFound(f"There is no position {position_id}.")
    return await _about_position(request, session, at, versions, versions[-1], query=query)


async def _about_position(
    request: Request,
    session: AsyncSession,
    at: Moment,
    versions: list[Snapshot],
    this: Snapshot,
    *,
    query: str | None = None,
) -> dict[str, Any]:
    """Return what a page shows of one version; `query` pins the address for citing it."""
    [view] = await presenter.views(session, at, [this])
    book = await code_book(session, at, view.negotiation)
    party_id, issue_id = this["party_id"], this["issue_id"]
    cell = CellRange(book.negotiation.id, [party_id], [issue_id])
    # Whatever has been stated, has been by the default day.
    current = await current_ids(session, at, cell, as_of=date.max)
    party = next(p for p in party_views(book) if p.slug == view.party)
    issue = next(i for i in issue_views(book) if i.slug == view.issue)
    names = await called(session, at, book.party_names(), [view])
    shown = negotiation_view(book.negotiation)
    named = {"issue": issue.title, "negotiation": shown.cited_title}
    later = await list_revisions(session, None, "position", this.id) if at.pinned else []
    changed = [v for v in later if v.version > versions[-1].version]
    return {
        "negotiation": shown,
        "party": party,
        "issue": issue,
        "position": view,
        "current": current.get((party_id, issue_id)) == view.id,
        "recoded_as": await _other(session, at, this.data.get("recoded_as"), book),
        "recoded_from": await _other(session, at, versions[0].data.get("recoded_from"), book),
        "cite": cite_position(
            view, names=names, **named, base=origin(request), query=query or pin(at)
        )
        if this.public
        else None,
        "versions": [version_entry(v) for v in reversed(versions)],
        "names": names,
        "titles": titles_of(issue_views(book)),
        "changed_since": int(any(v.action in ("corrected", "retracted") for v in changed)),
        "nav": nav(view.negotiation),
    }


async def _other(
    session: AsyncSession, at: Moment, number: int | None, book: CodeBook
) -> tuple[int, str] | None:
    """Return the id and party name of the same position under another party, or None.

    `number` is the id of the position that it was recorded as before, or has been since.
    """
    if number is None:
        return None
    found = (await held_by_id(session, at, "position", [number])).get(number)
    return (found.id, book.parties[found["party_id"]]["name"]) if found else None
