"""Select the current position of each cell (docs/rules.md, rules 3 and 4) in SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, and_, any_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.db.prepared import Prepared
from app.log.reader import NUMBERS, Moment, held_then, valid_at
from app.models.log import PositionPeriod
from app.models.vocabulary import PositionStatus

CellKey = tuple[int, int]  # party, issue


@dataclass(frozen=True, slots=True)
class CellRange:
    """The cells of some parties on some issues of a negotiation, all by their ids."""

    negotiation_id: int
    parties: Collection[int]
    issues: Collection[int]

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of a prepared statement that has `published_then`."""
        return {
            "negotiation_id": self.negotiation_id,
            "parties": sorted(self.parties),
            "issues": sorted(self.issues),
        }


def published(at: Moment, cells: CellRange) -> Any:
    """Return a condition on PositionPeriod: published at a moment and in one of these cells."""
    return and_(
        PositionPeriod.negotiation_id == cells.negotiation_id,
        PositionPeriod.status == PositionStatus.PUBLISHED,
        valid_at(PositionPeriod, at),
        among(PositionPeriod.party_id, cells.parties),
        among(PositionPeriod.issue_id, cells.issues),
    )


def published_then() -> ColumnElement[bool]:
    """Return the same condition for prepared statements, with the cells as its parameters."""
    return and_(
        PositionPeriod.negotiation_id == bindparam("negotiation_id", type_=BigInteger),
        PositionPeriod.status == PositionStatus.PUBLISHED,
        held_then(PositionPeriod),
        PositionPeriod.party_id == any_(bindparam("parties", type_=NUMBERS)),
        PositionPeriod.issue_id == any_(bindparam("issues", type_=NUMBERS)),
    )


def chosen_at(where: Any, as_of: Any) -> Any:
    """Select the current spell of each cell (docs/rules.md, rule 4).

    The party's own words come before hearsay, then counts the last in the order of rule 3.
    `app.matrix.precedence` does the same in memory. `as_of` is a day, or a column with one.
    """
    return (
        select(PositionPeriod)
        .ext(distinct_on(PositionPeriod.party_id, PositionPeriod.issue_id))
        .where(where, PositionPeriod.stated_by <= as_of)
        .order_by(
            PositionPeriod.party_id,
            PositionPeriod.issue_id,
            PositionPeriod.attributed,
            PositionPeriod.stated_from.desc(),
            PositionPeriod.stated_by.desc(),
            PositionPeriod.first_published.desc(),
            PositionPeriod.position_id.desc(),
        )
    )


def _current_ids() -> Select[*tuple[Any, ...]]:
    chosen = chosen_at(published_then(), bindparam("as_of", type_=Date)).subquery()
    return select(chosen.c.party_id, chosen.c.issue_id, chosen.c.position_id)


CURRENT_IDS = Prepared(_current_ids)


async def current_ids(
    session: AsyncSession, at: Moment, cells: CellRange, *, as_of: date
) -> dict[CellKey, int]:
    """Return only the ids of the current positions by cell, to compare one day with another."""
    rows = await CURRENT_IDS.all(session, at=at.seq, as_of=as_of, **cells.values)
    return {(party, issue): position for party, issue, position in rows}
