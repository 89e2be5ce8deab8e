"""Find what is missing or weak: cells never searched, silent or stale, and thin evidence.

Quotes that no longer match their source, and dates that no longer follow from it, are found too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Select, and_, exists, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.analysis.schemas import STALE_AFTER
from app.db.engine import among
from app.log.reader import REVISION, Moment, Snapshot
from app.matrix.build import MatrixView
from app.matrix.grid import LookView
from app.models.log import Commit, PositionPeriod, QuoteUse, Revision
from app.models.source import Quote, QuoteCheck
from app.models.vocabulary import QuoteKind, Verification
from app.positions.current import CellRange, published
from app.positions.presenter import views
from app.positions.stated_dates import QuoteDates, StatedError, stated
from app.positions.views import PositionView, QuoteView


@dataclass(frozen=True, slots=True)
class CellGap:
    """A cell that nobody has searched, or that was searched with nothing found (`look`)."""

    party: str
    issue: str
    look: LookView | None = None
    possible_stated_on: Sequence[str] = ()  # of positions that may have been stated by `as_of`


@dataclass(frozen=True, slots=True)
class StaleCell:
    """A cell with no new position and no look for `days` days."""

    party: str
    issue: str
    last: str  # the day
    days: int
    position: int | None
    look: LookView | None


@dataclass(frozen=True, slots=True)
class ThinPosition:
    """A current position that rests on one source, on reported words only, or on both."""

    position: PositionView
    one_source: bool
    reported_only: bool


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A quote that does not occur in the newest text of its source."""

    position: PositionView
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class RedatedPosition:
    """A position whose `stated_by` no longer follows from its sources' publication dates.

    See docs/rules.md, rule 3.
    """

    position: PositionView
    stated_by: str | None  # as computed today; None if the dates now contradict each other
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The gaps and weaknesses of the cells of one window."""

    never: list[CellGap]
    searched: list[CellGap]
    stale: list[StaleCell]
    thin: list[ThinPosition]
    unmatched: list[Unmatched]
    redated: list[RedatedPosition]


async def coverage(
    session: AsyncSession, matrix: MatrixView, *, stale_after: int = STALE_AFTER
) -> CoverageReport:
    """Find the gaps and weaknesses of the cells that the matrix shows.

    The number of SQL statements does not depend on the matrix.
    """
    shown = [c for row in matrix.grid.rows for c in row.cells if c is not None]
    silent = [c for c in shown if c.position is None]
    return CoverageReport(
        never=[
            CellGap(c.party, c.issue, None, c.possible_stated_on) for c in silent if c.look is None
        ],
        searched=[
            CellGap(c.party, c.issue, c.look, c.possible_stated_on)
            for c in silent
            if c.look is not None
        ],
        stale=await _stale(session, matrix, stale_after),
        thin=list(_thin([c.position for c in shown if c.position])),
        unmatched=await _unmatched(session, matrix),
        redated=await _redated(session, matrix),
    )


async def _stale(session: AsyncSession, matrix: MatrixView, stale_after: int) -> list[StaleCell]:
    parties = {i: p["slug"] for i, p in matrix.book.parties.items()}
    issues = {i.id: i["slug"] for i in matrix.book.issues}
    found = matrix.looks.by_cell
    looks = {
        (parties[p], issues[i]): LookView(s["looked_on"], s["where"], s["by"])
        for (p, i), s in found.items()
    }
    stale = []
    for row in matrix.grid.rows:
        for cell in row.cells:
            if cell is None:
                continue
            look = looks.get((cell.party, cell.issue))
            days = [
                d for d in (cell.position and cell.position.stated_by, look and look.looked_on) if d
            ]
            if not days:
                continue  # never searched: listed in `never`
            age = (matrix.as_of - date.fromisoformat(max(days))).days
            if age > stale_after:
                number = cell.position.id if cell.position else None
                stale.append(StaleCell(cell.party, cell.issue, max(days), age, number, look))
    return sorted(stale, key=lambda s: -s.days)


def _thin(positions: Sequence[PositionView]) -> Iterator[ThinPosition]:
    for position in positions:
        one_source = len({q.source.id for q in position.quotes}) == 1
        reported_only = all(q.kind == QuoteKind.REPORTED for q in position.quotes)
        if one_source or reported_only:
            yield ThinPosition(position, one_source, reported_only)


async def _unmatched(session: AsyncSession, matrix: MatrixView) -> list[Unmatched]:
    positions, _ = await _resting_on(session, matrix, mismatched_quotes(matrix.at))
    return [
        Unmatched(p, q)
        for p in positions
        for q in p.quotes
        if q.verification == Verification.MISMATCH
    ]


def mismatched_quotes(at: Moment) -> Select[int]:
    """Select the quotes that did not occur in the text of their source when last checked."""
    later = aliased(QuoteCheck)
    return select(QuoteCheck.quote_id).where(
        QuoteCheck.verification == literal_column(f"'{Verification.MISMATCH.value}'"),
        QuoteCheck.seq <= at.seq,
        ~exists().where(
            later.quote_id == QuoteCheck.quote_id,
            later.seq > QuoteCheck.seq,
            later.seq <= at.seq,
        ),
    )


async def _redated(session: AsyncSession, matrix: MatrixView) -> list[RedatedPosition]:
    """Return the positions that would be dated otherwise today.

    Only positions on a source that was corrected can be; only those are computed.
    """
    quotes = await redatable_quotes(session, matrix.at)
    if quotes is None:
        return []
    positions, first_published = await _resting_on(session, matrix, quotes)
    found = (_redate(p, first_published[p.id]) for p in positions)
    return [r for r in found if r is not None]


async def redatable_quotes(session: AsyncSession, at: Moment) -> Select[int] | None:
    """Select the quotes whose source has been corrected; None if no source has.

    The sources are found first: a database without statistics, as after a large import, would look
    for the source of each quote in all of them.
    """
    corrected = (
        select(Revision.object_id)
        .distinct()
        .where(Revision.kind == "source", Revision.version > 1, Revision.seq <= at.seq)
    )
    sources = (await session.scalars(corrected)).all()
    return select(Quote.id).where(among(Quote.source_id, sources)) if sources else None


def _redate(
    position: PositionView, first_published: tuple[datetime, bool]
) -> RedatedPosition | None:
    recorded, by_hand = first_published
    if by_hand or position.stated_from is None:
        return None
    quotes = [QuoteDates(q.said_on, q.source.published_on) for q in position.quotes]
    computed, problem = computed_today(position.stated_on, quotes, recorded)
    if problem is None and computed == position.stated_by:
        return None
    return RedatedPosition(position, computed, problem)


def computed_today(
    stated_on: str | None, quotes: Sequence[QuoteDates], recorded: datetime
) -> tuple[str | None, str | None]:
    """Return the `stated_by` that follows from these dates, or None and why none does."""
    try:
        now = stated(stated_on, quotes, recorded_day=recorded.astimezone(UTC).date())
    except StatedError as error:
        return None, error.message
    return now.stated_by.isoformat(), None


async def _resting_on(
    session: AsyncSession, matrix: MatrixView, quotes: Select[int]
) -> tuple[list[PositionView], dict[int, tuple[datetime, bool]]]:
    """Return the published positions of the cells shown that rest on any of these quotes.

    Also returns, by the position's id, when it was first published and whether `stated_by` was set
    by hand.
    """
    at: Moment = matrix.at
    cells = CellRange(
        matrix.book.negotiation.id,
        [matrix.book.party_ids[party.slug] for party in matrix.columns],
        [matrix.book.issue_ids[issue.slug] for issue in matrix.rows],
    )
    users = select(QuoteUse.position_id).where(
        QuoteUse.quote_id.in_(quotes), QuoteUse.seq <= at.seq
    )
    rows = (
        await session.execute(
            select(PositionPeriod.first_published, *REVISION)
            .join(
                Revision,
                and_(Revision.seq == PositionPeriod.seq_from, Revision.n == PositionPeriod.n),
            )
            .join(Commit, Commit.seq == PositionPeriod.seq_from)
            .where(
                published(at, cells),
                PositionPeriod.stated_by <= matrix.as_of,
                PositionPeriod.position_id.in_(users),
            )
            .order_by(PositionPeriod.position_id)
        )
    ).all()
    versions = [Snapshot(*row[1:]) for row in rows if row[-1] is not None]
    dated = {row[2]: (row[0], bool(row[-1]["by_by_hand"])) for row in rows if row[-1] is not None}
    return await views(session, at, versions), dated
