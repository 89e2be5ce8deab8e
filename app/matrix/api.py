"""Return the matrix and the common ground as JSON."""

from typing import Annotated

from fastapi import Query, Request, Response
from orjson import Fragment

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.core.clock import now
from app.core.input_models import SlugInPath
from app.http.conditional import content_etag
from app.http.described import Answer, answers
from app.http.responses import answer, dumps
from app.log.api_answers import times
from app.matrix.build import load
from app.matrix.frame import Extent, read_frame
from app.matrix.kept_rows import json_rows
from app.matrix.presenter import common_ground_json, frame_json, next_rows
from app.matrix.schemas import CommonGroundData, GroundQuery, MatrixData, MatrixQuery, WindowQuery
from app.positions.queries import count_changed_since

MOST_CELLS = 10_000
MOST_STATEMENTS = 2_500  # cells whose positions the common ground of one answer rests on

router = api_router("/negotiations/{slug}", tag="matrix")


@router.get("/matrix", summary="Read the matrix", responses=answers(Answer[MatrixData]))
async def show_matrix(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[WindowQuery, Query()]
) -> Response:
    """Who wants what: the current position of every party on every issue.

    With `since`, `changed` tells whether another position is current than at the end of that day,
    and `move` the kind of the last move after it. `new` is no change: there was nothing before, or
    only what others said of the party. Where `order_uncertain` is there too, the dates do not tell
    which of the positions came last.
    """
    extent = Extent(min(query.limit or MOST_CELLS, MOST_CELLS), parts=True)
    frame = await read_frame(session, slug, query, now=now(), extent=extent)
    rows = await json_rows(session, frame, query)
    meta = times(frame.at, as_of=frame.as_of.isoformat())
    meta |= {"next": frame.next, "total_cells": frame.total_cells}
    if query.known_at is not None:
        shown = [number for row in rows for number in row.shown]
        meta["changed_since"] = await count_changed_since(session, frame.at, shown)
    head = frame_json(frame)
    # The rows have their hashes already: the whole, of some megabytes, need not be hashed again.
    etag = content_etag(dumps([head, meta, [row.digest.hex() for row in rows]]))
    cells = Fragment(b"[%b]" % b",".join(row.cells for row in rows if row.cells))
    links = next_rows(request, frame)
    return answer(request, head | {"cells": cells}, meta, etag=etag, links=links)


@router.get(
    "/common-ground",
    summary="Read the common ground",
    responses=answers(Answer[CommonGroundData]),
)
async def show_common_ground(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[GroundQuery, Query()]
) -> Response:
    """For each option: agreed, qualified, blocked or open among those whose consent is required.

    `silent` lists those without an attitude to the option. `elsewhere` lists those of them that
    prefer another option of the issue: they have said what they want, so do not count them as not
    having spoken. Issues with up to 2,500 cells are answered at once, and `meta.next` leads on.
    """
    matrix = await load(
        session,
        slug,
        MatrixQuery(**query.model_dump()),
        now=now(),
        extent=Extent(MOST_STATEMENTS, cells=False, purpose="common-ground"),
    )
    data = common_ground_json(matrix)
    meta = times(matrix.at, as_of=matrix.as_of.isoformat(), next=matrix.next)
    meta["total_issues"] = len(matrix.down)
    if query.known_at is not None:
        options = [option for ground in matrix.ground.values() for option in ground.options]
        named = {voice.position for o in options for voice in (*o.accepted_by, *o.rejected_by)}
        meta["changed_since"] = await count_changed_since(session, matrix.at, named)
    return answer(request, data, meta, links=next_rows(request, matrix))
