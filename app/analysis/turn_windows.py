"""Read turns in windows: of many positions those that became current, some at a time.

The database decides which positions those are, as `app.matrix.precedence` does in memory: of the
cells of one window only, so that a window costs the same however many come before and after it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.timelines import Turn
from app.db.prepared import Prepared
from app.log.reader import Moment
from app.negotiations.code_book import CodeBook
from app.positions.presenter import VersionKey, read_versions
from app.positions.views import PositionView


class Place(NamedTuple):
    """Where a window ended: the day, the places of issue and party in their order, the position."""

    on: date
    issue: int
    party: int
    position: int


BEGINNING = Place(date.min, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which turns are read: those that began in a range of days, of some cells or of all."""

    start: Place = BEGINNING
    after: date | None = None  # the day before the first one
    to: date | None = None  # the last day
    parties: Collection[str] = ()  # slugs; none: all
    issues: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class TurnWindow:
    """The turns of one window, and where the next one starts; None if there is none."""

    turns: list[Turn]
    versions: set[VersionKey]  # of the positions in these turns, and of those before them
    next: Place | None


# The first positions after a place, whether they became current or not. Each statement reads along
# an index in its order, and stops after as many as are wanted, however many there are.
ASKED_BY_DAY = """
SELECT position_id, party_id, issue_id, stated_by, party_place, issue_place
FROM (
    SELECT *, array_position(CAST(:parties AS bigint[]), CAST(party_id AS bigint)) AS party_place,
        array_position(CAST(:issues AS bigint[]), CAST(issue_id AS bigint)) AS issue_place
    FROM log_spell
) AS placed
WHERE negotiation_id = :negotiation_id AND status = 'published'
    AND party_id = ANY(CAST(:parties AS bigint[])) AND issue_id = ANY(CAST(:issues AS bigint[]))
    AND seq_from <= :at AND seq_to > :at
    AND stated_by > :after AND stated_by <= :to AND stated_by >= :stated_by
    AND (stated_by, issue_place, party_place, position_id)
        > (:stated_by, :issue_place, :party_place, :position_id)
ORDER BY stated_by, issue_place, party_place, position_id
LIMIT :most
"""
ASKED_BY_CELL = """
SELECT position_id, party_id, topic.issue_id, stated_by, party_place, issue_place
FROM unnest(CAST(:issues AS bigint[])) WITH ORDINALITY AS topic (issue_id, issue_place)
    CROSS JOIN LATERAL (
        SELECT position_id, party_id, stated_by, party_place
        FROM log_spell
            JOIN unnest(CAST(:parties AS bigint[])) WITH ORDINALITY
                AS seat (party_id, party_place) USING (party_id)
        WHERE negotiation_id = :negotiation_id AND log_spell.issue_id = topic.issue_id
            AND status = 'published' AND seq_from <= :at AND seq_to > :at
            AND stated_by > :after AND stated_by <= :to
        OFFSET 0  -- an issue at a time, so that few issues are read for one window
    ) AS placed
WHERE issue_place >= :issue_place
    AND (issue_place, party_place, stated_by, position_id)
        > (:issue_place, :party_place, :stated_by, :position_id)
ORDER BY issue_place, party_place, stated_by, position_id
LIMIT :most
"""


# All turns in some cells. `place` is the order of precedence within a cell, `held` the place of
# what was current at the end of a day. A statement of its own, since the database cannot know how
# many cells another part of a statement finds, and would compare each with each.
TURNS_IN_CELLS = """
WITH placed AS (
    SELECT *,
        max(place) OVER (PARTITION BY party_id, issue_id ORDER BY stated_by) AS held
    FROM (
        SELECT position_id, version, party_id, issue_id, stated_by,
            row_number() OVER (
                PARTITION BY party_id, issue_id
                ORDER BY attributed DESC, stated_from, stated_by, first_published, position_id
            ) AS place,
            COALESCE(lead(stated_from) OVER chronological <= stated_by, false)
                OR COALESCE(
                    stated_from <= max(stated_by) OVER (
                        chronological ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    ), false
                ) AS doubtful
        FROM unnest(CAST(:parties AS bigint[]), CAST(:issues AS bigint[]))
                AS cell (party, issue)
            CROSS JOIN LATERAL (
                SELECT * FROM log_spell
                WHERE negotiation_id = :negotiation_id
                    AND party_id = cell.party AND issue_id = cell.issue AND seq_to > :at
                OFFSET 0  -- one look-up for each cell, instead of all cells against all positions
            ) AS stated
        -- Not among the conditions of the look-up: without statistics the database would take an
        -- index of what is published, and read all of it for each cell.
        WHERE status = 'published' AND seq_from <= :at
        WINDOW chronological AS (
            PARTITION BY party_id, issue_id
            ORDER BY stated_from, stated_by, first_published, position_id
        )
    ) AS ordered
)
SELECT position_id, version, party_id, stated_by, doubtful,
    lag(position_id) OVER following AS before,
    lag(version) OVER following AS before_version,
    lead(stated_by) OVER following AS until
FROM placed
WHERE place = held
WINDOW following AS (PARTITION BY party_id, issue_id ORDER BY stated_by)
"""


BY_DAY = Prepared(lambda: text(ASKED_BY_DAY), planned_anew=True)
BY_CELL = Prepared(lambda: text(ASKED_BY_CELL), planned_anew=True)
TURNS = Prepared(lambda: text(TURNS_IN_CELLS), planned_anew=True)


async def turns_by_day(
    session: AsyncSession, at: Moment, book: CodeBook, wanted: Wanted, *, most: int
) -> TurnWindow:
    """Read turns in the order of their days; those of one day by issue and party."""
    return await _read(session, at, book, wanted, BY_DAY, most)


async def turns_by_cell(
    session: AsyncSession, at: Moment, book: CodeBook, wanted: Wanted, *, most: int
) -> TurnWindow:
    """Read turns by issue and party, those of one cell oldest first.

    `until` is only said of those that ended by the last day wanted.
    """
    return await _read(session, at, book, wanted, BY_CELL, most)


async def _read(
    session: AsyncSession,
    at: Moment,
    book: CodeBook,
    wanted: Wanted,
    asked: Prepared,
    most: int,
) -> TurnWindow:
    seats = [book.parties[s["party_id"]] for s in book.participations]
    parties = {p.id: p["slug"] for p in seats}
    issues = {i.id: i["slug"] for i in book.issues}
    start = wanted.start
    where = {"at": at.seq, "negotiation_id": book.negotiation.id}
    rows = await asked.all(
        session,
        **where,
        parties=_chosen(parties, wanted.parties),
        issues=_chosen(issues, wanted.issues),
        after=wanted.after or date.min,
        to=wanted.to or date.max,
        stated_by=start.on,
        issue_place=start.issue,
        party_place=start.party,
        position_id=start.position,
        most=most + 1,
    )
    shown = rows[:most]
    cells = sorted({(row.party_id, row.issue_id) for row in shown})
    turned = await TURNS.all(
        session,
        **where,
        parties=[party for party, _ in cells],
        issues=[issue for _, issue in cells],
    )
    of_position = {row.position_id: row for row in turned}
    turns, versions = [], set()
    for row in shown:
        turn = of_position.get(row.position_id)
        if turn is None:
            continue  # it never was the current one
        until = turn.until if turn.until and turn.until <= (wanted.to or date.max) else None
        turns.append(
            Turn(
                parties[row.party_id],
                issues[row.issue_id],
                row.stated_by,
                until,
                turn.before,
                row.position_id,
                turn.doubtful,
            )
        )
        versions.add((row.position_id, turn.version))
        if turn.before is not None:
            versions.add((turn.before, turn.before_version))
    return TurnWindow(turns, versions, _place(shown[-1]) if len(rows) > most else None)


async def positions_of(
    session: AsyncSession, at: Moment, window: TurnWindow
) -> dict[int, PositionView]:
    """Return the positions of a window by number, each in its version at the moment."""
    kept = await read_versions(session, at, window.versions)
    return {version.view.id: version.view for version in kept.values()}


def _chosen(slugs: Mapping[int, str], wanted: Collection[str]) -> list[int]:
    return [number for number, slug in slugs.items() if not wanted or slug in wanted]


def _place(row: Any) -> Place:
    return Place(row.stated_by, row.issue_place, row.party_place, row.position_id)
