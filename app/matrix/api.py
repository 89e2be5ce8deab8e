"""Return the matrix and the common ground as JSON."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.accounts.api_router import api_router
from app.core.clock import instant, now
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.matrix.build import Matrix, load
from app.matrix.grid import Cell
from app.matrix.schemas import MatrixQuery, Times
from app.positions.queries import count_changed_since

MOST_CELLS = 10_000

router = api_router("/negotiations/{slug}", tag="matrix")


@router.get("/matrix")
async def show_matrix(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[MatrixQuery, Query()]
) -> Response:
    """Who wants what: the current position of every party on every issue.

    With `since`, `changed` tells whether another position is current than at the end of that day,
    and `move` the kind of the last move after it. `new` is no change: there was nothing before, or
    only what others said of the party. Where `order_uncertain` is there too, the dates do not tell
    which of the positions came last.
    """
    matrix = await load(session, slug, query, now=now(), most_cells=MOST_CELLS, ground=False)
    cells = [
        cell_json(c, matrix.json) for row in matrix.grid.rows for c in row.cells if c is not None
    ]
    data = {
        "negotiation": slug,
        "parties": [
            {
                "slug": p.slug,
                "name": p.name,
                "role": p.role,
                "consent_required": p.consent_required,
                "order": p.order,
            }
            for p in matrix.grid.parties
        ],
        "issues": [
            {
                "slug": i.slug,
                "title": i.title,
                "group": i.group,
                "ordered": i.ordered,
                "options": i.options,
            }
            for i in (row.issue for row in matrix.grid.rows)
        ],
        "cells": cells,
    }
    meta = times(matrix.at, as_of=matrix.as_of.isoformat())
    meta |= {"next": matrix.next, "total_cells": matrix.total_cells}
    if query.known_at is not None:
        shown = [c.position.id for row in matrix.grid.rows for c in row.cells if c and c.position]
        meta["changed_since"] = await count_changed_since(session, matrix.at, shown)
    return answer(request, data, meta, links=next_rows(request, matrix))


@router.get("/common-ground")
async def show_common_ground(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[Times, Query()]
) -> Response:
    """For each option: agreed, qualified, blocked or open among those whose consent is required.

    `silent` lists those without an attitude to the option. `elsewhere` lists those of them that
    prefer another option of the issue: they have said what they want, so do not count them as not
    having spoken.
    """
    matrix = await load(
        session, slug, MatrixQuery(**query.model_dump()), now=now(), most_cells=2**31, cells=False
    )
    data = {
        "issues": [
            {"issue": issue, "options": ground.options} for issue, ground in matrix.ground.items()
        ]
    }
    meta = times(matrix.at, as_of=matrix.as_of.isoformat())
    if query.known_at is not None:
        options = [option for ground in matrix.ground.values() for option in ground.options]
        named = {voice.position for o in options for voice in (*o.accepted_by, *o.rejected_by)}
        meta["changed_since"] = await count_changed_since(session, matrix.at, named)
    return answer(request, data, meta)


def next_rows(request: Request, matrix: Matrix) -> dict[str, str] | None:
    """Return the link to the next rows; it has both times, so that all pages are of one matrix."""
    pins = {"as_of": matrix.as_of.isoformat(), "known_at": instant(matrix.at.at)}
    return next_link(request, matrix.next, **pins)


def cell_json(cell: Cell, positions: Mapping[int, Any]) -> dict[str, Any]:
    """Return a cell as the API returns it; fields that do not apply to it are left out."""
    made: dict[str, Any] = {
        "party": cell.party,
        "issue": cell.issue,
        "positions_count": cell.positions_count,
        "position": positions[cell.position.id] if cell.position else None,
        "silence": cell.silence,
    }
    if cell.look is not None:
        made["look"] = {"looked_on": cell.look.looked_on, "where": cell.look.where}
    if cell.possible:
        made["possible"] = cell.possible
        made["possible_stated_on"] = cell.possible_stated_on
    if cell.order_uncertain:
        made["order_uncertain"] = cell.order_uncertain
    if cell.changed is not None:
        made["changed"] = cell.changed
        made["move"] = cell.move
    return made
