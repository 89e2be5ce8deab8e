"""Serve releases as JSON."""

from fastapi import Request, Response

from app.accounts.api_router import api_router
from app.core.input_models import NumberInPath, SlugInPath
from app.db.engine import Session
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import Known, times
from app.log.reader import moment
from app.negotiations.code_book import code_book
from app.releases.queries import get_release, list_releases
from app.releases.views import ReleaseView, release_view

router = api_router("/negotiations/{slug}/releases", tag="releases")


@router.get("", summary="List releases", responses=answers(Answer[list[ReleaseView]]))
async def show_releases(
    request: Request, session: Session, slug: SlugInPath, query: Known
) -> Response:
    """List what was frozen of a negotiation, the newest first.

    Each has its changelog, its checksum and its package.
    """
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    found = await list_releases(session, book.negotiation.id, query.known_at)
    return answer(request, [release_view(r, slug) for r in found], times(at, next=None))


@router.get("/{number}", summary="Read a release", responses=answers(Answer[ReleaseView]))
async def show_release(
    request: Request,
    session: Session,
    slug: SlugInPath,
    number: NumberInPath,
    query: Known,
) -> Response:
    """One release.

    Its package at `package` is the same bytes for ever, and `sha256` is their checksum.
    """
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    return answer(
        request,
        release_view(await get_release(session, book.negotiation.id, number, query.known_at), slug),
        times(at),
    )
