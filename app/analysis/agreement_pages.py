"""Serve the page of who agrees with whom: a table in order of likeness, and a map."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal

import anyio.to_thread
from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis import map_labels
from app.analysis.agreement import IssueScale, Pair, compare
from app.analysis.arrangement import MOST_ON_MAP, Arrangement, PartyMap, arrange
from app.analysis.kept_parts import Found, kept_part, key_of
from app.analysis.map_labels import Spot
from app.analysis.preferences import Preferences, preferences
from app.analysis.windows import Pages, Window
from app.core.clock import now
from app.core.gently import gently
from app.core.input_models import Slug, SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.frame import Extent, Frame, read_frame, write_place
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.navigation import nav
from app.negotiations.views import PartyView

PURPOSE = "agreement page"  # of its cursors
SIDE = 40  # rows and columns of a table
MOST_ORDERED = 400  # parties that are put in order of likeness
MOST_CELLS = 50_000  # of the matrix that is read for that
MIN_ISSUES = 2

router = Router(prefix="/n/{slug}", include_in_schema=False)

Minimum = Annotated[
    int, Field(ge=1, le=10_000, description="Issues in common below which nothing is drawn.")
]


class AgreementPageQuery(Times):
    """Both times, and which parties are compared and how."""

    party: Annotated[list[Slug], Field(description="Compare these parties; default: all.")] = []
    min_issues: Minimum = MIN_ISSUES
    order: Literal["likeness", "name", "listed"] = "likeness"
    cursor: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A pair of parties in the table; `step` is its colour, None below the minimum of issues."""

    agreement: float | None
    issues: int
    step: int | None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A party with the parties of the columns; None where it meets itself."""

    party: PartyView
    cells: list[HeatCell | None]


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """The map as it is drawn, and each of its distances."""

    spots: list[tuple[PartyView, Spot]]
    share: float
    across: list[str]  # issues
    up: list[str]
    left_out: list[PartyView]
    pairs: list[Pair]  # the closest first


@router.get("/agreement")
async def show_agreement(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show how far each pair of parties agrees."""
    query = read_query(AgreementPageQuery, request)
    asked = MatrixQuery(**query.model_dump(exclude={"min_issues", "order"}))
    extent = Extent(ground=False, purpose=PURPOSE, whole=True)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
    ordered = _can_be_ordered(frame)
    filters = _given(query)
    pages = Pages(
        request.url.path,
        filters,
        lambda to: write_place(PURPOSE, frame.at, frame.as_of, (to[0], to[1])),
    )
    part = await kept_part(
        session,
        frame.at,
        key_of(frame, query),
        "analysis/_agreement.html",
        partial(_find, session, frame, query, pages),
    )
    times = MatrixQuery(as_of=query.as_of, known_at=query.known_at)
    return await long_page(
        request,
        "analysis/agreement.html",
        **await page_context.of_frame(request, session, frame, times, part.positions)
        | {"filters": filters},
        parties=frame.columns,
        issues_total=len(frame.issues),
        min_issues=query.min_issues,
        order=_order(query, ordered=ordered),
        ordered=ordered,
        body=part.body,
        nav=nav(slug, "/agreement"),
    )


async def _find(
    session: AsyncSession, frame: Frame, query: AgreementPageQuery, pages: Pages
) -> Found:
    """Return what the table and the map are drawn of."""
    parties, ordered = frame.columns, _can_be_ordered(frame)
    side = SIDE if ordered else max(min(SIDE, MOST_CELLS // (2 * max(len(frame.issues), 1))), 2)
    rows, columns = (pages.window(frame.place, way, side, len(parties)) for way in (0, 1))
    table = await _compared(session, frame, query, rows, columns)
    found, exact = table.found, table.exact
    down, across = _part(table.listed, rows), _part(table.listed, columns)
    drawn = found.map if found else None
    values = {
        "negotiation": frame.negotiation,
        "filters": pages.filters,
        "parties": parties,
        "titles": {issue.slug: issue.title for issue in frame.issues},
        "names": {party.slug: party.name for party in frame.parties},
        "min_issues": query.min_issues,
        "order": _order(query, ordered=ordered),
        "across": across,
        "heat": [_row(party, across, exact, query.min_issues) for party in down],
        "rows": rows,
        "columns": columns,
        "closest": _pairs(found.closest, parties, exact) if found else [],
        "farthest": _pairs(found.farthest, parties, exact) if found else [],
        "map": _drawn(drawn, parties, exact) if drawn else None,
        "most_on_map": MOST_ON_MAP,
        "box": map_labels.size_for(len(drawn.places) if drawn else 0),
    }
    return Found(values, table.held.positions)


@dataclass(frozen=True, slots=True)
class Table:
    """What the parties of one window of the table prefer, and how they agree."""

    held: Preferences
    found: Arrangement | None  # of all parties; None if they are too many
    listed: Sequence[PartyView]  # all parties, in the order of the table
    exact: "Exact"


async def _compared(
    session: AsyncSession, frame: Frame, query: AgreementPageQuery, rows: Window, columns: Window
) -> Table:
    parties, ordered = frame.columns, _can_be_ordered(frame)
    listed = _sorted(parties, query.order) if query.order != "likeness" or not ordered else parties
    needed = parties if ordered else [*_part(listed, rows), *_part(listed, columns)]
    slugs = dict.fromkeys(party.slug for party in needed)
    held = await preferences(session, frame.at, frame.book, slugs, as_of=frame.as_of)
    scales = [IssueScale.of(issue) for issue in frame.issues]
    found: Arrangement | None = None
    if ordered:
        names = [party.slug for party in parties]
        found = await anyio.to_thread.run_sync(
            arrange, names, scales, held.preferred, query.min_issues
        )
        if query.order == "likeness":
            listed = [parties[place] for place in found.order]
    down, across = _part(listed, rows), _part(listed, columns)
    asked_for = {_key(one.slug, other.slug) for one in down for other in across if one != other}
    drawn = found.map if found else None
    if found:
        named = [*found.closest, *found.farthest]
        asked_for |= {_key(parties[one].slug, parties[other].slug) for one, other in named}
    if drawn:
        on_map = [parties[place].slug for place in drawn.places]
        asked_for |= {_key(one, other) for one in on_map for other in on_map if one != other}
    exact = {
        _key(*pair.parties): replace(pair, on=[])
        async for pair in gently(compare(sorted(asked_for), scales, held.preferred))
    }
    return Table(held, found, listed, exact)


def _can_be_ordered(frame: Frame) -> bool:
    return len(frame.columns) <= MOST_ORDERED and frame.total_cells <= MOST_CELLS


def _order(query: AgreementPageQuery, *, ordered: bool) -> str:
    return "listed" if query.order == "likeness" and not ordered else query.order


def _sorted(parties: Sequence[PartyView], order: str) -> list[PartyView]:
    if order == "name":
        return sorted(parties, key=lambda party: party.name.casefold())
    return list(parties)


def _part(parties: Sequence[PartyView], window: Window) -> Sequence[PartyView]:
    return parties[window.start : window.end]


def _key(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


Exact = dict[tuple[str, str], Pair]


def _row(party: PartyView, across: Sequence[PartyView], exact: Exact, min_issues: int) -> HeatRow:
    return HeatRow(
        party,
        [
            None if other == party else _cell(exact[_key(party.slug, other.slug)], min_issues)
            for other in across
        ],
    )


def _cell(pair: Pair, min_issues: int) -> HeatCell:
    if pair.agreement is None or pair.issues < min_issues:
        return HeatCell(pair.agreement, pair.issues, None)
    return HeatCell(pair.agreement, pair.issues, min(int(pair.agreement * 5), 4))


def _pairs(
    places: Sequence[tuple[int, int]], parties: Sequence[PartyView], exact: Exact
) -> list[Pair]:
    return [exact[_key(parties[one].slug, parties[other].slug)] for one, other in places]


def _drawn(drawn: PartyMap, parties: Sequence[PartyView], exact: Exact) -> DrawnMap:
    there = [parties[place] for place in drawn.places]
    spots = map_labels.lay_out(drawn.points, [p.short_name or p.name for p in there])
    pairs = [
        exact[_key(one.slug, other.slug)]
        for place, one in enumerate(there)
        for other in there[place + 1 :]
    ]
    return DrawnMap(
        list(zip(there, spots, strict=True)),
        drawn.share,
        *drawn.weightiest,
        [parties[place] for place in drawn.left_out],
        sorted(pairs, key=lambda pair: (-(pair.agreement or 0), -pair.issues)),
    )


def _given(query: AgreementPageQuery) -> dict[str, object]:
    times = page_context.given(MatrixQuery(as_of=query.as_of, known_at=query.known_at))
    own = query.model_dump(
        mode="json", exclude_defaults=True, include={"party", "min_issues", "order"}
    )
    return {**times, **own}
