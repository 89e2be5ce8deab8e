"""Write analyses as CSV: moves between two days, and parties compared issue by issue."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.changes_pages import ChangesFilters, read_moves
from app.analysis.comparison import IssueComparison
from app.analysis.package_query import Packages
from app.analysis.timelines import positions_at
from app.core.clock import instant
from app.exports.columns import INVENTED_COLUMN, Text
from app.exports.csv_export import write_rows
from app.log.reader import Moment
from app.matrix import formatting
from app.matrix.build import fill
from app.matrix.frame import Extent, Frame
from app.matrix.schemas import MatrixQuery
from app.negotiations.code_book import CodeBook, issue_views, negotiation_view
from app.negotiations.views import IssueView
from app.positions.names_at_moment import called
from app.positions.views import PositionView

AT_ONCE = 500  # moves whose positions are in memory

STANCE_COLUMNS = (
    "position_id", "stated_on", "firmness", "stance", "attributed_by_names",
    "quote", "quote_speaker", "quote_said_on", "quote_source", "quote_link",
)  # fmt: skip
COMPARED_COLUMNS = (
    "issue", "issue_title", "likeness", "distance", "party", "party_name", *STANCE_COLUMNS
)  # fmt: skip
PACKAGE_COLUMNS = (
    "package", "issue", "issue_title", "option", "option_label",
    "prefers", "accepts", "reserved", "unsaid", "crossed", "efficient", "nash",
)  # fmt: skip
MOVE_COLUMNS = (
    "on", "kind", "order_uncertain", "party", "party_name", "issue", "issue_title",
    *(f"{when}_{name}" for when in ("before", "after") for name in STANCE_COLUMNS),
)  # fmt: skip


async def write_moves(
    session: AsyncSession, at: Moment, book: CodeBook, query: ChangesFilters, text: Text
) -> AsyncGenerator[bytes]:
    """Yield a row per move by day, with the first quote of the positions before and after it."""
    marked = INVENTED_COLUMN if negotiation_view(book.negotiation).invented else ()
    yield write_rows([[*MOVE_COLUMNS, *marked]], text)
    issues = {issue.slug: issue for issue in issue_views(book)}
    async for found in read_moves(session, at, book, query, at_once=AT_ONCE):
        some = [move for move in found if not query.kind or move.kind in query.kind]
        seen = await positions_at(session, at, {n for m in some for n in (m.before, m.after)})
        names = await called(session, at, book.party_names(), seen.values())
        yield write_rows(
            (
                [
                    move.on.isoformat(),
                    str(move.kind),
                    move.doubtful,
                    move.party,
                    names[move.party],
                    move.issue,
                    issues[move.issue].title,
                    *stance_row(seen.get(move.before or 0), issues[move.issue], names),
                    *stance_row(seen.get(move.after), issues[move.issue], names),
                    *([True] if marked else []),
                ]
                for move in some
            ),
            text,
        )


async def write_comparison(
    session: AsyncSession, frame: Frame, compared: Sequence[IssueComparison], text: Text
) -> AsyncGenerator[bytes]:
    """Yield a row per issue and party, in the order of the page; `frame` has these parties."""
    marked = INVENTED_COLUMN if frame.negotiation.invented else ()
    yield write_rows([[*COMPARED_COLUMNS, "as_of", "known_at", *marked]], text)
    issues = {issue.slug: issue for issue in frame.issues}
    times = [frame.as_of.isoformat(), instant(frame.at.at)]
    for start in range(0, len(compared), AT_ONCE):
        some = compared[start : start + AT_ONCE]
        part = replace(frame, rows=[issues[one.issue] for one in some])
        matrix = await fill(session, part, MatrixQuery(), Extent(ground=False))
        yield write_rows(
            (
                [
                    row.issue.slug,
                    row.issue.title,
                    str(one.likeness),
                    None if one.gap is None else float(round(one.gap, 3)),
                    party.slug,
                    party.name,
                    *stance_row(cell.position if cell else None, row.issue, matrix.names),
                    *times,
                    *([True] if marked else []),
                ]
                for one, row in zip(some, matrix.grid.rows, strict=True)
                for party, cell in zip(frame.columns, row.cells, strict=True)
            ),
            text,
        )


def write_packages(found: Packages, text: Text) -> Iterator[bytes]:
    """Yield a row per issue of each open package, in the order of the page."""
    matrix = found.matrix
    marked = INVENTED_COLUMN if matrix.negotiation.invented else ()
    yield write_rows([[*PACKAGE_COLUMNS, "as_of", "known_at", *marked]], text)
    times = [matrix.as_of.isoformat(), instant(matrix.at.at)]
    labels = {(i.slug, o.slug): o.label for i in found.chosen for o in i.options}
    weighing = found.report.weighing
    best = {one.package for one in weighing.best} if weighing else set()
    for start in range(0, len(found.report.shown), AT_ONCE):
        yield write_rows(
            (
                [
                    number,
                    issue.slug,
                    issue.title,
                    option,
                    labels[issue.slug, option],
                    one.support.prefers,
                    one.support.accepts,
                    len(one.reserved),
                    one.support.unsaid,
                    one.support.crossed,
                    (one.package in best) if weighing else None,
                    (weighing.nash is not None and weighing.nash.package == one.package)
                    if weighing
                    else None,
                    *times,
                    *([True] if marked else []),
                ]
                for number, one in enumerate(found.report.shown[start : start + AT_ONCE], start + 1)
                for issue, option in zip(found.chosen, one.package, strict=True)
            ),
            text,
        )


def stance_row(
    position: PositionView | None, issue: IssueView, names: Mapping[str, str]
) -> list[Any]:
    """Return a position and its first quote as columns, in the order of STANCE_COLUMNS."""
    if position is None:
        return [None] * len(STANCE_COLUMNS)
    quote = position.quotes[0] if position.quotes else None
    speaker = quote.speaker if quote else None
    return [
        position.id,
        position.stated_on,
        position.firmness,
        formatting.stance_words(issue, position),
        "; ".join(names.get(slug, slug) for slug in position.attributed_by),
        quote.exact if quote else None,
        (speaker.name or speaker.office) if speaker else None,
        quote.said_on if quote else None,
        quote.source.title if quote else None,
        quote.link if quote else None,
    ]
