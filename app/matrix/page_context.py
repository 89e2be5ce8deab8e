"""Prepare what the templates of all pages about a negotiation need."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.core.input_models import Query
from app.http.origin import origin
from app.http.templating import instant as shown_instant
from app.log.api_answers import next_link
from app.log.reader import Moment
from app.matrix.build import MatrixView
from app.matrix.frame import Frame
from app.matrix.move_labels import legend
from app.matrix.news import news_cursor
from app.matrix.schemas import MatrixQuery, Seen
from app.matrix.totals import Totals
from app.negotiations.code_book import titles_of
from app.positions.queries import count_changed_since


async def shared(
    request: Request, session: AsyncSession, matrix: MatrixView, query: MatrixQuery
) -> dict[str, Any]:
    """Return the names, times and filters that every page of a matrix needs."""
    shown = [c.position.id for row in matrix.grid.rows for c in row.cells if c and c.position]
    return {
        **await of_frame(request, session, matrix, query, shown),
        "names": matrix.names,
        "titles": titles_of(matrix.issues),
        "common": matrix.ground,
        "moved": legend(cell for row in matrix.grid.rows for cell in row.cells)
        if query.since
        else None,
    }


async def of_frame(
    request: Request,
    session: AsyncSession,
    frame: Frame,
    query: MatrixQuery,
    shown: Collection[int],
    *,
    said: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what such pages need that does not depend on their cells; these show `shown`.

    `said` are the words for the moment, which a page that is kept has other ones for.
    """
    said = said or moment_in_words(frame.at)
    return {
        "negotiation": frame.negotiation,
        "as_of": frame.as_of.isoformat(),
        "known_at": instant(frame.at.at) if query.known_at else None,
        "filters": given(query),
        "changed_since": await count_changed_since(session, frame.at, shown)
        if query.known_at
        else 0,
        "permalink": permalink(request, frame, said["instant"]),
        "read_at": instant(frame.at.at),
        "read_on": said["read_on"],
        "news": {"revision": said["revision"], "cursor": said["cursor"]},
        "site": origin(request),
        "full": f"{origin(request)}{request.url.path}"
        + (f"?{request.url.query}" if request.url.query else ""),
    }


def carried_by(query: Query) -> dict[str, Any]:
    """Return what links to other pages carry on: the times, and how the matrix looks."""
    kept = given(query)
    return {name: kept.get(name) for name in Seen.model_fields}


def given(query: Query) -> dict[str, Any]:
    """Return the query parameters as they appear in URLs, defaults omitted."""
    said = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "known_at"})
    known_at: datetime | None = getattr(query, "known_at", None)
    return said | ({"known_at": instant(known_at)} if known_at else {})


def moment_in_words(at: Moment) -> dict[str, str]:
    """Return how pages name a moment."""
    return {
        "instant": instant(at.at),
        "read_on": shown_instant(instant(at.at)),
        "revision": str(at.seq),
        "cursor": news_cursor(at.epoch, at.seq),
    }


def permalink(request: Request, matrix: Frame, known_at: str | None = None) -> str:
    """Return the URL that will always show this view, with both times in it."""
    pins = {"as_of": matrix.as_of.isoformat(), "known_at": known_at or instant(matrix.at.at)}
    return pinned_address(request, pins)


def pinned_address(request: Request, pins: Mapping[str, str]) -> str:
    """Return the URL of a request with these times in it, whatever it said of them."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if v and k not in pins]
    return f"{origin(request)}{request.url.path}?{urlencode([*kept, *pins.items()])}"


def counts(frame: Frame, found: Totals) -> SimpleNamespace:
    """Gather the numbers that stand below the title of a negotiation, of what was asked for."""
    return SimpleNamespace(
        parties=len(frame.across),
        issues=len(frame.down),
        positions=found.positions,
        quotes=found.quotes,
        firmness=found.firmness,
    )


def windows(request: Request, frame: Frame) -> dict[str, Any]:
    """Return the links to the windows before and after the one shown, each None if there is none.

    All of them have both times, so that they are of one matrix.
    """
    pins = {"as_of": frame.as_of.isoformat(), "known_at": instant(frame.at.at)}

    def address(cursor: str | None) -> str | None:
        return (next_link(request, cursor, **pins) or {}).get("next")

    return {
        "next_url": address(frame.next),
        "previous_url": address(frame.previous),
        "is_part": frame.is_part,
        "total_cells": frame.total_cells,
    }
