"""Read the matrix: one SQL statement chooses the current positions of any number of cells."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Text, and_, cast, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.engine import among
from app.log.reader import REVISION, Moment, Snapshot, held, list_held
from app.models.log import Commit, Holding, Revision, Spell
from app.models.vocabulary import PositionStatus
from app.positions.current import CellKey, chosen_at, published
from app.positions.queries import matches


@dataclass(frozen=True, slots=True)
class Current:
    """What is known of one cell that has a published position."""

    count: int  # those counted at as_of
    order_uncertain: list[int]
    possible: list[int]
    version: Snapshot | None  # the current position; None if there are only possible ones
    matches: bool  # whether it has the words searched for; True without a search


async def current(
    session: AsyncSession,
    at: Moment,
    *,
    negotiation_id: int,
    parties: Collection[int],
    issues: Collection[int],
    as_of: date,
    q: str | None = None,
) -> dict[CellKey, Current]:
    """Return the cells with a published position, each with the current one at `as_of`.

    As known at the moment `at`; `q` searches the words of the current position.
    """
    where = published(at, negotiation_id, parties, issues)
    # MATERIALIZED, so that positions are chosen once: without statistics, as after a large import,
    # the planner would run the choice again for every position.
    chosen = aliased(Spell, chosen_at(where, as_of).cte("chosen").prefix_with("MATERIALIZED"))
    counted = Spell.stated_by <= as_of
    overlaps = and_(
        counted,
        Spell.position_id != chosen.position_id,
        Spell.stated_from <= chosen.stated_by,
        Spell.stated_by >= chosen.stated_from,
    )
    ids = func.array_agg(aggregate_order_by(Spell.position_id, Spell.position_id))
    cells = (
        select(
            Spell.party_id,
            Spell.issue_id,
            func.count().filter(counted).label("counted"),
            ids.filter(overlaps).label("order_uncertain"),
            ids.filter(and_(Spell.stated_by > as_of, Spell.stated_from <= as_of)).label("possible"),
            chosen.seq_from,
            chosen.n,
        )
        .outerjoin(
            chosen, and_(chosen.party_id == Spell.party_id, chosen.issue_id == Spell.issue_id)
        )
        .where(where)
        .group_by(Spell.party_id, Spell.issue_id, chosen.seq_from, chosen.n)
        .subquery("cells")
    )
    wanted = (
        select(
            cells.c.party_id,
            cells.c.issue_id,
            cells.c.counted,
            cells.c.order_uncertain,
            cells.c.possible,
            (matches(q) if q else true()).label("matches"),
            *REVISION,
        )
        .outerjoin(Revision, and_(Revision.seq == cells.c.seq_from, Revision.n == cells.c.n))
        .outerjoin(Commit, Commit.seq == cells.c.seq_from)
    )
    if q:
        wanted = wanted.outerjoin(
            Holding, and_(Holding.seq_from == cells.c.seq_from, Holding.n == cells.c.n)
        )
    rows = await session.execute(wanted)
    return {
        (row[0], row[1]): Current(
            row[2],
            row[3] or [],
            row[4] or [],
            Snapshot(*row[6:]) if row[-1] is not None else None,
            bool(row[5]),
        )
        for row in rows
    }


async def predecessors(
    session: AsyncSession,
    at: Moment,
    *,
    negotiation_id: int,
    parties: Collection[int],
    issues: Collection[int],
    as_of: date,
    since: date,
) -> dict[CellKey, Snapshot]:
    """Return the previous position of each cell whose position became current after `since`.

    A position becomes current on its own `stated_by`, so the previous one is the one that was
    current on the day before.
    """
    where = published(at, negotiation_id, parties, issues)
    now = aliased(Spell, chosen_at(where, as_of).cte("chosen").prefix_with("MATERIALIZED"))
    same_cell = and_(
        now.party_id == Spell.party_id, now.issue_id == Spell.issue_id, now.stated_by > since
    )
    before = aliased(
        Spell, chosen_at(where, now.stated_by - 1).join(now, same_cell).subquery("before")
    )
    rows = await session.execute(
        select(before.party_id, before.issue_id, *REVISION)
        .join(Revision, and_(Revision.seq == before.seq_from, Revision.n == before.n))
        .join(Commit, Commit.seq == before.seq_from)
    )
    return {
        (party, issue): Snapshot(*version)
        for party, issue, *version in rows
        if version[-1] is not None
    }


async def stated_on(session: AsyncSession, at: Moment, numbers: Collection[int]) -> dict[int, str]:
    """Return when published positions were stated, as written, by their ids."""
    rows = await session.execute(
        select(
            Spell.position_id,
            func.coalesce(Revision.snapshot["stated_on"].astext, cast(Spell.stated_by, Text)),
        )
        .join(Revision, and_(Revision.seq == Spell.seq_from, Revision.n == Spell.n))
        .where(
            among(Spell.position_id, numbers),
            Spell.status == PositionStatus.PUBLISHED,
            held(Spell, at),
        )
    )
    return {number: said for number, said in rows}


async def newest_looks(
    session: AsyncSession, at: Moment, negotiation_id: int
) -> Mapping[CellKey, Snapshot]:
    """Return the newest look of each cell; a look counts at every `as_of`."""
    looks = await list_held(
        session, at, Holding.negotiation_id == negotiation_id, Holding.kind == "look"
    )
    newest: dict[CellKey, Snapshot] = {}
    for look in sorted(looks, key=lambda s: (s["looked_on"], s.id)):
        newest[look["party_id"], look["issue_id"]] = look
    return newest


async def statement_days(
    session: AsyncSession, at: Moment, negotiation_id: int
) -> list[tuple[date, int]]:
    """List the days by which something had been said (`stated_by`), with numbers of positions."""
    rows = await session.execute(
        select(Spell.stated_by, func.count())
        .where(
            Spell.negotiation_id == negotiation_id,
            Spell.status == PositionStatus.PUBLISHED,
            held(Spell, at),
        )
        .group_by(Spell.stated_by)
        .order_by(Spell.stated_by)
    )
    return [(day, n) for day, n in rows if day is not None]
