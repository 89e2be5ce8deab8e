"""Serve the timeline: who wanted what when, for one issue or for all of them small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.agreement import IssueScale
from app.analysis.kept_parts import Found, kept_part, key_of
from app.analysis.timeline_drawing import LARGE, SMALL, Drawing, Said, colour_of, draw, sign_of
from app.analysis.timelines import Turn, move_kind
from app.analysis.turn_windows import BEGINNING, Wanted, positions_of, turns_by_cell
from app.analysis.windows import Pages
from app.core.clock import now
from app.core.input_models import Slug, SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.matrix import page_context
from app.matrix.cell_history import ranks_between
from app.matrix.frame import Extent, Frame, read_frame, write_place
from app.matrix.move_labels import MoveLabel, move_mark
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.navigation import nav
from app.negotiations.views import IssueView
from app.positions.names_at_moment import called
from app.positions.views import PositionView

PURPOSE = "timeline page"  # of its cursors
PARTIES = 40  # lanes of a drawing
MOST_CELLS = 160  # of all small drawings together
MOST_SMALL = 12  # drawings
ROOM = timedelta(days=7)  # at least, after the newest position: all may be of one day
MOST_TURNS = 1_000  # positions in all drawings together

router = Router(prefix="/n/{slug}", include_in_schema=False)


class TimelinePageQuery(Times):
    """Both times, and which issues and parties are drawn."""

    issue: Annotated[list[Slug], Field(description="One is drawn large; default: all.")] = []
    party: Annotated[list[Slug], Field(description="Lanes of these parties; default: all.")] = []
    cursor: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A position and how it became current."""

    turn: Turn
    position: PositionView
    mark: MoveLabel


@dataclass(frozen=True, slots=True)
class DrawnIssue:
    """An issue as it is drawn; `entries` are its positions by party, oldest first."""

    issue: IssueView
    options: list[tuple[str, str, int | None]]  # sign, label and colour
    drawing: Drawing
    entries: list[Entry]
    by_position: Mapping[int, PositionView]


@router.get("/timeline")
async def show_timeline(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show since when each party has wanted what."""
    query = read_query(TimelinePageQuery, request)
    asked = MatrixQuery(**query.model_dump())
    extent = Extent(ground=False, purpose=PURPOSE, whole=True)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
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
        "analysis/_timeline.html",
        partial(_find, session, frame, query, pages),
    )
    times = MatrixQuery(as_of=query.as_of, known_at=query.known_at)
    return await long_page(
        request,
        "analysis/timeline.html",
        **await page_context.of_frame(request, session, frame, times, part.positions)
        | {"filters": filters},
        topic=frame.rows[0] if len(query.issue) == 1 else None,
        all_issues=frame.issues,
        all_parties=frame.seated,
        body=part.body,
        nav=nav(slug, "/timeline"),
    )


async def _find(
    session: AsyncSession, frame: Frame, query: TimelinePageQuery, pages: Pages
) -> Found:
    """Return what the lanes are drawn of."""
    large = len(query.issue) == 1
    lanes = pages.window(frame.place, 1, PARTIES, len(frame.columns))
    parties = frame.columns[lanes.start : lanes.end]
    small = min(MOST_SMALL, max(MOST_CELLS // max(len(parties), 1), 1))
    rows = pages.window(frame.place, 0, 1 if large else small, len(frame.rows))
    issues = frame.rows[rows.start : rows.end]
    slugs = [party.slug for party in parties]
    wanted = Wanted(BEGINNING, None, frame.as_of, slugs, [issue.slug for issue in issues])
    window = await turns_by_cell(session, frame.at, frame.book, wanted, most=MOST_TURNS)
    seen = await positions_of(session, frame.at, window)
    turns = [turn for turn in window.turns if turn.position in seen] if issues and parties else []
    first, last = _days(turns, seen, frame.as_of)
    values = {
        "negotiation": frame.negotiation,
        "filters": pages.filters,
        "large": large,
        "drawn": [
            _drawn(issue, slugs, turns, seen, (first, last), large=large) for issue in issues
        ],
        "parties": {party.slug: party for party in frame.parties},
        "names": await called(session, frame.at, frame.book.party_names(), seen.values()),
        "lanes": lanes,
        "rows": rows,
        "cut": window.next is not None,
        "most": MOST_TURNS,
    }
    return Found(values, {turn.position for turn in turns})


def _days(
    turns: Sequence[Turn], seen: Mapping[int, PositionView], as_of: date
) -> tuple[date, date]:
    """Return the first and the last day of the axis, the same for all drawings."""
    if not turns:
        return as_of, as_of
    first = min(_stated_from(seen[turn.position]) for turn in turns)
    newest = max(turn.on for turn in turns)
    # Some room for what is still current, but not the years since then.
    room = max((newest - first) // 8, ROOM)
    return first, max(min(as_of, newest + room), newest)


def _stated_from(position: PositionView) -> date:
    return date.fromisoformat(position.stated_from or "")


def _drawn(
    issue: IssueView,
    parties: Sequence[str],
    turns: Sequence[Turn],
    seen: Mapping[int, PositionView],
    days: tuple[date, date],
    *,
    large: bool,
) -> DrawnIssue:
    ours = [turn for turn in turns if turn.issue == issue.slug]
    scale, options = IssueScale.of(issue), [option.slug for option in issue.options]
    said = [
        Said(
            turn.position,
            turn.party,
            turn.on,
            turn.until,
            _stated_from(position),
            sign_of(options, position.attitudes, position.act),
            colour_of(scale, position.attitudes),
            bool(position.attributed_by),
        )
        for turn in ours
        for position in [seen[turn.position]]
    ]
    held = {option for turn in ours for option in seen[turn.position].attitudes}
    return DrawnIssue(
        issue,
        [
            (str(place), option.label, colour_of(scale, {option.slug: "prefers"}))
            for place, option in enumerate(issue.options, 1)
            if not option.retired or option.slug in held
        ],
        draw(parties, said, *days, LARGE if large else SMALL),
        [Entry(turn, seen[turn.position], _mark(issue, turn, seen)) for turn in ours],
        {turn.position: seen[turn.position] for turn in ours},
    )


def _mark(issue: IssueView, turn: Turn, seen: Mapping[int, PositionView]) -> MoveLabel:
    before = seen.get(turn.before) if turn.before is not None else None
    ranks = ranks_between(issue, before, seen[turn.position]) if before else None
    return move_mark(move_kind(turn, seen), doubtful=turn.doubtful, ranks=ranks)


def _given(query: TimelinePageQuery) -> dict[str, object]:
    times = page_context.given(MatrixQuery(as_of=query.as_of, known_at=query.known_at))
    return {
        **times,
        **query.model_dump(mode="json", exclude_defaults=True, include={"issue", "party"}),
    }
