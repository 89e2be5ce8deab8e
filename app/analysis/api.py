"""Serve the analyses as JSON: agreement, moves, what was current when, and coverage."""

from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.analysis.agreement import IssueScale, compare, count_pairs, pairs_from
from app.analysis.coverage import coverage
from app.analysis.coverage_counts import count_all
from app.analysis.preferences import preferences
from app.analysis.presenter import agreement_json, coverage_json, move_json, ranks_of, timeline_json
from app.analysis.schemas import (
    AgreementData,
    AgreementQuery,
    CoverageData,
    CoverageQuery,
    MovesAnswer,
    MovesQuery,
    TimelineData,
    TimelineQuery,
)
from app.analysis.timelines import Corrected, CorrectionWindow, corrections, count_corrections
from app.analysis.turn_windows import (
    BEGINNING,
    TurnWindow,
    Wanted,
    positions_of,
    turns_by_cell,
    turns_by_day,
)
from app.analysis.walks import Walk, read_walk, write_walk
from app.core.clock import instant, now
from app.core.gently import gently
from app.core.input_models import SlugInPath
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.log.reader import Moment, moment, moment_of
from app.matrix.build import load
from app.matrix.frame import Extent, known_days, read_frame, write_place
from app.matrix.schemas import MatrixQuery
from app.negotiations.code_book import code_book
from app.positions.queries import count_changed_since

MOST = 1_000  # turns of positions, so moves too, in one answer
MOST_CORRECTIONS = 1_000
MOST_CELLS = 2_500  # that the lists of one answer of `coverage` are about
MOST_PAIRS = 5_000
MOST_COMPARISONS = 50_000  # of two preferences, so lines of all pairs together
MOST_COMPARED_CELLS = 20_000  # of the parties of one window

router = api_router("/negotiations/{slug}", tag="analysis")


@router.get(
    "/agreement",
    summary="Read the agreement of each pair of parties",
    responses=answers(Answer[AgreementData]),
)
async def show_agreement(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[AgreementQuery, Query()]
) -> Response:
    """How near each pair of parties is to each other, from 0 to 1.

    It goes by the issues on which both prefer an option. With `party`, only pairs among these
    parties are compared. Every pair is listed, some thousands at once; `meta.total_pairs` says how
    many there are.
    """
    asked = MatrixQuery(**query.model_dump())
    extent = Extent(purpose="agreement", whole=True)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
    parties = [party.slug for party in frame.columns]
    start, _ = frame.place
    issues = max(len(frame.issues), 1)
    window = pairs_from(
        parties,
        start,
        most=min(MOST_PAIRS, MOST_COMPARISONS // issues),
        most_parties=MOST_COMPARED_CELLS // issues,
    )
    named = dict.fromkeys(party for pair in window for party in pair)
    held = await preferences(session, frame.at, frame.book, named, as_of=frame.as_of)
    scales = [IssueScale.of(issue) for issue in frame.issues]
    pairs = [pair async for pair in gently(compare(window, scales, held.preferred))]
    total, end = count_pairs(len(parties)), start + len(window)
    following = (
        write_place("agreement", frame.at, frame.as_of, (end, 0)) if 0 < end < total else None
    )
    meta = times(frame.at, as_of=frame.as_of, next=following, total_pairs=total)
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(session, frame.at, held.positions)
    links = next_link(request, following, **_pins(frame.at, frame.as_of))
    return answer(request, agreement_json(pairs), meta, links=links)


@router.get("/changes", summary="List moves", responses=answers(MovesAnswer))
async def list_moves(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[MovesQuery, Query()]
) -> Response:
    """Every move after `from`, up to and with `to`.

    A move is each time that another position becomes current in a cell. Corrections of the record
    made since `from` stand apart, in `corrections` beside `data`: they are no moves. `ranks` tells
    from which rank to which a party moved on an ordered issue. At most 1,000 moves and 1,000
    corrections are answered at once; `meta.next` leads on through both, and
    `meta.total_corrections` says how many corrections there are.
    """
    at = await moment(session, query.known_at)
    start = Walk() if query.cursor is None else read_walk("moves", query.cursor, at)
    if query.known_at is None and start.seq is not None:
        at = await moment_of(session, start.seq, at.epoch)
    book = await code_book(session, at, slug)
    window = TurnWindow([], set(), None)
    if start.turns is not None:
        wanted = Wanted(start.turns, query.after, query.to)
        window = await turns_by_day(session, at, book, wanted, most=MOST)
    corrected = Corrected(query.after)
    beside = CorrectionWindow([], await count_corrections(session, at, book, corrected), None)
    if start.corrections is not None:
        beside = await corrections(
            session, at, book, corrected, start=start.corrections, most=MOST_CORRECTIONS
        )
    seen = await positions_of(session, at, window)
    ranks = ranks_of(book)
    data = [
        move_json(turn, seen, ranks) async for turn in gently(window.turns) if turn.position in seen
    ]
    following = None
    if window.next or beside.next:
        following = write_walk("moves", at, Walk(window.next, beside.next))
    meta = times(at, **{"from": query.after, "to": query.to})
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(session, at, seen)
    meta |= {"next": following, "total_corrections": beside.total}
    links = next_link(request, following, known_at=instant(at.at))
    return answer(request, data, meta, links=links, corrections=beside.corrections)


@router.get("/timeline", summary="Read the timeline", responses=answers(Answer[TimelineData]))
async def show_timeline(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[TimelineQuery, Query()]
) -> Response:
    """Of each cell the positions that were current one after the other up to `as_of`, oldest first.

    `from` is the day on which a position became current (its `stated_by`), `until` the one on which
    the next did (null: it still is), `kind` what kind of move that was. `days` are those by which
    something was said, with how much. Cells come by issue and party, in their order; those without
    any position are left out. At most 1,000 positions are answered at once: a cell with more goes
    on in the next answer. Quotes: GET /positions/{id}.
    """
    at = await moment(session, query.known_at)
    start = Walk() if query.cursor is None else read_walk("timeline", query.cursor, at)
    if query.known_at is None and start.seq is not None:
        at = await moment_of(session, start.seq, at.epoch)
    book = await code_book(session, at, slug)
    days = [(date.fromisoformat(day), n) for day, n in await known_days(session, at, book)]
    newest = days[-1][0] if days else date.min
    as_of = query.as_of or start.as_of or max(now().date(), newest)
    wanted = Wanted(start.turns or BEGINNING, to=as_of)
    window = await turns_by_cell(session, at, book, wanted, most=MOST)
    seen = await positions_of(session, at, window)
    shown = [turn for turn in window.turns if turn.position in seen]
    cells = [list(cell) for _, cell in groupby(shown, key=lambda turn: (turn.party, turn.issue))]
    data = timeline_json([(day, n) for day, n in days if day <= as_of], cells, seen)
    following = None
    if window.next is not None:
        following = write_walk("timeline", at, Walk(window.next, None, as_of=as_of))
    meta = times(at, as_of=as_of, next=following)
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(session, at, seen)
    links = next_link(request, following, **_pins(at, as_of))
    return answer(request, data, meta, links=links)


@router.get("/coverage", summary="Read the coverage", responses=answers(Answer[CoverageData]))
async def show_coverage(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[CoverageQuery, Query()]
) -> Response:
    """List what is missing or weak: cells never searched, silent or stale ones, thin evidence.

    Quotes that no longer match are listed too. `redated` are positions whose `stated_by` a
    corrected day of publication would change (`would_be`); nothing changes it but a correction of
    the position. The lists have what concerns up to 2,500 cells at once, in the order of the
    matrix, and `meta.next` leads on; `counts` are those of all cells.
    """
    asked = MatrixQuery(**query.model_dump(exclude={"stale_after"}))
    extent = Extent(MOST_CELLS, ground=False, parts=True, purpose="coverage")
    matrix = await load(session, slug, asked, now=now(), extent=extent)
    counts = await count_all(session, matrix, stale_after=query.stale_after)
    found = await coverage(session, matrix, stale_after=query.stale_after)
    meta = times(matrix.at, as_of=matrix.as_of, next=matrix.next, total_cells=matrix.total_cells)
    if query.known_at is not None:
        shown = [position.id for position in matrix.positions]
        meta["changed_since"] = await count_changed_since(session, matrix.at, shown)
    links = next_link(request, matrix.next, **_pins(matrix.at, matrix.as_of))
    return answer(request, coverage_json(found, counts), meta, links=links)


def _pins(at: Moment, as_of: date) -> dict[str, str]:
    """Return the times that links to further windows name, so that all are of the same data."""
    return {"as_of": as_of.isoformat(), "known_at": instant(at.at)}
