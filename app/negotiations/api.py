"""Negotiations, with their parties, issues and options, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.bodies import JsonRoute
from app.core.clock import instant
from app.core.database import Session
from app.core.forms import Instant
from app.core.forms import Query as QueryInput
from app.core.responses import answer
from app.history.read import moment
from app.negotiations import queries

router = APIRouter(prefix="/api/v1", route_class=JsonRoute, tags=["negotiations"])


class KnownAt(QueryInput):
    known_at: Instant | None = None


@router.get("/negotiations")
async def list_negotiations(request: Request, session: Session, query: Annotated[KnownAt, Query()]) -> Response:
    """The negotiations that are followed."""
    at = await moment(session, query.known_at)
    found = [queries.negotiation_view(s) for s in await queries.list_negotiations(session, at)]
    return answer(request, found, {"next": None, "known_at": instant(at.at), "revision": at.seq})


@router.get("/negotiations/{slug}")
async def show_negotiation(
    request: Request, session: Session, slug: str, query: Annotated[KnownAt, Query()]
) -> Response:
    """One negotiation with its parties, its issues and their options."""
    at = await moment(session, query.known_at)
    book = await queries.code_book(session, at, slug)
    view = queries.negotiation_view(book.negotiation)
    data = {
        **{name: getattr(view, name) for name in view.__slots__},
        "parties": queries.party_views(book),
        "issues": queries.issue_views(book),
    }
    etag = f'"{book.negotiation.version}.{at.seq}.{at.epoch[:8]}"'
    return answer(request, data, {"known_at": instant(at.at), "revision": at.seq}, etag=etag)
