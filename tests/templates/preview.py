"""Serve the templates with the invented negotiation, to look at them.

Run `python -m tests.templates.preview [PORT]`.
"""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.http import templating
from app.matrix import formatting, move_labels, signs
from app.positions import phrases
from tests.templates import invented
from tests.templates.pages import PAGES, with_part

POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; " + "; ".join(
    f"{kind} 'self'"
    for kind in ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action")
)
templating.provide(pictures=formatting, marks=move_labels, signs=signs, phrases=phrases)


def given(request: Request) -> dict[str, object]:
    lists = {
        name: request.query_params.getlist(name)
        for name in ("party", "issue", "firmness")
        if name in request.query_params
    }
    return {name: value for name, value in request.query_params.items() if value} | lists


async def matrix(request: Request) -> Response:
    filters = given(request)
    grid = invented.FILTERED if filters.get("firmness") else invented.GRID
    known_at = filters.get("known_at")
    context = invented.matrix(
        filters=filters,
        grid=grid,
        as_of=filters.get("as_of", "2031-03-14"),
        known_at=known_at,
        changed_since=2 if known_at else 0,
        moved=move_labels.legend(cell for row in grid.rows for cell in row.cells),
    )
    return templating.page(
        request,
        "matrix/show.html",
        fragment="matrix/_grid.html",
        headers={"Content-Security-Policy": POLICY},
        **invented.drawn(context),
    )


async def cell(request: Request) -> Response:
    key = (request.path_params["party"], request.path_params["issue"])
    party = next(one for one in invented.PARTIES if one.slug == key[0])
    issue = next(one for one in invented.ISSUES if one.slug == key[1])
    one = invented.CELLS.get(key) or invented.unseen(*key)
    history = (
        invented.HISTORY
        if key == ("borsk", "gauge")
        else [invented.first(one)]
        if one.position
        else []
    )
    context = invented.one_cell(
        filters=given(request), party=party, issue=issue, cell=one, history=history
    )
    return templating.page(
        request,
        "matrix/cell.html",
        fragment="matrix/_panel.html",
        headers={"Content-Security-Policy": POLICY},
        **invented.drawn(context),
    )


async def other(request: Request) -> Response:
    name, context = PAGES[request.path_params["name"]]
    values = with_part(name, invented.drawn(context))
    return templating.page(request, name, headers={"Content-Security-Policy": POLICY}, **values)


routes = [
    Route("/n/sarn", matrix),
    Route("/n/sarn/cells/{party}/{issue}", cell),
    Route("/page/{name:path}", other),
    Mount("/static", StaticFiles(directory=templating.STATIC)),
]
app = Starlette(routes=routes)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]) if len(sys.argv) > 1 else 8123, log_level="warning")
