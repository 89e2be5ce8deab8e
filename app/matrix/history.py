"""How one cell came to be as it is: all its positions, and what each was to the one before."""

from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.history.read import REVISION, Moment, Snapshot, held
from app.matrix import order
from app.matrix.load import Matrix, stand_of
from app.matrix.moves import moves
from app.models.log import Commit, Revision, Spell
from app.models.vocabulary import PositionStatus
from app.positions.showing import views
from app.positions.views import PositionView


async def cell_history(
    session: AsyncSession, matrix: Matrix, party: str, issue: str
) -> list[tuple[PositionView, str | None]]:
    """The positions of a cell that may have been stated by then, newest first, each with the kind of its move."""
    party_id = next(i for i, p in matrix.book.parties.items() if p["slug"] == party)
    issue_id = next(i.id for i in matrix.book.issues if i["slug"] == issue)
    rows = await spells_of_cell(session, matrix.at, party_id, issue_id)
    known = [(s, v) for s, v in rows if s.stated_from <= matrix.as_of]
    seen = {v.id: v for v in await views(session, matrix.at, [v for _, v in known])}
    timeline = [(day, stand_of(seen[s.position])) for day, s in order.timeline([s for s, _ in known])]
    kinds = {m.after: str(m.kind) for m in moves(issue, timeline, after=None, to=matrix.as_of)}
    ordered = sorted((s for s, _ in known), key=order.order_key, reverse=True)
    return [(seen[s.position], kinds.get(s.position)) for s in ordered]


async def spells_of_cell(
    session: AsyncSession, at: Moment, party_id: int, issue_id: int
) -> list[tuple[order.Spell, Snapshot]]:
    """The published positions of a cell as held at a moment."""
    rows = await session.execute(
        select(
            Spell.stated_from, Spell.stated_by, Spell.first_published, Spell.attributed, *REVISION
        )
        .join(Revision, and_(Revision.seq == Spell.seq_from, Revision.n == Spell.n))
        .join(Commit, Commit.seq == Spell.seq_from)
        .where(
            Spell.party_id == party_id,
            Spell.issue_id == issue_id,
            Spell.status == PositionStatus.PUBLISHED,
            held(Spell, at),
        )
    )  # fmt: skip
    found = []
    for row in rows:
        if row[-1] is None:
            continue
        stated_from: date = row[0]
        stated_by: date = row[1]
        first_published: datetime = row[2]
        version = Snapshot(*row[4:])
        spell = order.Spell(
            version.id, str(party_id), str(issue_id), "published", stated_from, stated_by, first_published, row[3]
        )
        found.append((spell, version))
    return found
