"""Compare what parties prefer, for an order of likeness and for rows on which they differ."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.agreement import IssueScale
from app.analysis.preferences import preferences
from app.log.recall import recall
from app.matrix.frame import Frame
from app.matrix.schemas import IssueOrder, PartyOrder
from app.matrix_page.ordering import NOTHING, Contrasts, contrasts, likeness
from app.matrix_page.schemas import MatrixPageQuery, Only
from app.negotiations.views import IssueView, PartyView

MOST_READ = 60_000  # cells that are compared
MOST_ORDERED = 400  # parties that are put in order of likeness
BYTES = 150  # of what is kept for a party or an issue


@dataclass(frozen=True, slots=True)
class Compared:
    """The places of the parties in the order asked for, and how issues divide them."""

    order: Sequence[int]
    contrasts: Contrasts


async def compared(
    session: AsyncSession,
    frame: Frame,
    query: MatrixPageQuery,
    columns: Sequence[PartyView],
    rows: Sequence[IssueView],
) -> Compared | None:
    """Compare these parties on these issues as far as the address asks; None: they are too many.

    What was found is kept until a position changes.
    """
    alike = query.order == PartyOrder.LIKENESS
    if not (alike or Only.DIFFERING in query.only or query.issue_order == IssueOrder.DISPUTED):
        return Compared(range(len(columns)), NOTHING)
    if len(columns) * len(rows) > MOST_READ or (alike and len(columns) > MOST_ORDERED):
        return None
    known = recall(session, frame.at)
    names = [[party.slug for party in columns], [issue.slug for issue in rows]]
    digest = hashlib.sha256(" ".join(names[0] + ["/"] + names[1]).encode()).digest()
    place = (frame.negotiation.slug, frame.as_of, frame.changes.newest)
    key = ("compared", *place, digest, alike)
    found: Compared | None = known.get(*key)
    if found is None:
        held = await preferences(session, frame.at, frame.book, names[0], as_of=frame.as_of)
        scales = [IssueScale.of(issue) for issue in rows]
        found = await anyio.to_thread.run_sync(
            lambda: Compared(
                likeness(names[0], scales, held.preferred) if alike else range(len(columns)),
                contrasts(scales, held.preferred),
            )
        )
        known.keep(*key, value=found, size=BYTES * (len(columns) + len(rows)))
    return found
