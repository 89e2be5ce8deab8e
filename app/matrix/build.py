"""Build the matrix for a query; pages, API and exports share it."""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.http.pagination import read_cursor, write_cursor
from app.log.hearsay import attributed_by
from app.log.reader import Moment, Snapshot, held_by_id, moment, moment_of
from app.matrix import queries
from app.matrix.common_ground import IssueGround, Stand, issue_ground
from app.matrix.grid import Grid, LookView, Occupied, build
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
from app.positions.current import CellKey, current_ids
from app.positions.presenter import views
from app.positions.views import PositionView

NO_NUL = "contains a NUL character, which no text has"


@dataclass(frozen=True, slots=True)
class Matrix:
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
    ground: dict[str, IssueGround]  # by slug of the issues shown
    positions: list[PositionView]  # current in the cells shown, also where a filter hides the cell
    names: dict[str, str]  # by slug: these parties and those of other speakers in the positions
    total_cells: int
    next: str | None  # cursor of the next rows


async def load(
    session: AsyncSession,
    slug: str,
    query: MatrixQuery,
    *,
    now: datetime,
    most_cells: int,
    cells: bool = True,
    ground: bool = True,
) -> Matrix:
    """Load the matrix for a query in a fixed number of SQL statements.

    It has whole rows with at most `most_cells` cells, but at least one row. A caller that needs no
    `cells` or no common `ground` saves the reading of the texts, or of the columns not shown. Raise
    Invalid for an unknown party or issue and for a bad cursor.
    """
    at = await moment(session, query.known_at)
    start, seq, day = _read_cursor(query.cursor, at) if query.cursor else (0, at.seq, query.as_of)
    if query.known_at is None and seq != at.seq:
        at = await moment_of(session, seq, at.epoch)
    book = await code_book(session, at, slug)
    number = book.negotiation.id
    as_of = (
        query.as_of
        or day
        or max(filter(None, [now.date(), await newest_stated_by(session, at, number)]))
    )
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
    end = start + max(1, most_cells // max(len(shown), 1))
    rows = asked[start:end]
    more = (
        write_cursor("matrix", at.epoch, end, at.seq, as_of.isoformat())
        if end < len(asked)
        else None
    )

    # Common ground counts all parties whose consent is required, also those not shown.
    consenting = [p for p in parties if p.consent_required] if ground else []
    columns = {party_ids[p.slug] for p in shown}
    needed = columns | {party_ids[p.slug] for p in consenting}
    where: dict[str, Any] = {
        "negotiation_id": number,
        "parties": needed,
        "issues": [issue_ids[i.slug] for i in rows],
    }
    current = await queries.current(session, at, as_of=as_of, q=query.q, **where)
    before = await current_ids(session, at, as_of=query.since, **where) if query.since else None
    moves = (
        await _last_moves(session, at, book, current, as_of, query.since, where)
        if query.since
        else {}
    )
    looks = await queries.newest_looks(session, at, number)

    drawn = {key: c for key, c in current.items() if cells and key[0] in columns}
    versions = [c.version for c in drawn.values() if c.version is not None]
    seen = {v.id: v for v in await views(session, at, versions)}
    possible = {n for c in drawn.values() for n in c.possible}
    said = await queries.stated_on(session, at, possible) if possible else {}
    known = await _speaking(session, at, book, current)
    slugs = {i: p["slug"] for i, p in known.items()}
    titles = {i.id: i["slug"] for i in book.issues}
    occupied = {
        (slugs[party], titles[issue]): Occupied(
            c.count,
            seen[c.version.id] if c.version else None,
            c.possible,
            c.order_uncertain,
            c.matches,
            [said[n] for n in c.possible],
        )
        for (party, issue), c in drawn.items()
    }
    grid = build(
        shown,
        rows,
        occupied,
        {
            (slugs[p], titles[i]): LookView(s["looked_on"], s["where"], s["by"])
            for (p, i), s in looks.items()
        },
        firmness=query.firmness,
        words=bool(query.q),
        before=None
        if before is None
        else {(slugs[p], titles[i]): n for (p, i), n in before.items()},
        moves={(slugs[p], titles[i]): move for (p, i), move in moves.items()},
    )
    grounds = {
        i.slug: ground_of(book, issue_ids[i.slug], i, consenting, slugs, current, looks)
        for i in rows
        if ground
    }
    positions = [o.position for o in occupied.values() if o.position]
    return Matrix(
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
        {p["slug"]: p["name"] for p in known.values()},
        len(asked) * len(shown),
        more,
    )


async def _last_moves(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    current: Mapping[CellKey, queries.Current],
    as_of: date,
    since: date,
    where: Mapping[str, Any],
) -> dict[CellKey, MoveKind]:
    """Return the last move of each cell whose position became current after the end of `since`."""
    before = await queries.predecessors(session, at, as_of=as_of, since=since, **where)
    moves, parties = {}, book.party_slugs()
    for (party_id, issue_id), cell in current.items():
        if cell.version is None or date.fromisoformat(cell.version["stated_by"]) <= since:
            continue
        party = parties[party_id]
        slugs = {option.id: option["slug"] for option in book.options[issue_id]}
        was = before.get((party_id, issue_id))
        moves[party_id, issue_id] = kind(
            stand_in(party, was, slugs, parties) if was else None,
            stand_in(party, cell.version, slugs, parties),
        )
    return moves


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


async def _speaking(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    current: Mapping[tuple[int, int], queries.Current],
) -> dict[int, Snapshot]:
    """Return a negotiation's parties, with those that only speak in these positions, by id."""
    speaking = {q["party_id"] for c in current.values() if c.version for q in c.version["quotes"]}
    others = speaking - book.parties.keys() - {None}
    return book.parties | (await held_by_id(session, at, "party", others) if others else {})


def ground_of(
    book: CodeBook,
    issue_id: int,
    issue: IssueView,
    consenting: list[PartyView],
    parties: Mapping[int, str],
    current: Mapping[CellKey, queries.Current],
    looks: Collection[CellKey],
) -> IssueGround:
    """Compute the common ground on one issue among the parties whose consent is required.

    Retired options count only while one of these parties still has an attitude to them.
    """
    slugs = {o.id: o["slug"] for o in book.options[issue_id]}
    numbers = {slug: number for number, slug in parties.items()}
    stands: dict[str, Stand | None] = {}
    searched, possible = set(), set()
    for party in consenting:
        key = (numbers[party.slug], issue_id)
        cell = current.get(key)
        stands[party.slug] = (
            stand_in(party.slug, cell.version, slugs, parties) if cell and cell.version else None
        )
        if key in looks:
            searched.add(party.slug)
        if cell and cell.possible:
            possible.add(party.slug)
    held = {option for s in stands.values() if s for option in s.attitudes}
    options = [o.slug for o in issue.options if not o.retired or o.slug in held]
    return issue_ground(options, stands, [p.slug for p in consenting], searched, possible)


def stand_in(
    party: str, version: Snapshot, slugs: Mapping[int, str], parties: Mapping[int, str]
) -> Stand:
    """Make the input of the analyses from a position's document.

    `slugs` has the slugs of the issue's options, `parties` those of parties, each by id.
    """
    d = version.data
    by_slug = {slugs[a["option_id"]]: a for a in d["attitudes"]}
    return Stand(
        party=party,
        position=version.id,
        attitudes={slug: by_slug[slug]["attitude"] for slug in slugs.values() if slug in by_slug},
        conditions={
            slug: a["condition"] for slug, a in by_slug.items() if a["condition"] is not None
        },
        inferred=[slug for slug, a in by_slug.items() if a["inferred"]],
        # A party that takes no part may appear by its id: moves only need to know whether the
        # position is hearsay, not from whom.
        attributed_by=[parties.get(number, str(number)) for number in attributed_by(d)],
        firmness=d["firmness"],
        act=d["act"],
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
