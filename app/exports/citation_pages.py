"""Serve citations as files: of a view of the matrix, a position, a quote, a source."""

from typing import Annotated, Literal

from fastapi import Path, Request, Response

from app.citations.citable import Cite
from app.citations.formats import FORMS
from app.core.clock import now
from app.core.input_models import KnownAt, SlugInPath, read_query
from app.db.engine import Session
from app.http.conditional import not_modified
from app.http.origin import origin
from app.http.routing import Router
from app.log.reader import Moment, get_held, moment
from app.matrix.build import load
from app.matrix.citation import cite_matrix
from app.matrix.frame import Extent
from app.matrix.page_context import permalink
from app.matrix.schemas import MatrixQuery
from app.negotiations.code_book import code_book, issue_views, negotiation_view
from app.positions import presenter, queries
from app.positions.citation import cite_position, cite_quote, cite_source
from app.positions.names_at_moment import called
from app.positions.permanent_addresses import pin
from app.quotes import queries as quote_queries

router = Router(include_in_schema=False)

Form = Literal["txt", "bib", "ris", "json"]
Number = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/n/{slug}/cite.{form}")
async def cite_view(request: Request, session: Session, slug: SlugInPath, form: Form) -> Response:
    """Cite a view of the matrix with its filters, both times pinned."""
    matrix = await load(
        session, slug, read_query(MatrixQuery, request), now=now(), extent=Extent(1)
    )
    pinned = permalink(request, matrix).replace(f"/cite.{form}?", "?", 1)
    return _send_citation(
        request, cite_matrix(matrix, base=origin(request), permalink=pinned), form
    )


@router.get("/positions/{position_id}/cite.{form}")
async def cite_newest(
    request: Request, session: Session, position_id: Number, form: Form
) -> Response:
    """Cite a position in its newest version."""
    return await _position(request, session, position_id, None, form)


@router.get("/positions/{position_id}/versions/{version}/cite.{form}")
async def cite_version(
    request: Request, session: Session, position_id: Number, version: Number, form: Form
) -> Response:
    """Cite one version of a position."""
    return await _position(request, session, position_id, version, form)


@router.get("/quotes/{quote_id}/cite.{form}")
async def cite_words(request: Request, session: Session, quote_id: Number, form: Form) -> Response:
    """Cite a quote."""
    at = await _moment(request, session)
    quote, uses = await quote_queries.get_quote(session, at, quote_id)
    invented = await quote_queries.is_of_invented(session, at, uses)
    cite = cite_quote(quote, base=origin(request), query=pin(at), invented=invented)
    return _send_citation(request, cite, form)


@router.get("/sources/{source_id}/cite.{form}")
async def cite_document(
    request: Request, session: Session, source_id: Number, form: Form
) -> Response:
    """Cite a source."""
    at = await _moment(request, session)
    held = await get_held(session, at, "source", source_id)
    invented = await quote_queries.is_source_of_invented(session, at, source_id)
    cite = cite_source(source_id, held.data, base=origin(request), query=pin(at), invented=invented)
    return _send_citation(request, cite, form)


async def _position(
    request: Request, session: Session, number: int, version: int | None, form: Form
) -> Response:
    at = await _moment(request, session)
    [view] = await presenter.views(
        session, at, [await queries.get_version(session, at, number, version=version)]
    )
    book = await code_book(session, at, view.negotiation)
    cite = cite_position(
        view,
        names=await called(session, at, book.party_names(), [view]),
        issue=next(i.title for i in issue_views(book) if i.slug == view.issue),
        negotiation=negotiation_view(book.negotiation).cited_title,
        base=origin(request),
        query=pin(at),
    )
    return _send_citation(request, cite, form)


async def _moment(request: Request, session: Session) -> Moment:
    return await moment(session, read_query(KnownAt, request).known_at)


def _send_citation(request: Request, cite: Cite, form: Form) -> Response:
    media, write = FORMS[form]
    named = {"Content-Disposition": f'inline; filename="{cite.work.key}.{form}"'}
    return not_modified(
        request, Response(write(cite.work).encode(), headers=named, media_type=media)
    )
