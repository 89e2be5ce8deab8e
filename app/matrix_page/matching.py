"""Find the rows and columns in which a filter leaves a cell."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.recall import recall
from app.matrix import queries
from app.matrix.frame import Frame
from app.matrix.schemas import MatrixQuery
from app.negotiations.views import IssueView, PartyView
from app.positions.current import CellRange

BYTES = 150  # of what is kept for a party or an issue


@dataclass(frozen=True, slots=True)
class Matching:
    """The parties and the issues that have a cell left, by slug."""

    parties: Collection[str]
    issues: Collection[str]


async def matching(
    session: AsyncSession,
    frame: Frame,
    query: MatrixQuery,
    columns: Sequence[PartyView],
    rows: Sequence[IssueView],
) -> Matching:
    """Find which of these rows and columns the filters by firmness and words leave a cell in.

    What was found is kept until a position changes.
    """
    party_ids, issue_ids = frame.book.party_ids, frame.book.issue_ids
    cells = CellRange(
        frame.book.negotiation.id,
        [party_ids[party.slug] for party in columns],
        [issue_ids[issue.slug] for issue in rows],
    )
    known, filters = recall(session, frame.at), (tuple(sorted(query.firmness)), query.q)
    digest = hashlib.sha256(repr((cells, filters)).encode()).digest()
    key = ("matching", frame.as_of, frame.changes.newest, digest)
    found: Matching | None = known.get(*key)
    if found is None:
        firmness, q = query.firmness, query.q
        parties, issues = await queries.matching(
            session, frame.at, cells, as_of=frame.as_of, firmness=firmness, q=q
        )
        found = Matching(
            {party.slug for party in columns if party_ids[party.slug] in parties},
            {issue.slug for issue in rows if issue_ids[issue.slug] in issues},
        )
        known.keep(*key, value=found, size=BYTES * (len(columns) + len(rows)))
    return found
