"""Build the matrix for a query; pages, API and exports share it."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment, moment, moment_of
from app.log.recall import Recall, recall
from app.matrix import queries
from app.matrix.common_ground import IssueCommonGround, Stand, issue_ground
from app.matrix.grid import CellContents, Grid, LookView, Occupied, build
from app.matrix.moves import kind
from app.matrix.schemas import MatrixQuery
from app.models.vocabulary import MoveKind
from app.negotiations.queries import (
    CodeBook,
    code_book,
    issue_views,
    negotiation_view,
    newest_stated_by,
    parties_with_positions,
    party_views,
)
from app.negotiations.views import IssueView, NegotiationView, PartyView
from app.positions.current import CellKey, CellRange, current_ids
from app.positions.names_at_moment import called
from app.positions.presenter import Kept, VersionKey, read_versions
from app.positions.views import PositionView

BYTES_OF_GROUND = 300  # in memory, for one party on one option
NO_NUL = "contains a NUL character, which is not text"


@dataclass(frozen=True, slots=True)
class MatrixView:
    """The matrix for a query, as known at a moment."""

    at: Moment
    as_of: date
    book: CodeBook
    negotiation: NegotiationView
    parties: list[PartyView]  # all of them, for their names; the grid has those shown
    # Without parties that were merged into another one and have no positions left.
    seated: list[PartyView]
    issues: list[IssueView]  # all of them; the grid has those shown
    grid: Grid
    ground: dict[str, IssueCommonGround]  # by slug of the issues shown
    positions: list[PositionView]  # current in the cells shown, also where a filter hides the cell
    names: dict[str, str]  # by slug: these parties and those of other speakers in the positions
    total_cells: int
    next: str | None  # cursor of the next rows
    json: dict[int, orjson.Fragment]  # the positions of the grid as JSON, by number
    days: list[tuple[date, int]]  # number of positions stated by day, where asked for


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a matrix is loaded: whole rows up to a number of cells, and what of them."""

    most_cells: int
    cells: bool = True  # with the texts of their positions
    ground: bool = True  # with common ground, which also reads consenting parties not shown
    days: bool = False  # with the number of positions stated by day


async def load(
    session: AsyncSession, slug: str, query: MatrixQuery, *, now: datetime, extent: Extent
) -> MatrixView:
    """Load the matrix for a query in a fixed number of SQL statements.

    It has at least one row. Raise Invalid for an unknown party or issue and for a bad cursor.
    """
    at = await moment(session, query.known_at)
    start, seq, day = _read_cursor(query.cursor, at) if query.cursor else (0, at.seq, query.as_of)
    if query.known_at is None and seq != at.seq:
        at = await moment_of(session, seq, at.epoch)
    book = await code_book(session, at, slug)
    number = book.negotiation.id
    days = await queries.statement_days(session, at, number) if extent.days else []
    as_of = query.as_of or day or max(now.date(), await _newest_day(session, at, number, days))
    parties, issues = party_views(book), issue_views(book)
    party_ids = {p["slug"]: i for i, p in book.parties.items()}
    issue_ids = {i["slug"]: i.id for i in book.issues}
    _known("party", query.party, party_ids)
    _known("issue", query.issue, issue_ids)
    if query.q and "\0" in query.q:
        raise bad_parameter("q", NO_NUL)
    seated = await _seated(session, at, number, parties, party_ids)
    shown = [p for p in parties if p.slug in query.party] if query.party else seated
    asked = [i for i in issues if not query.issue or i.slug in query.issue]
    end = start + max(1, extent.most_cells // max(len(shown), 1))
    rows = asked[start:end]
    more = (
        write_cursor("matrix", at.epoch, end, at.seq, as_of.isoformat())
        if end < len(asked)
        else None
    )

    # Common ground counts all parties whose consent is required, also those not shown.
    consenting = [p for p in parties if p.consent_required] if extent.ground else []
    columns = {party_ids[p.slug] for p in shown}
    needed = columns | {party_ids[p.slug] for p in consenting}
    cells = CellRange(number, needed, [issue_ids[i.slug] for i in rows])
    current = await queries.current(session, at, cells, as_of=as_of, q=query.q)
    since = await _since(session, at, cells, as_of, query.since) if query.since else None
    looks = await queries.newest_looks(session, at, number)
    drawn = {key: c for key, c in current.items() if extent.cells and key[0] in columns}
    wanted = {c.version for c in (drawn if not extent.ground else current).values() if c.version}
    wanted |= since.versions if since else set()
    seen = await read_versions(session, at, wanted)
    shown_now = {
        key: seen[c.version].view for key, c in current.items() if c.version and c.version in seen
    }
    possible = {n for c in drawn.values() for n in c.possible}
    said = await queries.stated_on(session, at, possible) if possible else {}
    slugs = book.party_slugs()
    titles = {i.id: i["slug"] for i in book.issues}
    occupied = {
        (slugs[party], titles[issue]): Occupied(
            c.count,
            shown_now.get((party, issue)),
            c.possible,
            c.order_uncertain,
            c.matches,
            [said[n] for n in c.possible],
        )
        for (party, issue), c in drawn.items()
    }
    moves = _last_moves(since, shown_now, seen, query.since) if since and query.since else {}
    contents = CellContents(
        occupied,
        {
            (slugs[p], titles[i]): LookView(s.data["looked_on"], s.data["where"], s.data["by"])
            for (p, i), s in looks.items()
        },
        before={(slugs[p], titles[i]): n for (p, i), n in since.ids.items()} if since else None,
        moves={(slugs[p], titles[i]): move for (p, i), move in moves.items()},
    )
    grid = build(shown, rows, contents, firmness=query.firmness, words=bool(query.q))
    known = recall(session, at)
    perhaps = {key for key, c in current.items() if c.possible}
    grounds = {}
    for issue in rows if extent.ground else []:
        number = issue_ids[issue.slug]
        keys = [(p.slug, (party_ids[p.slug], number)) for p in consenting]
        voices = [
            Consenting(party, shown_now.get(key), key in looks, key in perhaps)
            for party, key in keys
        ]
        grounds[issue.slug] = _known_ground(known, number, issue, voices)
    positions = [o.position for o in occupied.values() if o.position]
    return MatrixView(
        at,
        as_of,
        book,
        negotiation_view(book.negotiation),
        parties,
        seated,
        issues,
        grid,
        grounds,
        positions,
        await called(session, at, book.party_names(), shown_now.values()),
        len(asked) * len(shown),
        more,
        {kept.view.id: kept.as_json for kept in seen.values()},
        days,
    )


@dataclass(frozen=True, slots=True)
class Since:
    """What was current at the end of a day, and before the last move after it."""

    ids: dict[CellKey, int]
    before: dict[CellKey, VersionKey]

    @property
    def versions(self) -> set[VersionKey]:
        """The versions that were current before the last moves."""
        return set(self.before.values())


async def _since(
    session: AsyncSession, at: Moment, cells: CellRange, as_of: date, since: date
) -> Since:
    ids = await current_ids(session, at, cells, as_of=since)
    return Since(ids, await queries.predecessors(session, at, cells, as_of=as_of, since=since))


def _last_moves(
    since: Since,
    current: Mapping[CellKey, PositionView],
    seen: Mapping[VersionKey, Kept],
    day: date,
) -> dict[CellKey, MoveKind]:
    """Return the last move of each cell whose position became current after the end of `day`."""
    moves = {}
    for key, now in current.items():
        if now.stated_by is None or date.fromisoformat(now.stated_by) <= day:
            continue
        was = seen.get(since.before[key]) if key in since.before else None
        moves[key] = kind(stand_of(was.view) if was else None, stand_of(now))
    return moves


async def _newest_day(
    session: AsyncSession, at: Moment, negotiation_id: int, days: list[tuple[date, int]]
) -> date:
    """Find the day by which everything had been stated, among the days where they are known."""
    if days:
        return days[-1][0]
    return await newest_stated_by(session, at, negotiation_id) or date.min


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
class Consenting:
    """What is known of a party whose consent is required, on one issue."""

    party: str
    position: PositionView | None
    searched: bool
    possible: bool  # it may have taken a position by then

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells it from others, in the same state of the log."""
        position = self.position
        version = (position.id, position.version) if position else None
        return (self.party, version, self.searched, self.possible)


def _known_ground(
    known: Recall, issue_id: int, issue: IssueView, said: list[Consenting]
) -> IssueCommonGround:
    """Return the common ground on an issue, computed once for the same versions in its cells."""
    key = ("ground", issue_id, *(one.key for one in said))
    found: IssueCommonGround | None = known.get(*key)
    if found is None:
        found = ground_of(issue, said)
        size = BYTES_OF_GROUND * (1 + len(said)) * (1 + len(issue.options))
        known.keep(*key, value=found, size=size)
    return found


def ground_of(issue: IssueView, said: list[Consenting]) -> IssueCommonGround:
    """Compute the common ground on one issue among the parties whose consent is required.

    Retired options count only while one of these parties still has an attitude to them.
    """
    stands = {one.party: stand_of(one.position) if one.position else None for one in said}
    held = {option for s in stands.values() if s for option in s.attitudes}
    return issue_ground(
        [o.slug for o in issue.options if not o.retired or o.slug in held],
        stands,
        [one.party for one in said],
        {one.party for one in said if one.searched},
        {one.party for one in said if one.possible},
    )


def stand_of(position: PositionView) -> Stand:
    """Make the input of the analyses from a position as readers see it."""
    return Stand(
        party=position.party,
        position=position.id,
        attitudes=position.attitudes,
        conditions=position.conditions,
        inferred=position.inferred,
        attributed_by=position.attributed_by,
        firmness=position.firmness,
        act=position.act,
    )


def _known(name: str, asked: list[str], there: dict[str, int]) -> None:
    for slug in asked:
        if slug not in there:
            raise bad_parameter(name, f"there is no {name} {slug!r} in this negotiation")


def _read_cursor(cursor: str, at: Moment) -> tuple[int, int, date]:
    """Read from a cursor the first row, the commit and the `as_of` of the first page."""
    match read_cursor(cursor, "matrix", at.epoch):
        case [int(start), int(seq), str(day)] if start >= 0:
            with contextlib.suppress(ValueError):
                return start, seq, date.fromisoformat(day)
    raise bad_parameter("cursor", "is not a cursor of this server")
