"""Select what an export holds: filtered cells at one moment, their positions read in batches.

Moment and day are pinned before the first batch, and the log only grows, so all batches together
show one moment whatever is written meanwhile. Nothing is kept from one batch to the next.
"""

from asyncio import sleep
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger

from app.core.clock import instant
from app.exports.query_params import FileQuery
from app.log.reader import list_by_key
from app.log.search_terms import search_query
from app.matrix.build import MatrixView, load
from app.matrix.frame import Extent
from app.matrix.schemas import Filters, MatrixQuery
from app.models.log import ObjectPeriod, PositionPeriod, Revision
from app.negotiations.views import IssueView
from app.positions.current import CellRange, chosen_at, published
from app.positions.names_at_moment import NamesAtMoment, called
from app.positions.presenter import names_of, position_view
from app.positions.queries import matches
from app.positions.views import PositionView

BATCH = 1000  # positions that are read in one query
FEW = 50  # positions that are built and written without yielding to other tasks: about 5 ms
WINDOW = 2_000  # cells


@dataclass(frozen=True, slots=True)
class Selection:
    """Hold an export's query with both times pinned, and its matrix.

    Only the first row of the matrix is loaded.
    """

    query: MatrixQuery
    matrix: MatrixView
    # Party names by slug; parties that only speak are added while positions are read.
    names: dict[str, str] = field(default_factory=dict)
    total: int = 0  # positions, where progress is shown
    step: Callable[[int, int], None] | None = None  # called with (positions done, total)
    evidence: bool = False  # whether each position says what it rests on
    words: str = ""  # what is searched for, as the word index is asked

    @property
    def slug(self) -> str:
        """Return the negotiation's slug."""
        return self.matrix.negotiation.slug

    @property
    def as_of(self) -> str:
        """Return the pinned day in ISO 8601."""
        return self.matrix.as_of.isoformat()

    @property
    def known_at(self) -> str:
        """Return the pinned instant in ISO 8601."""
        return instant(self.matrix.at.at)

    @property
    def issues(self) -> dict[str, IssueView]:
        """Return the issues by slug."""
        return {i.slug: i for i in self.matrix.issues}

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters as query parameters, defaults and times omitted."""
        return self.query.model_dump(
            mode="json", exclude_defaults=True, exclude={"as_of", "known_at"}
        )

    def meta(self) -> dict[str, Any]:
        """Return where a file comes from, so that it can be identified and fetched again."""
        return {
            "negotiation": self.slug,
            "title": self.matrix.negotiation.title,
            "licence": self.matrix.negotiation.licence,
            "invented": self.matrix.negotiation.invented,
            "as_of": self.as_of,
            "known_at": self.known_at,
            "revision": self.matrix.at.seq,
            "filters": self.filters,
        }


async def select_cells(
    session: AsyncSession, slug: str, query: Filters, *, now: datetime
) -> Selection:
    """Pin the query's times and load its matrix; raise NotFound or Invalid if that fails."""
    asked = MatrixQuery(**query.model_dump(include=set(Filters.model_fields)))
    matrix = await load(session, slug, asked, now=now, extent=Extent(1))
    pinned = asked.model_copy(update={"as_of": matrix.as_of, "known_at": matrix.at.at})
    evidence = isinstance(query, FileQuery) and query.evidence
    words = await search_query(session, query.q) if query.q else ""
    return Selection(pinned, matrix, dict(matrix.names), evidence=evidence, words=words)


async def windows(
    session: AsyncSession, chosen: Selection, *, now: datetime
) -> AsyncGenerator[MatrixView]:
    """Yield the matrix in windows of whole rows."""
    query = chosen.query
    while True:
        matrix = await load(session, chosen.slug, query, now=now, extent=Extent(WINDOW))
        chosen.names.update(matrix.names)
        yield matrix
        if matrix.next is None:
            return
        query = query.model_copy(update={"cursor": matrix.next})


async def count_positions(session: AsyncSession, chosen: Selection) -> int:
    """Count the positions in the chosen cells."""
    return await session.scalar(select(func.count()).select_from(_keys(chosen).subquery())) or 0


async def positions(
    session: AsyncSession, chosen: Selection
) -> AsyncGenerator[list[tuple[PositionView, bool]]]:
    """Yield every position of the chosen cells, a few at a time, and whether it is current.

    They come in the order of the matrix, those of one cell in the order of docs/rules.md, rule 3.
    Between two lists, other tasks of the process get their turn.
    """
    names = NamesAtMoment()
    async with aclosing(keys_of_versions(session, chosen)) as batches:
        async for keys in batches:
            versions = await list_by_key(session, keys)
            await names_of(session, chosen.matrix.at, versions, names)
            for i in range(0, len(keys), FEW):
                few = zip(versions[i : i + FEW], keys[i : i + FEW], strict=True)
                made = [(position_view(version, names), key.current) for version, key in few]
                chosen.names.update(
                    await called(session, chosen.matrix.at, chosen.names, [p for p, _ in made])
                )
                yield made
                await sleep(0)


async def keys_of_versions(
    session: AsyncSession, chosen: Selection
) -> AsyncGenerator[Sequence[Any]]:
    """Yield (seq, n, current, attributed) of the same versions in the same order, in batches."""
    done = 0
    result = await session.stream(
        _keys(chosen, ordered=True), execution_options={"yield_per": BATCH}
    )
    try:
        async for keys in result.partitions():
            yield keys
            done += len(keys)
            if chosen.step:
                chosen.step(done, chosen.total)
    finally:
        await result.close()


def _keys(chosen: Selection, *, ordered: bool = False) -> Any:
    """Select the published positions up to `as_of` in the cells that are not hidden.

    Of each (seq, n, current, attributed).
    """
    matrix, query = chosen.matrix, chosen.query
    parties = [matrix.book.party_ids[p.slug] for p in matrix.grid.parties]
    issues = [i.id for i in matrix.book.issues if not query.issue or i["slug"] in query.issue]
    where = published(matrix.at, CellRange(matrix.book.negotiation.id, parties, issues))
    current = chosen_at(where, matrix.as_of).cte("chosen").prefix_with("MATERIALIZED")
    wanted = (
        select(
            PositionPeriod.seq_from,
            PositionPeriod.n,
            (PositionPeriod.position_id == current.c.position_id).label("current"),
            PositionPeriod.attributed,
        )
        .join(
            current,
            and_(
                current.c.party_id == PositionPeriod.party_id,
                current.c.issue_id == PositionPeriod.issue_id,
            ),
        )
        .join(
            Revision, and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n)
        )
        .where(where, PositionPeriod.stated_by <= matrix.as_of, Revision.snapshot.is_not(None))
    )
    if query.firmness:
        wanted = wanted.where(current.c.firmness.in_(query.firmness))
    if query.q:
        words = and_(ObjectPeriod.seq_from == current.c.seq_from, ObjectPeriod.n == current.c.n)
        wanted = wanted.join(ObjectPeriod, words).where(matches(literal(chosen.words)))
    if not ordered:
        return wanted
    return wanted.order_by(
        func.array_position(literal(issues, ARRAY(BigInteger)), PositionPeriod.issue_id),
        func.array_position(literal(parties, ARRAY(BigInteger)), PositionPeriod.party_id),
        PositionPeriod.stated_from,
        PositionPeriod.stated_by,
        PositionPeriod.first_published,
        PositionPeriod.position_id,
    )
