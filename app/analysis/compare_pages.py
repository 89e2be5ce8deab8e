"""Serve the page that puts two or three parties side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.dependencies import Anyone, Reading
from app.analysis.agreement import IssueScale, Pair, agreement
from app.analysis.agreement_pages import MIN_ISSUES, Minimum
from app.analysis.comparison import IssueComparison, Likeness, compare_on
from app.analysis.course import Agreed, CourseDrawing, Preferring, course, draw, month_ends
from app.analysis.kept_parts import NOTHING, Found, drawn_positions, kept_part, key_of
from app.analysis.preferences import Preferences, preferences
from app.analysis.turn_windows import BEGINNING, Place, Wanted, turns_by_cell
from app.analysis.windows import Pages
from app.core.clock import now
from app.core.errors import bad_parameter
from app.core.input_models import Slug, SlugInPath, read_query
from app.http.routing import Router
from app.http.templating import long_page
from app.log.recall import recall
from app.matrix import page_context
from app.matrix.build import fill
from app.matrix.frame import Extent, Frame, read_frame, write_place
from app.matrix.grid import GridCell
from app.matrix.schemas import MatrixQuery, Times
from app.matrix.stands import AT_ONCE, stands_of
from app.negotiations.navigation import nav
from app.negotiations.views import IssueView

PURPOSE = "compare page"  # of its cursors
ISSUES_A_PAGE = 20
FEWEST, MOST = 2, 3  # parties
MOST_TURNS = 10_000  # positions whose course is followed
MOST_DAYS = 60  # of a course that are listed
BYTES_OF_TURN = 200  # in memory

router = Router(prefix="/n/{slug}", include_in_schema=False)


class ComparePageQuery(Times):
    """Both times, the parties, and which issues are wanted."""

    party: Annotated[list[Slug], Field(description="Two or three parties.")] = []
    show: Annotated[
        list[Likeness], Field(description="Issues on which they compare like this; default: all.")
    ] = []
    min_issues: Minimum = MIN_ISSUES
    cursor: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True, slots=True)
class ComparedIssue:
    """An issue with the cells of the parties, in their order."""

    issue: IssueView
    comparison: IssueComparison
    cells: list[GridCell | None]


@dataclass(frozen=True, slots=True)
class PairCourse:
    """How the agreement of two parties went: each change, or the ends of months."""

    pair: Pair
    changes: list[Agreed]  # the newest first
    monthly: bool
    left_out: int  # older ones
    drawing: CourseDrawing | None


@router.get("/compare")
async def show_comparison(
    request: Request, session: Reading, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show what two or three parties differ on, then what they share, then what is unsaid."""
    query = read_query(ComparePageQuery, request)
    chosen = list(dict.fromkeys(query.party))
    if len(chosen) > MOST:
        raise bad_parameter("party", "compares two or three parties, not more")
    asked = MatrixQuery(**query.model_dump(exclude={"min_issues", "show"}))
    extent = Extent(ground=False, purpose=PURPOSE, whole=True)
    frame = await read_frame(session, slug, asked, now=now(), extent=extent)
    times = MatrixQuery(as_of=query.as_of, known_at=query.known_at)
    filters = _given(query, chosen)
    ready = len(chosen) >= FEWEST
    columns = sorted(frame.columns, key=lambda p: chosen.index(p.slug)) if ready else []
    pages = Pages(
        request.url.path,
        filters,
        lambda to: write_place(PURPOSE, frame.at, frame.as_of, (to[0], 0)),
    )
    part = NOTHING
    if ready:
        part = await kept_part(
            session,
            frame.at,
            key_of(frame, query),
            "analysis/_compare.html",
            partial(_find, session, replace(frame, columns=columns), query, pages),
        )
    return await long_page(
        request,
        "analysis/compare.html",
        **await page_context.of_frame(request, session, frame, times, part.positions)
        | {"filters": filters},
        parties=columns,
        chosen=chosen,
        all_parties=frame.seated,
        pairs=part.head.get("pairs", []),
        names=frame.book.party_names(),
        body=part.body,
        nav=nav(slug, "/agreement"),
    )


async def _find(
    session: AsyncSession, frame: Frame, query: ComparePageQuery, pages: Pages
) -> Found:
    """Return what the part of the page is drawn of; the frame has the parties as its columns."""
    compared = await _compare(session, frame, query)
    wanted = [one for one in compared.issues if not query.show or one.likeness in query.show]
    window = pages.window(frame.place, 0, ISSUES_A_PAGE, len(wanted))
    part = wanted[window.start : window.end]
    by_slug = {issue.slug: issue for issue in frame.issues}
    matrix = await fill(
        session,
        replace(frame, rows=[by_slug[one.issue] for one in part]),
        MatrixQuery(as_of=query.as_of, known_at=query.known_at),
        Extent(ground=False),
    )
    values = {
        "negotiation": frame.negotiation,
        "filters": pages.filters,
        "parties": frame.columns,
        "courses": compared.courses,
        "followed": compared.followed,
        "counts": Counter(one.likeness for one in compared.issues),
        "issues": [
            ComparedIssue(row.issue, one, list(row.cells))
            for row, one in zip(matrix.grid.rows, part, strict=True)
        ],
        "window": window,
        "min_issues": query.min_issues,
        "names": matrix.names,
        "held": drawn_positions(session, frame.at),
    }
    return Found(values, compared.positions, {"pairs": compared.pairs})


@dataclass(frozen=True, slots=True)
class Compared:
    """How parties compare on every issue and in all, and how that went."""

    issues: list[IssueComparison]
    pairs: list[Pair]
    courses: list[PairCourse]
    followed: bool  # False: there are too many positions to follow their course
    positions: list[int]


async def _compare(session: AsyncSession, frame: Frame, query: ComparePageQuery) -> Compared:
    chosen = [party.slug for party in frame.columns]
    held: Preferences = await preferences(session, frame.at, frame.book, chosen, as_of=frame.as_of)
    scales = [IssueScale.of(issue) for issue in frame.issues]
    issues = compare_on(chosen, scales, held.preferred, held.spoken)
    pairs = agreement(chosen, scales, held.preferred)
    said = await _said(session, frame)
    courses = []
    for pair in pairs if said is not None else []:
        one, other = pair.parties
        changes = course(one, other, scales, said or [])
        courses.append(_course(pair, changes, frame.as_of, query.min_issues))
    return Compared(issues, pairs, courses, said is not None, held.positions)


async def _said(session: AsyncSession, frame: Frame) -> list[Preferring] | None:
    """Return what the parties preferred from which day on; None if that is too much to follow."""
    found: list[Preferring] = []
    for party in frame.columns:
        said = await _said_by(session, frame, party.slug)
        if said is None or len(found) + len(said) > MOST_TURNS:
            return None
        found += said
    return found


async def _said_by(session: AsyncSession, frame: Frame, party: str) -> list[Preferring] | None:
    """Return the same of one party, read again only after a change."""
    known = recall(session, frame.at)
    key = ("preferred", frame.book.negotiation.id, frame.changes.newest, frame.as_of, party)
    kept: list[Preferring] | None = known.get(*key)
    if kept is not None:
        return kept
    found: list[Preferring] = []
    start: Place | None = BEGINNING
    while start is not None:
        wanted = Wanted(start, to=frame.as_of, parties=[party])
        window = await turns_by_cell(session, frame.at, frame.book, wanted, most=AT_ONCE)
        numbers = {turn.position for turn in window.turns}
        stands = await stands_of(session, frame.at, frame.book, numbers)
        for turn in window.turns:
            stand = stands.get(turn.position)
            option = stand.preferred if stand else None
            found.append(Preferring(turn.on, turn.party, turn.issue, option))
        if len(found) > MOST_TURNS:
            return None
        start = window.next
    known.keep(*key, value=found, size=BYTES_OF_TURN * (len(found) + 1))
    return found


def _course(pair: Pair, changes: list[Agreed], last: date, min_issues: int) -> PairCourse:
    monthly = len(changes) > MOST_DAYS
    listed = month_ends(changes) if monthly else changes
    return PairCourse(
        pair,
        listed[::-1][:MOST_DAYS],
        monthly,
        max(len(listed) - MOST_DAYS, 0),
        draw(changes, last, min_issues),
    )


def _given(query: ComparePageQuery, chosen: Sequence[str]) -> dict[str, object]:
    times = page_context.given(MatrixQuery(as_of=query.as_of, known_at=query.known_at))
    own = query.model_dump(mode="json", exclude_defaults=True, include={"show", "min_issues"})
    return {**times, "party": list(chosen), **own}
