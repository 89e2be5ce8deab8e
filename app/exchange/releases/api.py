"""Releases as JSON."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.core.bodies import JsonRoute
from app.core.clock import instant
from app.core.database import Session
from app.core.responses import answer
from app.exchange.releases.queries import get_release, list_releases
from app.exchange.releases.views import release_view
from app.history.read import Moment, moment
from app.negotiations.queries import code_book
from app.positions.schemas import KnownAt

router = APIRouter(prefix="/api/v1/negotiations/{slug}/releases", route_class=JsonRoute, tags=["releases"])


@router.get("")
async def show_releases(request: Request, session: Session, slug: str, query: Annotated[KnownAt, Query()]) -> Response:
    """What was frozen of a negotiation, the newest first: each with its changelog, its checksum and its package."""
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    found = await list_releases(session, book.negotiation.id, query.known_at)
    return answer(request, [release_view(r, slug) for r in found], _meta(at) | {"next": None})


@router.get("/{number}")
async def show_release(
    request: Request,
    session: Session,
    slug: str,
    number: Annotated[int, Path(ge=1, lt=2**63)],
    query: Annotated[KnownAt, Query()],
) -> Response:
    """One release. Its package at `package` is the same bytes for ever, and `sha256` is their checksum."""
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    return answer(
        request, release_view(await get_release(session, book.negotiation.id, number, query.known_at), slug), _meta(at)
    )


def _meta(at: Moment) -> dict[str, object]:
    return {"known_at": instant(at.at), "revision": at.seq}
