"""Serve analyses as CSV files."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.analysis.changes_pages import ChangesFilters, check_slugs
from app.core.clock import instant
from app.core.input_models import SlugInPath
from app.db.engine import Session
from app.exports.analysis_csv import write_moves
from app.exports.columns import Text, as_it_is, guarded
from app.exports.concurrency import slots
from app.exports.download import Download, attachment, etag_of, give_time
from app.http.conditional import unchanged
from app.log.reader import moment
from app.negotiations.code_book import code_book

router = APIRouter(prefix="/n/{slug}", include_in_schema=False)

Exact = Annotated[
    bool, Field(description="Leave texts as they are that a spreadsheet would take for formulas.")
]


class ChangesFile(ChangesFilters):
    """The filters of the page of changes, and how texts are written."""

    exact: Exact = False


@router.get("/changes.csv")
async def send_changes(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[ChangesFile, Query()]
) -> Response:
    """Send the moves between two days by day, each with what was said before and after."""
    at = await moment(session, query.known_at)
    book = await code_book(session, at, slug)
    etag = etag_of(request, at)
    if same := unchanged(request, etag):
        return same
    check_slugs("party", query.party, book.party_ids)
    check_slugs("issue", query.issue, book.issue_ids)
    slots.expect_one()

    async def content() -> AsyncGenerator[bytes]:
        async with request.app.state.sessions() as own:
            await give_time(own)
            async with aclosing(write_moves(own, at, book, query, _text(query.exact))) as pieces:
                async for piece in pieces:
                    yield piece

    name = f"{slug}_known-at-{instant(at.at)[:19].replace(':', '')}Z-changes"
    return Download(content(), attachment(name, "csv") | {"ETag": etag})


def _text(exact: bool) -> Text:
    return as_it_is if exact else guarded
