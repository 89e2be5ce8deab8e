"""Serve the page of what changed between two days: moves by kind, and corrections apart."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.kept_parts import Found, drawn_positions, kept_part, key_at
from app.analysis.move_list import ListedMove, count_kinds, grouped, listed
from app.analysis.timelines import NEWEST, Corrected, Turn, corrections, positions_at
from app.analysis.turn_windows import BEGINNING, Place, Wanted, turns_by_day
from app.analysis.windows import Pages, Starts
from app.core.clock import instant
from app.core.errors import bad_parameter
from app.core.input_models import Day, Instant, Query, Slug, SlugInPath, read_query
from app.http.pagination import read_cursor, write_cursor
from app.http.routing import Router
from app.http.templating import long_page
from app.log.reader import Moment, moment, moment_of
from app.log.recall import recall
from app.matrix.cell_history import ranks_between
from app.matrix.common_ground import Stand
from app.matrix.move_labels import MEANINGS, MoveLabel, move_mark
from app.matrix.moves import kind
from app.matrix.queries import Changes, last_changes
from app.matrix.stands import AT_ONCE, stands_of
from app.models.vocabulary import MoveKind
from app.negotiations.code_book import (
    CodeBook,
    check_slugs,
    code_book,
    issue_views,
    negotiation_view,
    party_views,
)
from app.negotiations.navigation import nav
from app.negotiations.views import IssueView, PartyView
from app.positions.names_at_moment import called
from app.positions.queries import count_changed_since
from app.positions.views import PositionView

MOVES_A_PAGE = 15
CORRECTIONS_A_PAGE = 20
MOST_MOVES = 10_000  # whose kinds are counted at once
PURPOSE = "changes page"  # of its cursors
BYTES_OF_MOVE = 300  # in memory

router = Router(prefix="/n/{slug}", include_in_schema=False)


class ChangesFilters(Query):
    """The two days, and which moves between them are wanted."""

    after: Annotated[
        Day | None, Field(alias="from", description="Moves later than this day; default: all.")
    ] = None
    to: Annotated[Day | None, Field(description="Moves up to and with this day; default: all.")] = (
        None
    )
    party: Annotated[list[Slug], Field(description="Moves of these parties; default: all.")] = []
    issue: Annotated[list[Slug], Field(description="Moves on these issues; default: all.")] = []
    kind: Annotated[list[MoveKind], Field(description="Moves of these kinds; default: all.")] = []
    known_at: Annotated[
        Instant | None, Field(description="What the database held at this instant.")
    ] = None


class ChangesQuery(ChangesFilters):
    """All parameters of the page."""

    cursor: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A move as the page shows it."""

    move: ListedMove
    party: PartyView
    issue: IssueView
    mark: MoveLabel
    before: PositionView | None
    after: PositionView


@router.get("/changes")
async def show_changes(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show who moved between two days, with the quotes before and after."""
    query = read_query(ChangesQuery, request)
    at, starts = await _place(session, query)
    book = await code_book(session, at, slug)
    check_slugs(book, query.party, query.issue)
    changes = await last_changes(session, at, book.negotiation.id, book.issue_ids.values())
    filters = _given(query)
    pages = Pages(
        request.url.path, filters, lambda to: write_cursor(PURPOSE, at.epoch, *to, at.seq)
    )
    part = await kept_part(
        session,
        at,
        key_at(book.negotiation.id, changes, query),
        "analysis/_changes.html",
        partial(_find, session, Shown(at, book, changes, starts), query, pages),
    )
    return await long_page(
        request,
        "analysis/changes.html",
        negotiation=negotiation_view(book.negotiation),
        known_at=instant(at.at) if query.known_at else None,
        changed_since=await count_changed_since(session, at, part.positions)
        if query.known_at
        else 0,
        filters=filters,
        parties=party_views(book),
        issues=issue_views(book),
        body=part.body,
        nav=nav(slug, "/changes"),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A negotiation as known at a moment, and where its moves and corrections are shown from."""

    at: Moment
    book: CodeBook
    changes: Changes
    starts: Starts


async def _find(session: AsyncSession, of: Shown, query: ChangesQuery, pages: Pages) -> Found:
    """Return what the lists of moves and corrections are drawn of."""
    at, book, starts = of.at, of.book, of.starts
    found = await _kept_moves(session, at, book, of.changes, query)
    parties = {party.slug: party for party in party_views(book)}
    issues = {issue.slug: issue for issue in issue_views(book)}
    wanted = listed(found.moves, query.kind)
    window = pages.window(starts, 0, MOVES_A_PAGE, len(wanted))
    shown = wanted[window.start : window.end]
    positions = await positions_at(session, at, {n for m in shown for n in (m.before, m.after)})
    beside = await corrections(
        session,
        at,
        book,
        Corrected(
            query.after,
            [book.party_ids[party] for party in query.party],
            [book.issue_ids[issue] for issue in query.issue],
        ),
        start=(starts[1], starts[2]) if starts[1] else NEWEST,
        most=CORRECTIONS_A_PAGE,
    )
    values = {
        "negotiation": negotiation_view(book.negotiation),
        "filters": pages.filters,
        "counts": count_kinds(found.moves),
        "meanings": MEANINGS,
        "groups": [
            (kind, [_shown(m, parties[m.party], issues[m.issue], positions) for m in moves])
            for kind, moves in grouped(shown)
        ],
        "window": window,
        "read_to": found.read_to,
        "corrections": beside.corrections,
        "corrections_total": beside.total,
        "more_corrections": pages.link((starts[0], *beside.next)) if beside.next else None,
        "held": drawn_positions(session, at),
        "names": await called(session, at, book.party_names(), positions.values()),
        "titles": {slug: issue.title for slug, issue in issues.items()},
    }
    return Found(values, positions)


async def _place(session: AsyncSession, query: ChangesQuery) -> tuple[Moment, Starts]:
    """Return the moment to show, and where the moves and the corrections of the window start."""
    at = await moment(session, query.known_at)
    if not query.cursor:
        return at, (0, 0, 0)
    match read_cursor(query.cursor, PURPOSE, at.epoch):
        case [int(start), int(seq), int(n), int(commit)] if all(
            0 <= number < 2**62 for number in (start, seq, n, commit)
        ):
            if query.known_at is None and commit != at.seq:
                at = await moment_of(session, commit, at.epoch)
            return at, (start, seq, n)
    raise bad_parameter("cursor", "is not a cursor of this server")


@dataclass(frozen=True, slots=True)
class FoundMoves:
    """Moves of every kind, by day; if there are too many, those up to and with a day."""

    moves: list[ListedMove]
    read_to: date | None  # None: all were read


async def find_moves(
    session: AsyncSession, at: Moment, book: CodeBook, query: ChangesFilters
) -> FoundMoves:
    """Return the moves of the cells and days asked for, read again only after a change."""
    check_slugs(book, query.party, query.issue)
    changes = await last_changes(session, at, book.negotiation.id, book.issue_ids.values())
    return await _kept_moves(session, at, book, changes, query)


async def _kept_moves(
    session: AsyncSession, at: Moment, book: CodeBook, changes: Changes, query: ChangesFilters
) -> FoundMoves:
    cells = (tuple(query.party), tuple(query.issue))
    known = recall(session, at)
    key = ("moves", book.negotiation.id, changes.newest, query.after, query.to, cells)
    found: FoundMoves | None = known.get(*key)
    if found is None:
        found = await _find_moves(session, at, book, query)
        known.keep(*key, value=found, size=BYTES_OF_MOVE * len(found.moves))
    return found


async def _find_moves(
    session: AsyncSession, at: Moment, book: CodeBook, query: ChangesFilters
) -> FoundMoves:
    moves: list[ListedMove] = []
    async for some in read_moves(session, at, book, query, at_once=AT_ONCE):
        moves += some
        if len(moves) > MOST_MOVES:
            break
    else:
        return FoundMoves(moves, None)
    # Only whole days, so that the rest can be asked for by its days.
    whole = [move for move in moves if move.on < moves[-1].on] or moves
    return FoundMoves(whole, whole[-1].on)


async def read_moves(
    session: AsyncSession, at: Moment, book: CodeBook, query: ChangesFilters, *, at_once: int
) -> AsyncIterator[list[ListedMove]]:
    """Yield the moves of the cells and days asked for by day, some at a time."""
    check_slugs(book, query.party, query.issue)
    start: Place | None = BEGINNING
    while start is not None:
        wanted = Wanted(start, query.after, query.to, query.party, query.issue)
        window = await turns_by_day(session, at, book, wanted, most=at_once)
        numbers = {n for t in window.turns for n in (t.before, t.position) if n is not None}
        stands = await stands_of(session, at, book, numbers)
        yield [_move(turn, stands) for turn in window.turns if turn.position in stands]
        start = window.next


def _move(turn: Turn, stands: Mapping[int, Stand]) -> ListedMove:
    before = stands.get(turn.before) if turn.before is not None else None
    return ListedMove(
        turn.party,
        turn.issue,
        kind(before, stands[turn.position]),
        turn.on,
        before.position if before else None,
        turn.position,
        turn.doubtful,
    )


def _shown(
    move: ListedMove, party: PartyView, issue: IssueView, positions: Mapping[int, PositionView]
) -> ShownMove:
    before = positions.get(move.before) if move.before is not None else None
    after = positions[move.after]
    ranks = ranks_between(issue, before, after) if before else None
    mark = move_mark(move.kind, doubtful=move.doubtful, ranks=ranks)
    return ShownMove(move, party, issue, mark, before, after)


def _given(query: ChangesQuery) -> dict[str, object]:
    """Return the query parameters as they appear in URLs, defaults omitted."""
    said = query.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"cursor", "known_at"}
    )
    return said | ({"known_at": instant(query.known_at)} if query.known_at else {})
