"""Count what all windows of a matrix have together, each issue again only after it changed."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from sqlalchemy import Date, Select, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.prepared import Prepared
from app.log.recall import recall
from app.matrix.frame import Frame
from app.models.log import PositionPeriod, Revision
from app.positions.current import CellRange, chosen_at, current_ids, published_then

BYTES_OF_TOTAL = 1_500  # in memory, for one issue


@dataclass(frozen=True, slots=True)
class Totals:
    """What is current in some cells, whether a filter hides it or not."""

    positions: int = 0
    quotes: int = 0
    firmness: Counter[str] = field(default_factory=Counter)
    last: date | None = None  # by which all of them had been stated

    @classmethod
    def of(cls, parts: Iterable[Self]) -> Self:
        """Add up the totals of parts."""
        some = list(parts)
        return cls(
            sum(part.positions for part in some),
            sum(part.quotes for part in some),
            sum((part.firmness for part in some), Counter()),
            max((part.last for part in some if part.last), default=None),
        )


def _totals() -> Select[*tuple[Any, ...]]:
    as_of = bindparam("as_of", type_=Date)
    current = chosen_at(published_then(), as_of).cte("chosen").prefix_with("MATERIALIZED")
    chosen = aliased(PositionPeriod, current)
    quotes = func.sum(func.jsonb_array_length(Revision.snapshot["quotes"]))
    return (
        select(
            chosen.issue_id,
            chosen.firmness,
            func.count().label("positions"),
            quotes.label("quotes"),
            func.max(chosen.stated_by).label("last"),
        )
        .join(Revision, and_(Revision.seq == chosen.seq_from, Revision.n == chosen.n))
        .where(Revision.snapshot.is_not(None))
        .group_by(chosen.issue_id, chosen.firmness)
    )


TOTALS = Prepared(_totals, planned_anew=True)


async def totals(session: AsyncSession, frame: Frame) -> Totals:
    """Count what is current in the cells of all windows of a frame."""
    known = recall(session, frame.at)
    parties = " ".join(party.slug for party in frame.across)
    columns = hashlib.sha256(parties.encode()).digest()
    issues = [frame.book.issue_ids[issue.slug] for issue in frame.down]
    keys = {
        issue: ("totals", issue, frame.changes.of_issue.get(issue), columns, frame.as_of)
        for issue in issues
    }
    found: dict[int, Totals] = {n: kept for n, key in keys.items() if (kept := known.get(*key))}
    missing = [issue for issue in issues if issue not in found]
    if missing:
        rows = await TOTALS.all(
            session, at=frame.at.seq, as_of=frame.as_of, **_cells(frame, missing).values
        )
        parts: dict[int, list[Totals]] = {issue: [] for issue in missing}
        for row in rows:
            firmness = Counter({row.firmness: row.positions})
            parts[row.issue_id].append(Totals(row.positions, int(row.quotes), firmness, row.last))
        for issue, some in parts.items():
            found[issue] = Totals.of(some)
            known.keep(*keys[issue], value=found[issue], size=BYTES_OF_TOTAL)
    return Totals.of(found.values())


async def current_in(session: AsyncSession, frame: Frame) -> list[int]:
    """Return the numbers of the positions that are current in the cells of all windows."""
    issues = [frame.book.issue_ids[issue.slug] for issue in frame.down]
    found = await current_ids(session, frame.at, _cells(frame, issues), as_of=frame.as_of)
    return list(found.values())


def _cells(frame: Frame, issues: list[int]) -> CellRange:
    parties = [frame.book.party_ids[party.slug] for party in frame.across]
    return CellRange(frame.book.negotiation.id, parties, issues)
