"""Count what is missing or weak in all cells of a matrix, without reading their positions.

`app.analysis.coverage` lists the same for the cells of one window.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.analysis.coverage import computed_today, mismatched_quotes, redatable_quotes
from app.core.gently import gently
from app.db.prepared import Prepared
from app.log.reader import NUMBERS, held_of_kinds
from app.log.recall import recall
from app.matrix.frame import Frame
from app.models.log import PositionPeriod, QuoteUse, Revision
from app.models.vocabulary import QuoteKind
from app.positions.current import CellRange, chosen_at, published, published_then
from app.positions.stated_dates import QuoteDates

BYTES_OF_COUNTS = 1_000  # in memory
NOT_REPORTED = f'$.quotes[*] ? (@.kind != "{QuoteKind.REPORTED.value}")'


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cells there are, and how many items of each kind."""

    cells: int
    never: int
    searched: int
    stale: int
    one_source: int
    reported_only: int
    unmatched: int
    redated: int

    def as_json(self) -> dict[str, int]:
        """Return the counts by their names."""
        return asdict(self)


async def count_all(session: AsyncSession, frame: Frame, *, stale_after: int) -> Counts:
    """Count in the cells of all windows; read again only after something changed."""
    known = recall(session, frame.at)
    changes = (frame.changes.newest, frame.changes.of_looks)
    key = ("coverage", frame.book.negotiation.id, *changes, frame.as_of, stale_after)
    found: Counts | None = known.get(*key)
    if found is None:
        found = await _count(session, frame, stale_after)
        known.keep(*key, value=found, size=BYTES_OF_COUNTS)
    return found


async def _count(session: AsyncSession, frame: Frame, stale_after: int) -> Counts:
    cells, looks = _cells(frame), frame.looks.by_cell
    seated, asked = set(cells.parties), set(cells.issues)
    noted = [(key, s) for key, s in looks.items() if key[0] in seated and key[1] in asked]
    row = await IN_CELLS.one(
        session,
        at=frame.at.seq,
        as_of=frame.as_of,
        stale_after=stale_after,
        looked_parties=[party for (party, _), _ in noted],
        looked_issues=[issue for (_, issue), _ in noted],
        looked_on=[s.data["looked_on"] for _, s in noted],
        **cells.values,
    )
    return Counts(
        cells=frame.total_cells,
        never=frame.total_cells - row.filled - row.searched,
        searched=row.searched,
        stale=row.stale,
        one_source=row.one_source,
        reported_only=row.reported_only,
        unmatched=await _count_unmatched(session, frame),
        redated=await _count_redated(session, frame),
    )


def _in_cells() -> Select[*tuple[Any, ...]]:
    as_of = bindparam("as_of", type_=Date)
    current = chosen_at(published_then(), as_of).cte("chosen").prefix_with("MATERIALIZED")
    chosen = aliased(PositionPeriod, current)
    quote = func.jsonb_array_elements(Revision.snapshot["quotes"]).table_valued("value", name="q")
    sources = func.count(func.distinct(literal_column("q.value ->> 'source_id'")))
    filled = (
        select(
            chosen.party_id,
            chosen.issue_id,
            chosen.stated_by,
            (select(sources).select_from(quote).scalar_subquery() == 1).label("one_source"),
            (~func.jsonb_path_exists(Revision.snapshot, cast(NOT_REPORTED, JSONPATH))).label(
                "reported_only"
            ),
        )
        .join(Revision, and_(Revision.seq == chosen.seq_from, Revision.n == chosen.n))
        .where(Revision.snapshot.is_not(None))
        .subquery("filled")
    )
    look = (
        func.unnest(
            bindparam("looked_parties", type_=NUMBERS),
            bindparam("looked_issues", type_=NUMBERS),
            bindparam("looked_on", type_=ARRAY(Text)),
        )
        .table_valued("party_id", "issue_id", "looked_on", name="look")
        .render_derived()
    )
    same_cell = and_(look.c.party_id == filled.c.party_id, look.c.issue_id == filled.c.issue_id)
    last = func.greatest(filled.c.stated_by, cast(look.c.looked_on, Date))
    is_filled = filled.c.party_id.is_not(None)
    return select(
        func.count().filter(is_filled).label("filled"),
        func.count().filter(~is_filled).label("searched"),
        func.count()
        .filter(as_of - last > bindparam("stale_after", type_=BigInteger))
        .label("stale"),
        func.count().filter(filled.c.one_source).label("one_source"),
        func.count().filter(filled.c.reported_only).label("reported_only"),
    ).select_from(filled.outerjoin(look, same_cell, full=True))


IN_CELLS = Prepared(_in_cells, planned_anew=True)


def _cells(frame: Frame) -> CellRange:
    return CellRange(
        frame.book.negotiation.id,
        [frame.book.party_ids[party.slug] for party in frame.across],
        [frame.book.issue_ids[issue.slug] for issue in frame.down],
    )


def _resting_on(frame: Frame, quotes: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Select from the published positions of all cells those that rest on some quotes."""
    users = select(QuoteUse.position_id).where(
        QuoteUse.quote_id.in_(quotes), QuoteUse.seq <= frame.at.seq
    )
    return (
        select(*columns)
        .select_from(PositionPeriod)
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .where(
            published(frame.at, _cells(frame)),
            PositionPeriod.stated_by <= frame.as_of,
            PositionPeriod.position_id.in_(users),
            Revision.snapshot.is_not(None),
        )
    )


async def _count_unmatched(session: AsyncSession, frame: Frame) -> int:
    wrong = mismatched_quotes(frame.at)
    elements = func.jsonb_array_elements(Revision.snapshot["quotes"])
    quote = elements.table_valued("value").lateral("q")
    of_position = literal_column("CAST(q.value ->> 'id' AS bigint)", BigInteger)
    found = _resting_on(frame, wrong, func.count()).join(quote, literal_column("true"))
    return await session.scalar(found.where(of_position.in_(wrong))) or 0


async def _count_redated(session: AsyncSession, frame: Frame) -> int:
    redatable = await redatable_quotes(session, frame.at)
    if redatable is None:
        return 0
    rows = (
        await session.execute(
            _resting_on(
                frame,
                redatable,
                PositionPeriod.first_published,
                PositionPeriod.stated_by,
                Revision.snapshot["stated_on"].astext,
                func.jsonb_path_query_array(
                    Revision.snapshot, cast("$.quotes[*].said_on", JSONPATH)
                ),
                func.jsonb_path_query_array(
                    Revision.snapshot, cast("$.quotes[*].source_id", JSONPATH)
                ),
            ).where(~Revision.snapshot["by_by_hand"].as_boolean())
        )
    ).all()
    if not rows:
        return 0
    numbers = {number for row in rows for number in row[4]}
    sources = (await held_of_kinds(session, frame.at, {"source": numbers}))["source"]
    published_on = {number: source["published_on"] for number, source in sources.items()}
    count = 0
    async for recorded, stated_by, stated_on, said, of in gently(rows):
        quotes = [
            QuoteDates(day, published_on.get(number)) for day, number in zip(said, of, strict=True)
        ]
        count += _is_redated(stated_on, quotes, recorded, stated_by.isoformat())
    return count


def _is_redated(
    stated_on: str | None, quotes: list[QuoteDates], recorded: datetime, stated_by: str
) -> bool:
    computed, problem = computed_today(stated_on, quotes, recorded)
    return problem is not None or computed != stated_by
