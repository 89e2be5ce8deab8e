"""Build the matrix for a query; pages, API and exports share it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

import orjson
from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.gently import gently
from app.log.reader import Moment
from app.log.recall import Recall, recall
from app.matrix import queries
from app.matrix.common_ground import IssueCommonGround, Stand, issue_ground
from app.matrix.frame import EVERYTHING, Extent, Frame, read_frame
from app.matrix.grid import CellContents, Grid, LookView, Occupied, rows_of
from app.matrix.moves import kind
from app.matrix.schemas import MatrixQuery
from app.models.vocabulary import MoveKind
from app.negotiations.views import IssueView
from app.positions.current import CellKey, CellRange, current_ids
from app.positions.names_at_moment import called
from app.positions.presenter import Kept, VersionKey, read_versions
from app.positions.views import PositionView

MANY = 200  # parties, for which it takes long enough that others should be answered meanwhile
BYTES_OF_GROUND = 300  # in memory, for one party on one option


@dataclass(frozen=True, slots=True)
class MatrixView(Frame):
    """The matrix for a query, as known at a moment."""

    grid: Grid
    ground: dict[str, IssueCommonGround]  # by slug of the issues shown
    positions: list[PositionView]  # current in the cells shown, also where a filter hides the cell
    names: dict[str, str]  # by slug: these parties and those of other speakers in the positions
    json: dict[int, orjson.Fragment]  # the positions of the grid as JSON, by number


async def load(
    session: AsyncSession, slug: str, query: MatrixQuery, *, now: datetime, extent: Extent
) -> MatrixView:
    """Load the matrix for a query in a fixed number of SQL statements.

    It has at least one row. Raise what `read_frame` raises.
    """
    frame = await read_frame(session, slug, query, now=now, extent=extent)
    return await fill(session, frame, query, extent)


async def fill(
    session: AsyncSession, frame: Frame, query: MatrixQuery, extent: Extent = EVERYTHING
) -> MatrixView:
    """Read the cells of a matrix, and compute the common ground of its rows."""
    at, book, as_of = frame.at, frame.book, frame.as_of
    party_ids, issue_ids = book.party_ids, book.issue_ids
    number = book.negotiation.id
    # Common ground counts all parties whose consent is required, also those not shown.
    consenting = [p for p in frame.parties if p.consent_required] if extent.ground else []
    columns = {party_ids[p.slug] for p in frame.columns}
    needed = columns | {party_ids[p.slug] for p in consenting}
    cells = CellRange(number, needed, [issue_ids[i.slug] for i in frame.rows])
    current = await queries.current(session, at, cells, as_of=as_of, q=query.q)
    since = await _since(session, at, cells, as_of, query.since) if query.since else None
    looks = frame.looks.by_cell
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
        async for (party, issue), c in gently(drawn.items())
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
    words = bool(query.q)
    rows = rows_of(frame.columns, frame.rows, contents, firmness=query.firmness, words=words)
    grid = Grid(list(frame.columns), [row async for row in gently(rows)])
    known = recall(session, at)
    perhaps = {key for key, c in current.items() if c.possible}
    grounds = {}
    async for issue in gently(frame.rows if extent.ground else []):
        keys = [(p.slug, (party_ids[p.slug], issue_ids[issue.slug])) for p in consenting]
        voices = [
            Consenting(party, shown_now.get(key), key in looks, key in perhaps)
            for party, key in keys
        ]
        grounds[issue.slug] = await _known_ground(known, issue_ids[issue.slug], issue, voices)
    return MatrixView(
        **{each.name: getattr(frame, each.name) for each in fields(frame)},
        grid=grid,
        ground=grounds,
        positions=[o.position for o in occupied.values() if o.position],
        names=await called(session, at, book.party_names(), shown_now.values()),
        json={kept.view.id: kept.as_json for kept in seen.values()},
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


async def _known_ground(
    known: Recall, issue_id: int, issue: IssueView, said: list[Consenting]
) -> IssueCommonGround:
    """Return the common ground on an issue, computed once for the same versions in its cells."""
    key = ("ground", issue_id, *(one.key for one in said))
    found: IssueCommonGround | None = known.get(*key)
    if found is None:
        if len(said) > MANY:
            found = await to_thread.run_sync(ground_of, issue, said)
        else:
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
