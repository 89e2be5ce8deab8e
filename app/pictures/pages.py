"""Serve pictures of a matrix, a cell, an issue and a party, as SVG and as PNG."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Reading
from app.core import dates
from app.core.clock import instant, now
from app.core.input_models import SlugInPath
from app.http import templating
from app.http.conditional import content_etag, not_modified, unchanged
from app.http.origin import origin
from app.http.routing import Router
from app.matrix.build import MatrixView, fill
from app.matrix.frame import Extent, Frame, read_frame
from app.matrix.page_context import windows
from app.matrix.schemas import Filters, Marked, MatrixQuery
from app.pictures.cell_picture import draw_cell
from app.pictures.matrix_signs import draw_signs
from app.pictures.matrix_words import draw_words
from app.pictures.raster import scale_for, to_png
from app.pictures.sheet import About, Heading
from app.pictures.stands_picture import draw_issue, draw_party

MOST_CELLS, MOST_COLUMNS, MOST_STANDS = 2_500, 300, 60
MOST_IN_WORDS, MOST_COLUMNS_IN_WORDS = 120, 9

router = Router(prefix="/n/{slug}", include_in_schema=False)
Image = Literal["svg", "png"]
Scale = Annotated[
    int | None,
    Field(ge=1, le=4, description="Of a PNG: its pixels for one of the SVG; by default 2."),
]
Cursor = Annotated[str | None, Field(max_length=200, description="From `Link`: the next part.")]
Draw = Callable[[MatrixView, About], str]


class PictureQuery(Marked):
    """The two times, the day after which moves are marked, where to go on, and the size."""

    cursor: Cursor = None
    scale: Scale = None


class MatrixPictureQuery(Filters):
    """The filters of the matrix, where to go on, how cells are drawn, and the size."""

    cursor: Cursor = None
    cells: Annotated[
        Literal["words", "signs"] | None,
        Field(description="By default words, in a large matrix signs."),
    ] = None
    scale: Scale = None


Asked = Annotated[PictureQuery, Query()]
AskedMatrix = Annotated[MatrixPictureQuery, Query()]


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture that an address asks for."""

    slug: str
    image: Image
    query: MatrixQuery
    scale: int | None
    extent: Extent


async def get_cell(slug: SlugInPath, party: SlugInPath, issue: SlugInPath) -> tuple[str, str, str]:
    """Return the negotiation, the party and the issue that a path names."""
    return slug, party, issue


@router.get("/picture.{image}")
async def show_matrix(
    request: Request, session: Reading, slug: SlugInPath, image: Image, query: AskedMatrix
) -> Response:
    """Draw the matrix."""
    asked = MatrixQuery(**query.model_dump(exclude={"scale", "cells"}))
    picture = Picture(slug, image, asked, query.scale, Extent(MOST_CELLS, parts=True))

    def draw(matrix: MatrixView, about: About) -> str:
        few = len(matrix.columns) <= MOST_COLUMNS_IN_WORDS and matrix.total_cells <= MOST_IN_WORDS
        in_words = query.cells == "words" or (query.cells is None and few)
        parties = templating.plural(len(matrix.columns), "party", "parties")
        issues = templating.plural(len(matrix.rows), "issue")
        heading = Heading(matrix.negotiation.title, f"Who wants what: {parties}, {issues}")
        return (draw_words if in_words else draw_signs)(matrix, heading, about)

    return await _answer(request, session, picture, draw)


@router.get("/cells/{party}/{issue}/picture.{image}")
async def show_cell(
    request: Request,
    session: Reading,
    cell: Annotated[tuple[str, str, str], Depends(get_cell)],
    image: Image,
    query: Asked,
) -> Response:
    """Draw a cell with its quotes."""
    slug, party, issue = cell
    asked = _times(query, party=[party], issue=[issue])
    picture = Picture(slug, image, asked, query.scale, Extent(1, ground=False, by_path=True))
    return await _answer(request, session, picture, draw_cell)


@router.get("/issues/{issue}/picture.{image}")
async def show_issue(
    request: Request, session: Reading, slug: SlugInPath, issue: SlugInPath, image: Image,
    query: Asked,
) -> Response:  # fmt: skip
    """Draw an issue: what each party wants, and the common ground."""
    extent = Extent(MOST_STANDS, by_path=True, parts=True)
    picture = Picture(slug, image, _times(query, issue=[issue]), query.scale, extent)
    return await _answer(request, session, picture, draw_issue)


@router.get("/parties/{party}/picture.{image}")
async def show_party(
    request: Request, session: Reading, slug: SlugInPath, party: SlugInPath, image: Image,
    query: Asked,
) -> Response:  # fmt: skip
    """Draw a party: what it wants on each issue."""
    extent = Extent(MOST_STANDS, ground=False, by_path=True)
    picture = Picture(slug, image, _times(query, party=[party]), query.scale, extent)
    return await _answer(request, session, picture, draw_party)


def _times(query: PictureQuery, **path: list[str]) -> MatrixQuery:
    return MatrixQuery(**query.model_dump(exclude={"scale"}), **path)


async def _answer(
    request: Request, session: AsyncSession, picture: Picture, draw: Draw
) -> Response:
    frame = await read_frame(session, picture.slug, picture.query, now=now(), extent=picture.extent)
    if len(frame.columns) > MOST_COLUMNS:  # wider than anybody looks at
        part = replace(picture.extent, most_cells=MOST_COLUMNS)
        frame = await read_frame(session, picture.slug, picture.query, now=now(), extent=part)
    matrix = await fill(session, frame, picture.query, picture.extent)
    links = windows(request, frame)
    about = _about(request, frame, picture.query, links["next_url"])
    svg = await asyncio.to_thread(draw, matrix, about)
    headers = {
        "Content-Disposition": f'inline; filename="{_name(request, frame)}.{picture.image}"',
        # Other sites may show it, which pages do not allow.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if links["next_url"]:
        headers["Link"] = f'<{links["next_url"]}>; rel="next"'
    if picture.image == "svg":
        made = Response(svg, media_type="image/svg+xml", headers=headers)
        return not_modified(request, made)
    scale = scale_for(svg, picture.scale)
    etag = content_etag(f"{scale} {svg}".encode())
    if same := unchanged(request, etag):
        return same
    png = await to_png(svg, scale)
    return Response(png, media_type="image/png", headers=headers | {"ETag": etag})


def _name(request: Request, frame: Frame) -> str:
    """Return a name for the file, of slugs and a day."""
    path = request.url.path.split("/")[2:-1]
    return "_".join([*path, f"as-of-{frame.as_of.isoformat()}"])


def _about(request: Request, frame: Frame, query: MatrixQuery, more: str | None) -> About:
    """Say where a picture is from, and what its reader must know."""
    n, known_at = frame.negotiation, instant(frame.at.at)
    pins = {"as_of": frame.as_of.isoformat(), "known_at": known_at}
    given = request.query_params.multi_items()
    kept = [(k, v) for k, v in given if v and k not in (*pins, "scale", "cells", "cursor")]
    page = request.url.path.rpartition("/")[0]
    return About(
        negotiation=n.cited_title,
        as_of=frame.as_of.isoformat(),
        known_at=templating.instant(known_at),
        licence=n.licence,
        permalink=f"{origin(request)}{page}?{urlencode([*kept, *pins.items()])}",
        notes=tuple(_notes(frame, query, more)),
        invented=n.invented,
    )


def _notes(frame: Frame, query: MatrixQuery, more: str | None) -> Iterator[str]:
    if query.firmness or query.q:
        only = [value.replace("_", " ") for value in query.firmness]
        words = [f"with the words “{query.q}”"] if query.q else []
        yield f"Filtered: only positions {', '.join([*only, *words])}; the other cells are hidden."
    if query.since:
        yield f"Marked is what is new or has moved after {dates.display(query.since.isoformat())}."
    read = frame.negotiation.coded_through
    if read and frame.as_of.isoformat() > read:
        yield f"Sources were read up to {dates.display(read)}."
    if frame.is_part:
        row, column = frame.place
        rows = f"issues {row + 1} to {row + len(frame.rows)} of {len(frame.down)}"
        columns = f"parties {column + 1} to {column + len(frame.columns)} of {len(frame.across)}"
        yield f"This is a part: {rows}, {columns}." + (f" The next part: {more}" if more else "")
