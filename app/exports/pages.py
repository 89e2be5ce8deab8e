"""Serve the exports: each checks its parameters, then streams over its own database session."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant, now
from app.core.errors import bad_parameter
from app.core.input_models import SlugInPath
from app.datapackage.export import export_package
from app.db.engine import Session
from app.exports import networks
from app.exports.annotations import export_annotations
from app.exports.concurrency import slots
from app.exports.csv_export import export_csv
from app.exports.download import (
    Download,
    attachment,
    etag_of,
    give_time,
    read_file,
    scratch_file,
)
from app.exports.json_export import export_json
from app.exports.query_params import CsvQuery, FileQuery, PackageQuery
from app.exports.refi_qda import export_qdpx
from app.exports.selection import Selection, count_positions, select_cells
from app.exports.xlsx_export import export_xlsx
from app.http.conditional import unchanged
from app.http.origin import origin
from app.http.routing import Router
from app.log.reader import moment
from app.matrix.schemas import Filters
from app.negotiations.code_book import code_book

router = Router(prefix="/n/{slug}", include_in_schema=False)

Asked = Annotated[Filters, Query()]
AskedOfFile = Annotated[FileQuery, Query()]
Write = Callable[[AsyncSession, Selection, datetime], AsyncGenerator[bytes]]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What is sent as a file: its extension, what writes it, and what its name ends with."""

    extension: str
    write: Write
    suffix: str = ""


@router.get("/export.csv")
async def send_csv(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[CsvQuery, Query()]
) -> Response:
    """Send a row per quote of every position in the filtered cells, or a row per issue."""
    if query.evidence and query.shape == "matrix":
        raise bad_parameter("evidence", "is about positions: leave out shape=matrix")

    def write(own: AsyncSession, chosen: Selection, at: datetime) -> AsyncGenerator[bytes]:
        return export_csv(own, chosen, query, base=origin(request), now=at)

    file = ExportFile("csv", write)
    return await _send(request, session, slug, query, file)


@router.get("/export.json")
async def send_json(
    request: Request, session: Session, slug: SlugInPath, query: AskedOfFile
) -> Response:
    """Send one document that describes itself: the API's matrix and every position of its cells."""

    def write(own: AsyncSession, chosen: Selection, at: datetime) -> AsyncGenerator[bytes]:
        return export_json(
            own, chosen, base=origin(request), permalink=permalink_of(request, chosen), now=at
        )

    file = ExportFile("json", write)
    return await _send(request, session, slug, query, file)


@router.get("/export.jsonld")
async def send_annotations(
    request: Request, session: Session, slug: SlugInPath, query: Asked
) -> Response:
    """Send every quote of the filtered cells as a Web Annotation, with what it is evidence for."""

    def write(own: AsyncSession, chosen: Selection, at: datetime) -> AsyncGenerator[bytes]:
        link = permalink_of(request, chosen)
        return export_annotations(own, chosen, base=origin(request), permalink=link)

    file = ExportFile("jsonld", write, suffix="-annotations")
    return await _send(request, session, slug, query, file)


@router.get("/export.qdpx")
async def send_qdpx(request: Request, session: Session, slug: SlugInPath, query: Asked) -> Response:
    """Send the quotes of the filtered cells as a REFI-QDA project, coded by issue and option."""

    async def write(own: AsyncSession, chosen: Selection, at: datetime) -> AsyncGenerator[bytes]:
        with scratch_file("qdpx") as path:
            await export_qdpx(own, chosen, path, base=origin(request))
            async for chunk in read_file(path):
                yield chunk

    return await _send(request, session, slug, query, ExportFile("qdpx", write))


@router.get("/export.xlsx")
async def send_xlsx(
    request: Request, session: Session, slug: SlugInPath, query: AskedOfFile
) -> Response:
    """Send a workbook: the matrix as on the page, positions, quotes, sources, and a description."""

    async def write(own: AsyncSession, chosen: Selection, at: datetime) -> AsyncGenerator[bytes]:
        with scratch_file("xlsx") as path:
            link = permalink_of(request, chosen)
            await export_xlsx(own, chosen, path, base=origin(request), permalink=link, now=at)
            async for chunk in read_file(path):
                yield chunk

    file = ExportFile("xlsx", write)
    return await _send(request, session, slug, query, file)


@router.get("/export.graphml")
async def send_graph(
    request: Request, session: Session, slug: SlugInPath, query: Asked
) -> Response:
    """Send the parties and their agreement as a graph."""
    file = ExportFile("graphml", networks.export_graphml, suffix="-agreement")
    return await _send(request, session, slug, query, file)


@router.get("/export/edges.csv")
async def send_edges(
    request: Request, session: Session, slug: SlugInPath, query: Asked
) -> Response:
    """Send the agreement of every pair of parties."""
    file = ExportFile("csv", networks.export_edges, suffix="-agreement")
    return await _send(request, session, slug, query, file)


@router.get("/export/bargaining.csv")
async def send_bargaining(
    request: Request, session: Session, slug: SlugInPath, query: Asked
) -> Response:
    """Send where each party is on each scale, from 0 to 100, for bargaining models."""
    file = ExportFile("csv", networks.export_bargaining, suffix="-bargaining")
    return await _send(request, session, slug, query, file)


@router.get("/export.zip")
async def send_package(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[PackageQuery, Query()]
) -> Response:
    """Send the data package of the whole negotiation, without the texts of its sources."""
    at = await moment(session, query.known_at)
    await code_book(session, at, slug)
    etag = etag_of(request, at)

    async def write() -> AsyncGenerator[bytes]:
        with scratch_file("zip") as path:
            async with request.app.state.sessions() as own:
                await give_time(own)
                await export_package(own, at, slug, path, texts=False)
            async for chunk in read_file(path):
                yield chunk

    name = f"{slug}_known-at-{instant(at.at)[:19].replace(':', '')}Z"
    return unchanged(request, etag) or Download(write(), attachment(name, "zip") | {"ETag": etag})


async def _send(
    request: Request,
    session: AsyncSession,
    slug: str,
    query: Filters,
    file: ExportFile,
) -> Response:
    at = now()
    await give_time(session)
    chosen = await select_cells(session, slug, query, now=at)
    etag = etag_of(request, chosen.matrix.at, chosen.as_of)
    if same := unchanged(request, etag):
        return same
    slots.expect_one()  # refuse before the positions are counted
    name = f"{slug}_as-of-{chosen.as_of}{file.suffix}"
    headers = attachment(name, file.extension) | {"ETag": etag}
    headers["X-Total-Positions"] = str(await count_positions(session, chosen))

    async def content() -> AsyncGenerator[bytes]:
        async with (
            request.app.state.sessions() as own,
            aclosing(file.write(own, chosen, at)) as pieces,
        ):
            await give_time(own)
            async for piece in pieces:
                yield piece

    return Download(content(), headers)


def permalink_of(request: Request, chosen: Selection) -> str:
    """Return the address of the exported matrix with both times pinned."""
    pins = {"as_of": chosen.as_of, "known_at": chosen.known_at}
    return (
        f"{origin(request)}/n/{chosen.slug}"
        f"?{urlencode([*chosen.filters.items(), *pins.items()], doseq=True)}"
    )
