"""Read what a matrix is about, before its cells: times, columns, rows, and what has changed.

The frame says by which commit each row last changed. What a row shows follows from that number,
from the state of the code book, and from what was asked for; so a process that has shown the row
before need not read its cells again (docs/decisions/0045).
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.db.engine import memory_of
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment, moment, moment_of
from app.log.recall import recall
from app.matrix import queries
from app.matrix.schemas import MatrixQuery
from app.negotiations.code_book import (
    CodeBook,
    check_slugs,
    code_book,
    issue_views,
    negotiation_view,
    party_views,
)
from app.negotiations.queries import newest_stated_by, parties_with_positions
from app.negotiations.views import IssueView, NegotiationView, PartyView

BYTES_OF_DAY = 150  # in memory
BYTES_OF_LOOK = 2_000
BYTES_OF_NUMBER = 100  # in a set
OF_SLUG = "issues of the negotiation"  # which the process saw last
NO_NUL = "contains a NUL character, which is not text"
Place = tuple[int, int]  # a row and a column
Day = tuple[str, int]  # in ISO 8601, and the number of positions stated by it


@dataclass(frozen=True, slots=True)
class Frame:
    """A matrix without its cells, as known at a moment."""

    at: Moment
    as_of: date
    book: CodeBook
    negotiation: NegotiationView
    parties: list[PartyView]  # all of them, for their names
    # Without parties that were merged into another one and have no positions left.
    seated: list[PartyView]
    issues: list[IssueView]  # all of them
    columns: list[PartyView]  # those shown
    rows: list[IssueView]  # those shown
    across: list[PartyView]  # the columns of all windows
    down: list[IssueView]  # the rows of all windows
    place: tuple[int, int]  # of the first row and the first column shown, among all of them
    next: str | None  # cursor of the next window
    previous: str | None  # cursor of the window before
    days: list[Day]  # number of positions stated by day, where asked for
    looks: queries.Looks
    changes: queries.Changes
    changed: Mapping[str, object]  # by slug of the rows shown: what differs whenever a row does

    @property
    def total_cells(self) -> int:
        """How many cells all windows have together."""
        return len(self.across) * len(self.down)

    @property
    def is_part(self) -> bool:
        """Whether there are other windows."""
        return self.next is not None or self.place != (0, 0)


ALL = 2**31  # cells: more than any matrix has


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a matrix is loaded: whole rows up to a number of cells, and what of them."""

    most_cells: int = ALL
    cells: bool = True  # with the texts of their positions
    ground: bool = True  # with common ground, which also reads consenting parties not shown
    days: bool = False  # with the number of positions stated by day
    by_path: bool = False  # the path of the address names the party and the issue
    parts: bool = False  # a row with more cells than that is loaded in parts
    purpose: str = "matrix"  # that of the cursors, which lead on in the same list only
    whole: bool = False  # the cursor counts something else than rows: all of these are loaded


EVERYTHING = Extent()


async def read_frame(
    session: AsyncSession, slug: str, query: MatrixQuery, *, now: datetime, extent: Extent
) -> Frame:
    """Read what the matrix for a query is about, with one statement once the process knows it.

    It has at least one row. Raise NotFound for an unknown negotiation, and Invalid for a bad cursor
    and for an unknown party or issue, but NotFound where the path names these.
    """
    guess = await _guess(session, slug) if query.known_at is None else None
    at = guess.at if guess else await moment(session, query.known_at)
    start, column, seq, day = (
        _read_cursor(query.cursor, extent.purpose, at)
        if query.cursor
        else (0, 0, at.seq, query.as_of)
    )
    if query.known_at is None and seq != at.seq:
        at = await moment_of(session, seq, at.epoch)
    book = await code_book(session, at, slug)
    parties, issues = party_views(book), issue_views(book)
    check_slugs(book, query.party, query.issue, by_path=extent.by_path)
    if query.q and "\0" in query.q:
        raise bad_parameter("q", NO_NUL)
    changes = await _last_changes(session, at, book, guess)
    days = await _days(session, at, book, changes) if extent.days else []
    last = (
        date.fromisoformat(days[-1][0]) if days else await _newest_day(session, at, book, changes)
    )
    as_of = query.as_of or day or max(now.date(), last)
    seated = await _seated(session, at, book.negotiation.id, parties, book.party_ids)
    wanted, topics = frozenset(query.party), frozenset(query.issue)
    across = [p for p in parties if p.slug in wanted] if wanted else seated
    asked = [i for i in issues if not topics or i.slug in topics]
    shown = window(extent, (0, 0) if extent.whole else (start, column), (len(asked), len(across)))

    def cursor(place: Place | None) -> str | None:
        return write_place(extent.purpose, at, as_of, place) if place else None

    looks = await newest_looks(session, at, book, changes)
    return Frame(
        at=at,
        as_of=as_of,
        book=book,
        negotiation=negotiation_view(book.negotiation),
        parties=parties,
        seated=seated,
        issues=issues,
        columns=across[shown.columns],
        rows=asked[shown.rows],
        across=across,
        down=asked,
        place=(start, column),
        next=cursor(shown.next),
        previous=cursor(shown.previous),
        days=days,
        looks=looks,
        changes=changes,
        changed={
            i.slug: (changes.of_issue.get(number), looks.of_issue.get(number))
            for i in asked[shown.rows]
            for number in [book.issue_ids[i.slug]]
        },
    )


@dataclass(frozen=True, slots=True)
class Guess:
    """The last changes on the issues that a negotiation had when the process last looked."""

    at: Moment  # the newest one
    negotiation: int
    issues: frozenset[int]
    changes: queries.Changes


async def _guess(session: AsyncSession, slug: str) -> Guess | None:
    """Read the newest moment and the last changes by one statement; None at the first time.

    The number of a negotiation, which its slug never loses, and its issues are needed for that.
    """
    memory = memory_of(session)
    asked = memory.get((OF_SLUG, slug)) if memory else None
    if asked is None:
        return None
    negotiation, issues = asked
    at, changes = await queries.newest_changes(session, negotiation, issues)
    return Guess(at, negotiation, issues, changes)


async def _last_changes(
    session: AsyncSession, at: Moment, book: CodeBook, guess: Guess | None = None
) -> queries.Changes:
    """Return the last changes up to a moment, which a right guess knows already."""
    asked = (book.negotiation.id, frozenset(book.issue_ids.values()))
    if guess and guess.at is at and asked == (guess.negotiation, guess.issues):
        return guess.changes
    memory = memory_of(session)
    if memory:
        size = BYTES_OF_NUMBER * (len(book.issues) + 10)
        memory.keep((OF_SLUG, book.negotiation.data["slug"]), asked, size)
    return await queries.last_changes(session, at, *asked)


async def newest_looks(
    session: AsyncSession, at: Moment, book: CodeBook, changes: queries.Changes
) -> queries.Looks:
    """Return the newest look of each cell, read again only after another look was added."""
    if changes.of_looks is None:
        return queries.Looks({}, {})
    known, key = recall(session, at), ("looks", book.negotiation.id, changes.of_looks)
    found: queries.Looks | None = known.get(*key)
    if found is None:
        found = await queries.newest_looks(session, at, book.negotiation.id)
        known.keep(*key, value=found, size=BYTES_OF_LOOK * len(found.by_cell))
    return found


async def known_days(session: AsyncSession, at: Moment, book: CodeBook) -> list[Day]:
    """List the days by which something had been stated, read again only after a change."""
    changes = await _last_changes(session, at, book)
    return await _days(session, at, book, changes)


async def _days(
    session: AsyncSession, at: Moment, book: CodeBook, changes: queries.Changes
) -> list[Day]:
    known, key = recall(session, at), ("days", book.negotiation.id, changes.newest)
    found: list[Day] | None = known.get(*key)
    if found is None:
        listed = await queries.statement_days(session, at, book.negotiation.id)
        found = [(day.isoformat(), count) for day, count in listed]
        known.keep(*key, value=found, size=BYTES_OF_DAY * len(found))
    return found


async def _newest_day(
    session: AsyncSession, at: Moment, book: CodeBook, changes: queries.Changes
) -> date:
    """Return the day by which everything had been stated."""
    known, key = recall(session, at), ("newest day", book.negotiation.id, changes.newest)
    found: date | None = known.get(*key)
    if found is None:
        found = await newest_stated_by(session, at, book.negotiation.id) or date.min
        known.keep(*key, value=found, size=BYTES_OF_DAY)
    return found


async def _seated(
    session: AsyncSession,
    at: Moment,
    negotiation_id: int,
    parties: list[PartyView],
    numbers: Mapping[str, int],
) -> list[PartyView]:
    """Leave out parties that were merged into another one, unless they have positions left."""
    merged = {numbers[p.slug]: p.slug for p in parties if p.merged_into}
    if not merged:
        return parties
    gone = set(merged) - await parties_with_positions(session, at, negotiation_id, merged)
    return [p for p in parties if numbers[p.slug] not in gone]


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows and columns of a window, and the windows next to it."""

    rows: slice
    columns: slice
    next: Place | None
    previous: Place | None


def window(extent: Extent, place: Place, size: tuple[int, int]) -> Shown:
    """Return the rows and columns of the window at a place, and the places next to it."""
    (row, column), (rows, columns), most = place, size, extent.most_cells
    if columns <= most or not extent.parts:
        step = max(1, most // max(columns, 1))
        return Shown(
            slice(row, row + step),
            slice(0, columns),
            (row + step, 0) if row + step < rows else None,
            (max(row - step, 0), 0) if row else None,
        )
    last = (columns - 1) // most * most
    following = (row, column + most) if column + most < columns else (row + 1, 0)
    before = (row, max(column - most, 0)) if column else (row - 1, last)
    return Shown(
        slice(row, row + 1),
        slice(column, column + most),
        following if following[0] < rows else None,
        before if before[0] >= 0 else None,
    )


def write_place(purpose: str, at: Moment, as_of: date, place: Place) -> str:
    """Return the cursor of a window, with the times of the first one."""
    row, column = place
    more = [column] if column else []
    return write_cursor(purpose, at.epoch, row, at.seq, as_of.isoformat(), *more)


def _read_cursor(cursor: str, purpose: str, at: Moment) -> tuple[int, int, int, date]:
    """Read from a cursor the first row and column, the commit and the `as_of` of the first page."""
    match read_cursor(cursor, purpose, at.epoch):
        case [int(start), int(seq), str(day), *more] if start >= 0 and _is_column(more):
            with contextlib.suppress(ValueError):
                return start, sum(more), seq, date.fromisoformat(day)
    raise bad_parameter("cursor", "is not a cursor of this server")


def _is_column(more: list[Any]) -> bool:
    """Tell whether this is no column, which is the first one, or one that is not below 0."""
    match more:
        case []:
            return True
        case [int(column)]:
            return column >= 0
    return False
