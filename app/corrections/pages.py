"""Serve the page of our own corrections, read from the log: what was wrong and why."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.schemas import Correction
from app.analysis.timelines import NEWEST, Corrected, CorrectionPlace, corrections
from app.core.clock import instant
from app.core.errors import bad_parameter
from app.core.input_models import Instant, Query, SlugInPath, read_query
from app.http.pagination import read_cursor, write_cursor
from app.http.routing import Router
from app.http.templating import page, query
from app.log.reader import Moment, moment, moment_of
from app.negotiations.code_book import CodeBook, code_book, issue_views, negotiation_view, titles_of
from app.negotiations.navigation import nav
from app.positions.names_at_moment import called
from app.positions.presenter import read_versions
from app.positions.version_diff import compare
from app.positions.views import PositionView

A_PAGE = 25
PURPOSE = "corrections page"

router = Router(prefix="/n/{slug}", include_in_schema=False)


class CorrectionsQuery(Query):
    """The moment of the log, and where the window starts."""

    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None
    cursor: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A correction, with what it changed in words."""

    of: Correction
    changes: list[tuple[str, str | None, str | None]]


@router.get("/corrections")
async def show_corrections(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show what was corrected, retracted or restored, newest first, with before and after."""
    asked = read_query(CorrectionsQuery, request)
    at, start = await _place(session, asked)
    book = await code_book(session, at, slug)
    found = await corrections(session, at, book, Corrected(None), start=start, most=A_PAGE)
    shown = await _compared(session, at, book, found.corrections)
    more = ""
    if found.next:
        cursor = write_cursor(PURPOSE, at.epoch, *found.next, at.seq)
        more = query({"known_at": asked.known_at and instant(asked.known_at)}, cursor=cursor)
    return page(
        request,
        "corrections/index.html",
        negotiation=negotiation_view(book.negotiation),
        known_at=instant(at.at) if asked.known_at else None,
        changed_since=0,
        shown=shown,
        total=found.total,
        more=more,
        names=book.party_names(),
        titles=titles_of(issue_views(book)),
        nav=nav(slug),
    )


async def _place(session: AsyncSession, asked: CorrectionsQuery) -> tuple[Moment, CorrectionPlace]:
    at = await moment(session, asked.known_at)
    if not asked.cursor:
        return at, NEWEST
    match read_cursor(asked.cursor, PURPOSE, at.epoch):
        case [int(seq), int(n), int(commit)] if all(0 <= i < 2**62 for i in (seq, n, commit)):
            if asked.known_at is None and commit != at.seq:
                at = await moment_of(session, commit, at.epoch)
            return at, (seq, n)
    raise bad_parameter("cursor", "is not a cursor of this server")


async def _compared(
    session: AsyncSession, at: Moment, book: CodeBook, found: list[Correction]
) -> list[Shown]:
    """Compare each corrected version with the one before it."""
    keys = [(c.position, c.version) for c in found]
    before = [(number, version - 1) for number, version in keys]
    read = await read_versions(session, at, dict.fromkeys([*keys, *before]))
    views: dict[tuple[int, int], PositionView] = {key: kept.view for key, kept in read.items()}
    names = await called(session, at, book.party_names(), views.values())
    labels = {i.slug: {o.slug: o.label for o in i.options} for i in issue_views(book)}
    made = []
    for one, key, earlier in zip(found, keys, before, strict=True):
        both = views.get(earlier), views.get(key)
        changes = (
            compare(both[0], both[1], names, labels.get(one.issue, {}))
            if both[0] and both[1]
            else []
        )
        made.append(Shown(one, changes))
    return made
