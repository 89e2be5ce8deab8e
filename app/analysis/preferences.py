"""Read which options parties prefer, without the positions that say so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, Select, and_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.analysis.agreement import Preferred
from app.db.prepared import Prepared
from app.log.reader import Moment
from app.models.log import PositionPeriod, Revision
from app.negotiations.code_book import CodeBook
from app.positions.current import CellRange, chosen_at, published_then

PREFERS = '$.attitudes[*] ? (@.attitude == "prefers").option_id'


def _preferred() -> Select[*tuple[Any, ...]]:
    as_of = bindparam("as_of", type_=Date)
    current = chosen_at(published_then(), as_of).cte("chosen").prefix_with("MATERIALIZED")
    chosen = aliased(PositionPeriod, current)
    option = func.jsonb_path_query_first(Revision.snapshot, cast(PREFERS, JSONPATH))
    return (
        select(
            chosen.party_id,
            chosen.issue_id,
            chosen.position_id,
            cast(option, BigInteger).label("option_id"),
        )
        .join(Revision, and_(Revision.seq == chosen.seq_from, Revision.n == chosen.n))
        .where(Revision.snapshot.is_not(None))
    )


PREFERRED = Prepared(_preferred, planned_anew=True)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What parties prefer, and which positions are current in their cells."""

    preferred: Preferred
    positions: list[int]  # by number
    spoken: Collection[tuple[str, str]]  # cells with a position, by party and issue


async def preferences(
    session: AsyncSession, at: Moment, book: CodeBook, parties: Collection[str], *, as_of: date
) -> Preferences:
    """Read what these parties, by slug, prefer on each issue of a negotiation as of a day.

    An option counts also if it is preferred on a condition, by inference or by hearsay.
    """
    slugs, issues = book.party_slugs(), {number: slug for slug, number in book.issue_ids.items()}
    options = {o.id: o["slug"] for i in book.issues for o in book.options[i.id]}
    numbers = [book.party_ids[party] for party in parties]
    cells = CellRange(book.negotiation.id, numbers, list(issues))
    rows = await PREFERRED.all(session, at=at.seq, as_of=as_of, **cells.values)
    return Preferences(
        {
            (slugs[row.party_id], issues[row.issue_id]): options[row.option_id]
            for row in rows
            if row.option_id is not None
        },
        [row.position_id for row in rows],
        {(slugs[row.party_id], issues[row.issue_id]) for row in rows},
    )
