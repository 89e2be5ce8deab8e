"""Serve the page of contradictions, and of what holds only with something on another issue."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.contradiction_query import (
    ContradictionsListed,
    Entry,
    counted,
    find_contradictions,
    of_kinds,
    positions_in,
    read_contradictions_frame,
)
from app.analysis.kept_parts import Found, drawn_positions, kept_part, key_of
from app.analysis.windows import Pages
from app.core.input_models import SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.contradictions import Kind
from app.matrix.frame import Frame, write_place
from app.matrix.schemas import MatrixQuery
from app.negotiations.code_book import titles_of
from app.negotiations.navigation import nav
from app.positions.names_at_moment import called

PURPOSE = "contradictions page"  # of its cursors
A_PAGE = 20

router = Router(prefix="/n/{slug}", include_in_schema=False)


@router.get("/contradictions")
async def show_contradictions(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show what was said otherwise within some days, words used twice, and conditions."""
    query = read_query(ContradictionsListed, request)
    frame = await read_contradictions_frame(session, slug, query, purpose=PURPOSE)
    filters = _given(query)
    pages = Pages(
        request.url.path,
        filters,
        lambda to: write_place(PURPOSE, frame.at, frame.as_of, (to[0], 0)),
    )
    part = await kept_part(
        session,
        frame.at,
        key_of(frame, query),
        "analysis/_contradictions.html",
        partial(_find, session, frame, query, pages),
    )
    times = MatrixQuery(as_of=query.as_of, known_at=query.known_at)
    return await long_page(
        request,
        "analysis/contradictions.html",
        **await page_context.of_frame(request, session, frame, times, part.positions)
        | {"filters": filters},
        days=query.days,
        parties={party.slug: party for party in frame.parties},
        issues={issue.slug: issue for issue in frame.issues},
        body=part.body,
        nav=nav(slug),
    )


async def _find(
    session: AsyncSession, frame: Frame, query: ContradictionsListed, pages: Pages
) -> Found:
    """Return what the list is drawn of."""
    found = await find_contradictions(session, frame, query)
    about = found.about(query)
    wanted = of_kinds(about, query.kind)
    window = pages.window(frame.place, 0, A_PAGE, len(wanted))
    shown = wanted[window.start : window.end]
    positions = await positions_in(session, frame.at, found, shown)
    values = {
        "negotiation": frame.negotiation,
        "filters": pages.filters,
        "held": drawn_positions(session, frame.at),
        "names": await called(session, frame.at, frame.book.party_names(), positions.values()),
        "groups": _grouped(shown),
        "counts": counted(about),
        "complete": found.whole,
        "days": query.days,
        "window": window,
        "positions": positions,
        "issues": {issue.slug: issue for issue in frame.issues},
        "titles": titles_of(frame.issues),
    }
    return Found(values, positions)


def _grouped(entries: Sequence[Entry]) -> dict[Kind, list[Entry]]:
    return {kind: list(run) for kind, run in groupby(entries, key=lambda entry: entry.kind)}


def _given(query: ContradictionsListed) -> dict[str, Any]:
    times = page_context.given(MatrixQuery(as_of=query.as_of, known_at=query.known_at))
    own = query.model_dump(
        mode="json", exclude_defaults=True, include={"days", "party", "issue", "kind"}
    )
    return {**times, **own}
