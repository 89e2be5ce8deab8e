"""Serve analyses as CSV files."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from app.analysis.agreement import IssueScale
from app.analysis.changes_pages import ChangesFilters
from app.analysis.compare_pages import FEWEST, MOST
from app.analysis.comparison import compare_on
from app.analysis.contradiction_query import (
    ContradictionsListed,
    ContradictionsQuery,
    find_contradictions,
    of_kinds,
    read_contradictions_frame,
)
from app.analysis.package_query import (
    MOST_ISSUES,
    PackagesQuery,
    find_packages,
    read_packages_frame,
)
from app.analysis.package_report import MOST_LISTED
from app.analysis.preferences import preferences
from app.core.clock import instant, now
from app.core.errors import bad_parameter
from app.core.input_models import Slug, SlugInPath
from app.db.engine import Session
from app.exports.analysis_csv import write_comparison, write_moves, write_packages
from app.exports.columns import Text, as_it_is, guarded
from app.exports.concurrency import slots
from app.exports.contradictions_csv import write_contradictions
from app.exports.download import Download, attachment, etag_of, give_time
from app.http.conditional import unchanged
from app.http.routing import Router
from app.log.reader import moment
from app.matrix.frame import Extent, read_frame
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.code_book import check_slugs, code_book

router = Router(prefix="/n/{slug}", include_in_schema=False)

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
    check_slugs(book, query.party, query.issue)
    slots.expect_one()

    async def content() -> AsyncGenerator[bytes]:
        async with request.app.state.sessions() as own:
            await give_time(own)
            async with aclosing(write_moves(own, at, book, query, _text(query.exact))) as pieces:
                async for piece in pieces:
                    yield piece

    name = f"{slug}_known-at-{instant(at.at)[:19].replace(':', '')}Z-changes"
    return Download(content(), attachment(name, "csv") | {"ETag": etag})


class ComparisonFile(Times):
    """Both times, the parties, and how texts are written."""

    party: Annotated[
        list[Slug], Field(min_length=FEWEST, max_length=MOST, description="Two or three parties.")
    ]
    exact: Exact = False


@router.get("/compare.csv")
async def send_comparison(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[ComparisonFile, Query()]
) -> Response:
    """Send a row for each issue and each of two or three parties: what they differ on first."""
    if len(set(query.party)) < FEWEST:
        raise bad_parameter("party", "names the same party twice")
    asked = MatrixQuery(**query.model_dump(exclude={"exact"}))
    extent = Extent(ground=False)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
    frame = replace(frame, columns=sorted(frame.columns, key=lambda p: query.party.index(p.slug)))
    etag = etag_of(request, frame.at, frame.as_of)
    if same := unchanged(request, etag):
        return same
    slots.expect_one()
    parties = [party.slug for party in frame.columns]
    held = await preferences(session, frame.at, frame.book, parties, as_of=frame.as_of)
    scales = [IssueScale.of(issue) for issue in frame.issues]
    compared = compare_on(parties, scales, held.preferred, held.spoken)

    async def content() -> AsyncGenerator[bytes]:
        async with request.app.state.sessions() as own:
            await give_time(own)
            pieces = write_comparison(own, frame, compared, _text(query.exact))
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece

    name = f"{slug}_as-of-{frame.as_of}-compared"
    return Download(content(), attachment(name, "csv") | {"ETag": etag})


class PackagesFile(Times):
    """Both times, the issues, and how texts are written; what is supposed is not data."""

    issue: Annotated[list[Slug], Field(max_length=MOST_ISSUES)] = []
    exact: Exact = False


@router.get("/packages.csv")
async def send_packages(
    request: Request, session: Session, slug: SlugInPath, query: Annotated[PackagesFile, Query()]
) -> Response:
    """Send a row for each issue of each open package, the best supported packages first."""
    asked = PackagesQuery(**query.model_dump(exclude={"exact"}))
    frame = await read_packages_frame(session, slug, asked, purpose="packages file")
    etag = etag_of(request, frame.at, frame.as_of)
    if same := unchanged(request, etag):
        return same
    found = await find_packages(session, frame, asked, size=MOST_LISTED)
    slots.expect_one()

    async def content() -> AsyncGenerator[bytes]:
        for piece in write_packages(found, _text(query.exact)):
            yield piece

    name = f"{slug}_as-of-{frame.as_of}-packages"
    return Download(content(), attachment(name, "csv") | {"ETag": etag})


class ContradictionsFile(ContradictionsQuery):
    """The filters of the page of contradictions, and how texts are written."""

    exact: Exact = False


@router.get("/contradictions.csv")
async def send_contradictions(
    request: Request,
    session: Session,
    slug: SlugInPath,
    query: Annotated[ContradictionsFile, Query()],
) -> Response:
    """Send a row for each position in each contradiction or condition, as the page lists them."""
    asked = ContradictionsListed(**query.model_dump(exclude={"exact"}))
    frame = await read_contradictions_frame(session, slug, asked, purpose="contradictions file")
    etag = etag_of(request, frame.at, frame.as_of)
    if same := unchanged(request, etag):
        return same
    found = await find_contradictions(session, frame, asked)
    wanted = of_kinds(found.about(asked), asked.kind)
    slots.expect_one()

    async def content() -> AsyncGenerator[bytes]:
        async with request.app.state.sessions() as own:
            await give_time(own)
            pieces = write_contradictions(own, frame, found, wanted, _text(query.exact))
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece

    name = f"{slug}_as-of-{frame.as_of}-contradictions"
    return Download(content(), attachment(name, "csv") | {"ETag": etag})


def _text(exact: bool) -> Text:
    return as_it_is if exact else guarded
