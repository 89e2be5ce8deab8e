"""Serve the analyses as JSON: agreement, moves, what was current when, and coverage."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.api_router import api_router
from app.analysis.coverage import coverage
from app.analysis.presenter import agreement_json, coverage_json, move_json, timeline_json
from app.analysis.schemas import (
    AgreementData,
    CoverageData,
    CoverageQuery,
    MovesAnswer,
    MovesQuery,
    TimelineData,
    TimelineQuery,
)
from app.analysis.timelines import corrections, positions_at, turns
from app.core.clock import instant, now
from app.core.errors import bad_parameter
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers
from app.http.pagination import read_cursor, write_cursor
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.log.reader import Moment, moment
from app.matrix.build import MatrixView, load
from app.matrix.frame import Extent
from app.matrix.queries import statement_days
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.code_book import code_book
from app.negotiations.queries import newest_stated_by
from app.positions.queries import count_changed_since

MOST = 10_000  # moves, or turns of positions, in one answer
ALL = 2**31

router = api_router("/negotiations/{slug}", tag="analysis")


@router.get(
    "/agreement",
    summary="Read the agreement of each pair of parties",
    responses=answers(Answer[AgreementData]),
)
async def show_agreement(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[Times, Query()]
) -> Response:
    """How near each pair of parties is to each other, from 0 to 1.

    It goes by the issues on which both prefer an option.
    """
    matrix = await _matrix(session, slug, query)
    return answer(request, agreement_json(matrix), await _meta(session, query, matrix))


@router.get("/changes", summary="List moves", responses=answers(MovesAnswer))
async def list_moves(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[MovesQuery, Query()]
) -> Response:
    """Every move after `from`, up to and with `to`.

    A move is each time that another position becomes current in a cell. Corrections of the record
    made since `from` stand apart, in `corrections` beside `data`: they are no moves. `ranks` tells
    from which rank to which a party moved on an ordered issue. At most 10,000 moves are answered at
    once.
    """
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    found = sorted(
        (
            turn
            for cell in await turns(session, at, book)
            for turn in cell
            if (query.after is None or turn.on > query.after)
            and (query.to is None or turn.on <= query.to)
        ),
        key=lambda turn: turn.on,
    )
    start = _start(query.cursor, "moves", at)
    shown = found[start : start + MOST]
    seen = await positions_at(session, at, {n for t in shown for n in (t.before, t.position)})
    ranks = {
        (i["slug"], o["slug"]): o["rank"]
        for i in book.issues
        if i["ordered"]
        for o in book.options[i.id]
    }
    data = [move_json(turn, seen, ranks) for turn in shown if turn.position in seen]
    meta = times(at, **{"from": query.after, "to": query.to})
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(session, at, seen)
    beside = await corrections(session, at, book, query.after)
    return _window(
        request,
        data,
        meta,
        "moves",
        at,
        start + MOST if len(found) > start + MOST else None,
        corrections=beside,
    )


@router.get("/timeline", summary="Read the timeline", responses=answers(Answer[TimelineData]))
async def show_timeline(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[TimelineQuery, Query()]
) -> Response:
    """Of each cell the positions that were current one after the other up to `as_of`, oldest first.

    `from` is the day on which a position became current (its `stated_by`), `until` the one on which
    the next did (null: it still is), `kind` what kind of move that was. `days` are those by which
    something was said, with how much. Cells come by issue and party, in their order; those without
    any position are left out. Quotes: GET /positions/{id}.
    """
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    number = book.negotiation.id
    as_of = query.as_of or max(
        filter(None, [now().date(), await newest_stated_by(session, at, number)])
    )
    cells = [
        c
        for cell in await turns(session, at, book)
        if (c := [turn for turn in cell if turn.on <= as_of])
    ]
    start, end, size = _start(query.cursor, "timeline", at), 0, 0
    for end in range(start, len(cells) + 1):
        size += len(cells[end]) if end < len(cells) else 0
        if size > MOST and end > start:
            break
    seen = await positions_at(session, at, {t.position for cell in cells[start:end] for t in cell})
    shown = [
        c for cell in cells[start:end] if (c := [turn for turn in cell if turn.position in seen])
    ]
    days = await statement_days(session, at, number)
    data = timeline_json([(day, n) for day, n in days if day <= as_of], shown, seen)
    meta = times(at, as_of=as_of)
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(session, at, seen)
    return _window(request, data, meta, "timeline", at, end if end < len(cells) else None)


@router.get("/coverage", summary="Read the coverage", responses=answers(Answer[CoverageData]))
async def show_coverage(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[CoverageQuery, Query()]
) -> Response:
    """List what is missing or weak: cells never searched, silent or stale ones, thin evidence.

    Quotes that no longer match are listed too. `redated` are positions whose `stated_by` a
    corrected day of publication would change (`would_be`); nothing changes it but a correction of
    the position.
    """
    matrix = await _matrix(session, slug, Times(as_of=query.as_of, known_at=query.known_at))
    found = await coverage(session, matrix, stale_after=query.stale_after)
    return answer(request, coverage_json(found), await _meta(session, query, matrix))


async def _matrix(session: AsyncSession, slug: str, query: Times) -> MatrixView:
    return await load(
        session, slug, MatrixQuery(**query.model_dump()), now=now(), extent=Extent(ALL)
    )


async def _meta(session: AsyncSession, query: Times, matrix: MatrixView) -> dict[str, Any]:
    meta = times(matrix.at, as_of=matrix.as_of)
    if query.known_at is not None:
        meta["changed_since"] = await count_changed_since(
            session, matrix.at, [p.id for p in matrix.positions]
        )
    return meta


def _start(cursor: str | None, purpose: str, at: Moment) -> int:
    if not cursor:
        return 0
    match read_cursor(cursor, purpose, at.epoch):
        case [int(start)] if start >= 0:
            return start
    raise bad_parameter("cursor", "is not a cursor of this server")


def _window(
    request: Request,
    data: Any,
    meta: dict[str, Any],
    purpose: str,
    at: Moment,
    end: int | None,
    **beside: Any,
) -> Response:
    """Answer with one window of the data, and a link to the next.

    The link pins the times, so that all windows are parts of the same data.
    """
    following = None if end is None else write_cursor(purpose, at.epoch, end)
    pins = {"known_at": instant(at.at)} | ({"as_of": str(meta["as_of"])} if "as_of" in meta else {})
    links = next_link(request, following, **pins)
    return answer(request, data, meta | {"next": following}, links=links, **beside)
