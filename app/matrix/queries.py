"""Read the matrix: one SQL statement chooses the current positions of any number of cells."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.gently import gently
from app.db.engine import among
from app.db.prepared import Prepared
from app.log.documents import LookDocument
from app.log.reader import (
    AT,
    NUMBERS,
    Moment,
    Snapshot,
    held_then,
    moment_and,
    newest_and,
    select_held_then,
    valid_at,
)
from app.log.search_terms import search_query
from app.models.log import ObjectPeriod, PositionPeriod, Revision
from app.models.vocabulary import Firmness, PositionStatus
from app.positions.current import CellKey, CellRange, chosen_at, published, published_then
from app.positions.presenter import VersionKey
from app.positions.queries import matches


@dataclass(frozen=True, slots=True)
class Current:
    """What is known of one cell that has a published position."""

    count: int  # those counted at as_of
    order_uncertain: list[int]
    possible: list[int]
    position: int | None  # the current one; None where there are only possible ones
    version: VersionKey | None  # of the current position
    matches: bool  # the words asked for, if any were


def _current(words: bool) -> Select[*tuple[Any, ...]]:
    as_of = bindparam("as_of", type_=Date)
    where = published_then()
    # MATERIALIZED, so that positions are chosen once: without statistics, as after a large import,
    # the planner would run the choice again for every position.
    chosen = aliased(
        PositionPeriod, chosen_at(where, as_of).cte("chosen").prefix_with("MATERIALIZED")
    )
    counted = PositionPeriod.stated_by <= as_of
    overlaps = and_(
        counted,
        PositionPeriod.position_id != chosen.position_id,
        PositionPeriod.stated_from <= chosen.stated_by,
        PositionPeriod.stated_by >= chosen.stated_from,
    )
    ids = func.array_agg(aggregate_order_by(PositionPeriod.position_id, PositionPeriod.position_id))
    cells = (
        select(
            PositionPeriod.party_id,
            PositionPeriod.issue_id,
            func.count().filter(counted).label("counted"),
            ids.filter(overlaps).label("order_uncertain"),
            ids.filter(
                and_(PositionPeriod.stated_by > as_of, PositionPeriod.stated_from <= as_of)
            ).label("possible"),
            chosen.position_id.label("current_id"),
            chosen.version,
            chosen.seq_from,
            chosen.n,
        )
        .outerjoin(
            chosen,
            and_(
                chosen.party_id == PositionPeriod.party_id,
                chosen.issue_id == PositionPeriod.issue_id,
            ),
        )
        .where(where)
        .group_by(
            PositionPeriod.party_id,
            PositionPeriod.issue_id,
            chosen.position_id,
            chosen.version,
            chosen.seq_from,
            chosen.n,
        )
        .subquery("cells")
    )
    wanted: Select[*tuple[Any, ...]] = select(cells)
    if not words:
        return wanted
    return wanted.add_columns(matches(bindparam("words", type_=Text))).outerjoin(
        ObjectPeriod, and_(ObjectPeriod.seq_from == cells.c.seq_from, ObjectPeriod.n == cells.c.n)
    )


CURRENT, FOUND = Prepared(partial(_current, False)), Prepared(partial(_current, True))


async def current(
    session: AsyncSession,
    at: Moment,
    cells: CellRange,
    *,
    as_of: date,
    q: str | None = None,
) -> dict[CellKey, Current]:
    """Return the cells with a published position, each with the current one at `as_of`.

    As known at the moment `at`; `q` searches the words of the current position.
    """
    statement = FOUND if q else CURRENT
    rows = await statement.all(
        session,
        at=at.seq,
        as_of=as_of,
        **cells.values,
        **({"words": await search_query(session, q)} if q else {}),
    )
    return {
        (row.party_id, row.issue_id): Current(
            row.counted,
            row.order_uncertain or [],
            row.possible or [],
            row.current_id,
            None if row.current_id is None else (row.current_id, row.version),
            bool(row[-1]) if q else True,
        )
        async for row in gently(rows)
    }


def _matching(words: bool) -> Select[*tuple[Any, ...]]:
    """Select the parties and the issues of the cells whose current position matches."""
    where, as_of = published_then(), bindparam("as_of", type_=Date)
    chosen = aliased(
        PositionPeriod, chosen_at(where, as_of).cte("chosen").prefix_with("MATERIALIZED")
    )
    wanted: Select[*tuple[Any, ...]] = select(
        func.array_agg(chosen.party_id.distinct()), func.array_agg(chosen.issue_id.distinct())
    ).where(chosen.firmness == any_(bindparam("firmness", type_=ARRAY(Text))))
    if not words:
        return wanted
    return wanted.join(
        ObjectPeriod, and_(ObjectPeriod.seq_from == chosen.seq_from, ObjectPeriod.n == chosen.n)
    ).where(matches(bindparam("words", type_=Text)))


MATCHING, MATCHING_WORDS = (
    Prepared(partial(_matching, words), planned_anew=True) for words in (False, True)
)


async def matching(
    session: AsyncSession,
    at: Moment,
    cells: CellRange,
    *,
    as_of: date,
    firmness: Collection[str],
    q: str | None,
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the parties and the issues that have a cell left if a filter hides the others.

    `q` searches the words of the current position; no `firmness` is any.
    """
    found = await (MATCHING_WORDS if q else MATCHING).one(
        session,
        at=at.seq,
        as_of=as_of,
        firmness=list(firmness or Firmness),
        **cells.values,
        **({"words": await search_query(session, q)} if q else {}),
    )
    return frozenset(found[0] or ()), frozenset(found[1] or ())


async def predecessors(
    session: AsyncSession, at: Moment, cells: CellRange, *, as_of: date, since: date
) -> dict[CellKey, VersionKey]:
    """Find what was current before, in the cells whose current position became so after `since`.

    A position becomes current on its own `stated_by`, so the previous one is the one that was
    current on the day before.
    """
    where = published(at, cells)
    now = aliased(PositionPeriod, chosen_at(where, as_of).cte("chosen").prefix_with("MATERIALIZED"))
    same_cell = and_(
        now.party_id == PositionPeriod.party_id,
        now.issue_id == PositionPeriod.issue_id,
        now.stated_by > since,
    )
    before = aliased(
        PositionPeriod, chosen_at(where, now.stated_by - 1).join(now, same_cell).subquery("before")
    )
    rows = await session.execute(
        select(before.party_id, before.issue_id, before.position_id, before.version)
    )
    return {(party, issue): (position, version) for party, issue, position, version in rows}


async def stated_on(session: AsyncSession, at: Moment, numbers: Collection[int]) -> dict[int, str]:
    """Return when published positions were stated, as written, by their ids."""
    rows = await session.execute(
        select(
            PositionPeriod.position_id,
            func.coalesce(
                Revision.snapshot["stated_on"].astext, cast(PositionPeriod.stated_by, Text)
            ),
        )
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .where(
            among(PositionPeriod.position_id, numbers),
            PositionPeriod.status == PositionStatus.PUBLISHED,
            valid_at(PositionPeriod, at),
        )
    )
    return {number: said for number, said in rows}


def _of_issues(seq: Any) -> Any:
    """Select the last change of a position on each issue, with one look into an index for each."""
    issue = func.unnest(bindparam("issues", type_=NUMBERS)).table_valued("id", name="issue")
    issue = issue.render_derived()
    last = (
        select(PositionPeriod.seq_from)
        .where(
            PositionPeriod.negotiation_id == bindparam("negotiation_id", type_=BigInteger),
            PositionPeriod.issue_id == issue.c.id,
            PositionPeriod.seq_from <= seq,
        )
        .order_by(PositionPeriod.seq_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    in_order = aggregate_order_by(last, issue.c.id)
    return select(func.array_agg(in_order, type_=NUMBERS)).scalar_subquery()


def _of_looks(seq: Any) -> Any:
    """Select the last change of a look."""
    return (
        select(func.max(ObjectPeriod.seq_from))
        .where(
            ObjectPeriod.negotiation_id == bindparam("negotiation_id", type_=BigInteger),
            ObjectPeriod.kind == "look",
            ObjectPeriod.seq_from <= seq,
        )
        .scalar_subquery()
    )


LAST_CHANGES = Prepared(lambda: select(_of_issues(AT), _of_looks(AT)))
NEWEST_AND_CHANGES = newest_and(_of_issues, _of_looks)


@dataclass(frozen=True, slots=True)
class Changes:
    """The last commits that changed what cells show, the code book aside; None: there is none."""

    of_issue: Mapping[int, int]  # by number: the last change of a position on the issue
    of_looks: int | None  # the last change of any look

    @property
    def newest(self) -> int:
        """The last change of any position."""
        return max(self.of_issue.values(), default=0)


async def last_changes(
    session: AsyncSession, at: Moment, negotiation_id: int, issues: Iterable[int]
) -> Changes:
    """Find the last changes up to a moment."""
    wanted = sorted(issues)
    found = await LAST_CHANGES.one(session, at=at.seq, negotiation_id=negotiation_id, issues=wanted)
    return _changes(wanted, found)


async def newest_changes(
    session: AsyncSession, negotiation_id: int, issues: Iterable[int]
) -> tuple[Moment, Changes]:
    """Return the newest public moment, and the last changes up to it, by one statement."""
    wanted = sorted(issues)
    at, found = await moment_and(
        session, NEWEST_AND_CHANGES, negotiation_id=negotiation_id, issues=wanted
    )
    return at, _changes(wanted, found)


def _changes(issues: Sequence[int], found: Sequence[Any]) -> Changes:
    of_issue, of_looks = found
    changed = zip(issues, of_issue or (), strict=True)
    return Changes({issue: seq for issue, seq in changed if seq is not None}, of_looks)


LOOKS = Prepared(
    lambda: select_held_then().where(
        ObjectPeriod.negotiation_id == bindparam("negotiation_id", type_=BigInteger),
        ObjectPeriod.kind == "look",
    )
)


@dataclass(frozen=True, slots=True)
class Looks:
    """The newest look of each cell; a look counts at every `as_of`."""

    by_cell: Mapping[CellKey, Snapshot[LookDocument]]
    # Of each issue with looks: party, number and version of each newest look.
    of_issue: Mapping[int, tuple[tuple[int, int, int], ...]]


async def newest_looks(session: AsyncSession, at: Moment, negotiation_id: int) -> Looks:
    """Return the newest look of each cell."""
    rows = await LOOKS.all(session, at=at.seq, negotiation_id=negotiation_id)
    looks: list[Snapshot[LookDocument]] = [Snapshot(*row) for row in rows if row[-1] is not None]
    newest: dict[CellKey, Snapshot[LookDocument]] = {}
    for look in sorted(looks, key=lambda s: (s.data["looked_on"], s.id)):
        newest[look.data["party_id"], look.data["issue_id"]] = look
    of_issue: dict[int, list[tuple[int, int, int]]] = {}
    for (party, issue), look in newest.items():
        of_issue.setdefault(issue, []).append((party, look.id, look.version))
    return Looks(newest, {issue: tuple(found) for issue, found in of_issue.items()})


DAYS = Prepared(
    lambda: (
        select(PositionPeriod.stated_by, func.count())
        .where(
            PositionPeriod.negotiation_id == bindparam("negotiation_id", type_=BigInteger),
            PositionPeriod.status == PositionStatus.PUBLISHED,
            held_then(PositionPeriod),
        )
        .group_by(PositionPeriod.stated_by)
        .order_by(PositionPeriod.stated_by)
    ),
    planned_anew=True,  # a negotiation may have few of all positions, or nearly all
)


async def statement_days(
    session: AsyncSession, at: Moment, negotiation_id: int
) -> list[tuple[date, int]]:
    """List the days by which something had been said (`stated_by`), with numbers of positions."""
    rows = await DAYS.all(session, at=at.seq, negotiation_id=negotiation_id)
    return [(day, n) for day, n in rows if day is not None]
