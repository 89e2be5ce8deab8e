"""Follow the agreement of two parties from day to day; pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.analysis.agreement import IssueScale, closeness


@dataclass(frozen=True, slots=True)
class Preferring:
    """The option that a party prefers on an issue from a day on; None where it prefers none."""

    on: date
    party: str
    issue: str
    option: str | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreement of two parties from a day on, and the number of issues it rests on."""

    on: date
    agreement: float | None
    issues: int


def course(
    one: str, other: str, issues: Sequence[IssueScale], said: Iterable[Preferring]
) -> list[Agreed]:
    """Return each day on which the agreement of two parties or its basis changed, oldest first."""
    scales = {issue.slug: issue for issue in issues}
    held: dict[tuple[str, str], str | None] = {}
    near: dict[str, Fraction] = {}  # by issue on which both prefer an option
    known: dict[tuple[str, str, str], Fraction] = {}
    total = Fraction(0)  # of `near`
    found: list[Agreed] = []
    for day, changed in _by_day(said, {one, other}, scales):
        for change in changed:
            held[change.party, change.issue] = change.option
            mine, theirs = held.get((one, change.issue)), held.get((other, change.issue))
            total -= near.pop(change.issue, 0)
            if mine is None or theirs is None:
                continue
            key = (change.issue, mine, theirs)
            if key not in known:
                known[key] = closeness(scales[change.issue], mine, theirs)
            near[change.issue] = known[key]
            total += known[key]
        mean = float(round(total / len(near), 3)) if near else None
        before = (found[-1].agreement, found[-1].issues) if found else (None, 0)
        if (mean, len(near)) != before:
            found.append(Agreed(day, mean, len(near)))
    return found


def _by_day(
    said: Iterable[Preferring], parties: set[str], scales: Mapping[str, IssueScale]
) -> list[tuple[date, list[Preferring]]]:
    days: dict[date, list[Preferring]] = {}
    for change in said:
        if change.party in parties and change.issue in scales:
            days.setdefault(change.on, []).append(change)
    return sorted(days.items())


def month_ends(found: Sequence[Agreed]) -> list[Agreed]:
    """Keep the last of each month, for courses with very many changes."""
    return [
        one
        for one, following in zip(found, [*found[1:], None], strict=True)
        if following is None
        or (one.on.year, one.on.month) != (following.on.year, following.on.month)
    ]


WIDTH, HEIGHT = 640.0, 120.0
LEFT, RIGHT, TOP, BOTTOM = 28.0, 632.0, 8.0, 104.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A time with one agreement, as a line on the drawing."""

    x1: float
    x2: float
    y: float


@dataclass(frozen=True, slots=True)
class CourseDrawing:
    """A course as lines; where it rests on too few issues, there are none."""

    segments: list[Segment]
    risers: list[tuple[float, float, float]]  # x, and the two heights that it joins
    first: date
    last: date


def draw(found: Sequence[Agreed], last: date, min_issues: int) -> CourseDrawing | None:
    """Draw a course up to a day; None if it never rests on enough issues."""
    if not any(_enough(one, min_issues) for one in found):
        return None
    first = found[0].on
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - first).days / span, 1)

    segments: list[Segment] = []
    risers: list[tuple[float, float, float]] = []
    joined = False
    for one, following in zip(found, [*found[1:], None], strict=True):
        if one.agreement is None or not _enough(one, min_issues):
            joined = False
            continue
        y = round(BOTTOM - (BOTTOM - TOP) * one.agreement, 1)
        x2 = across(following.on) if following else RIGHT
        segment = Segment(across(one.on), x2, y)
        if joined:
            risers.append((segment.x1, segments[-1].y, y))
        segments.append(segment)
        joined = True
    return CourseDrawing(segments, risers, first, last)


def _enough(one: Agreed, min_issues: int) -> bool:
    return one.agreement is not None and one.issues >= min_issues
