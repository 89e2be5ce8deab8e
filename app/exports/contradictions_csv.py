"""Write contradictions and conditions as CSV: a row for each position in each entry."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.contradiction_query import Contradictions, Entry, numbers_of, positions_in
from app.analysis.contradictions import Opposed, SharedPassage
from app.core.clock import instant
from app.exports.analysis_csv import STANCE_COLUMNS, stance_row
from app.exports.columns import INVENTED_COLUMN, Text
from app.exports.csv_export import write_rows
from app.matrix.conditions import Condition, Standing
from app.matrix.frame import Frame
from app.positions.names_at_moment import called
from app.positions.views import PositionView

AT_ONCE = 200  # entries whose positions are in memory
BESIDE = {  # columns of how other parties stand on what a position needs
    Standing.PREFERS: "preferred_by",
    Standing.ACCEPTS: "accepted_by",
    Standing.REJECTS: "rejected_by",
    Standing.UNMENTIONED: "not_mentioned_by",
    Standing.SILENT: "no_position_of",
}
COLUMNS = (
    "entry", "kind", "days", "options", "party", "party_name", "issue", "issue_title",
    *STANCE_COLUMNS, "quote_office", "needs_issue", "needs_option", *BESIDE.values(),
)  # fmt: skip


async def write_contradictions(
    session: AsyncSession, frame: Frame, found: Contradictions, wanted: list[Entry], text: Text
) -> AsyncGenerator[bytes]:
    """Yield a row for each position in each entry, in the order of the page."""
    marked = INVENTED_COLUMN if frame.negotiation.invented else ()
    yield write_rows([[*COLUMNS, "as_of", "known_at", *marked]], text)
    issues = {issue.slug: issue for issue in frame.issues}
    last = [frame.as_of.isoformat(), instant(frame.at.at), *([True] if marked else [])]
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        positions = await positions_in(session, frame.at, found, some)
        names = await called(session, frame.at, frame.book.party_names(), positions.values())
        yield write_rows(
            (
                [
                    *_head(number, entry),
                    position.party,
                    names[position.party],
                    position.issue,
                    issues[position.issue].title,
                    *stance_row(shown, issues[position.issue], names),
                    _office(shown),
                    *_needed(entry),
                    *last,
                ]
                for number, entry in enumerate(some, start + 1)
                for position, shown in _of(entry, positions)
            ),
            text,
        )


def _head(number: int, entry: Entry) -> list[Any]:
    if isinstance(entry, Opposed):
        return [number, str(entry.kind), entry.days, " ".join(entry.options)]
    return [number, str(entry.kind), None, None]


def _of(
    entry: Entry, positions: dict[int, PositionView]
) -> Iterator[tuple[PositionView, PositionView]]:
    """Give each position of an entry, and the same with the quote that the entry is about."""
    quotes = {u.position: u.quote for u in entry.uses} if isinstance(entry, SharedPassage) else {}
    for number in numbers_of(entry):
        position = positions[number]
        chosen = [q for q in position.quotes if q.id == quotes.get(number)]
        yield position, replace(position, quotes=chosen or position.quotes)


def _office(position: PositionView) -> str | None:
    speaker = position.quotes[0].speaker if position.quotes else None
    return speaker.office if speaker else None


def _needed(entry: Entry) -> list[str | None]:
    if not isinstance(entry, Condition):
        return [None] * (2 + len(BESIDE))
    standing = entry.by_standing()
    return [
        entry.depends.needs_issue,
        entry.depends.needs_option,
        *(" ".join(one.party for one in standing.get(each, [])) for each in BESIDE),
    ]
