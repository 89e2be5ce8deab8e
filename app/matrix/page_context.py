"""Prepare what the templates of all pages about a negotiation need."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import instant
from app.http.origin import origin
from app.matrix.build import MatrixView
from app.matrix.move_labels import legend
from app.matrix.schemas import MatrixQuery
from app.negotiations.queries import titles_of
from app.positions.queries import count_changed_since
from app.positions.views import PositionView


async def shared(
    request: Request, session: AsyncSession, matrix: MatrixView, query: MatrixQuery
) -> dict[str, Any]:
    """Return the names, times and filters that every page of a matrix needs."""
    shown = [c.position.id for row in matrix.grid.rows for c in row.cells if c and c.position]
    return {
        "negotiation": matrix.negotiation,
        "names": matrix.names,
        "titles": titles_of(matrix.issues),
        "as_of": matrix.as_of.isoformat(),
        "known_at": instant(matrix.at.at) if query.known_at else None,
        "filters": given(query),
        "changed_since": await count_changed_since(session, matrix.at, shown)
        if query.known_at
        else 0,
        "common": matrix.ground,
        "moved": legend(cell for row in matrix.grid.rows for cell in row.cells)
        if query.since
        else None,
        "permalink": permalink(request, matrix),
    }


def given(query: MatrixQuery) -> dict[str, Any]:
    """Return the query parameters as they appear in URLs, defaults omitted."""
    said = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "known_at"})
    return said | ({"known_at": instant(query.known_at)} if query.known_at else {})


def permalink(request: Request, matrix: MatrixView) -> str:
    """Return the URL that will always show this view, with both times in it."""
    pins = {"as_of": matrix.as_of.isoformat(), "known_at": instant(matrix.at.at)}
    kept = [(k, v) for k, v in request.query_params.multi_items() if v and k not in pins]
    return f"{origin(request)}{request.url.path}?{urlencode([*kept, *pins.items()])}"


def counted(matrix: MatrixView) -> SimpleNamespace:
    """Count what the matrix has, including what a filter hides."""
    positions: list[PositionView] = matrix.positions
    firmness: dict[str, int] = {}
    for position in positions:
        firmness[position.firmness] = firmness.get(position.firmness, 0) + 1
    return SimpleNamespace(
        parties=len(matrix.seated),
        issues=len(matrix.issues),
        positions=len(positions),
        quotes=sum(len(p.quotes) for p in positions),
        firmness=firmness,
    )
