"""Lay out the days on which something was said on a line; pure functions, no markup."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.dates import display, display_short

WIDTH = 720.0
MOST_STROKES = 144
MOST_MONTHS = 18  # that are labelled; a longer time has its years labelled
APART = 56.0  # between two labels at least


@dataclass(frozen=True, slots=True)
class Day:
    """A day on the ribbon, with a height that grows with the number of positions."""

    x: float
    height: float


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year on the ribbon, where it begins, and its number of positions."""

    x: float
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The days on which something was said.

    x runs from 0 to 720, heights from 2 to 20; `handle` is the x of `as_of`. `earlier` and `later`
    are the next such days before and after it.
    """

    days: list[Day]
    handle: float
    earlier: str | None
    later: str | None
    first: str | None = None
    last: str | None = None
    periods: Sequence[Period] = ()  # those with room for a label
    words: str = ""


def ribbon(days: Sequence[tuple[str, int]], as_of: str) -> Ribbon:
    """Lay out days (sorted, with numbers of positions) on a line; find those around `as_of`.

    Very many days share strokes: at most MOST_STROKES and one more are drawn.
    """
    if not days:
        return Ribbon([], WIDTH, None, None)
    first = date.fromisoformat(days[0][0]).toordinal()
    last = max(date.fromisoformat(days[-1][0]).toordinal(), first + 1)

    def place(day: str) -> float:
        along = (date.fromisoformat(day).toordinal() - first) / (last - first)
        return round(10 + 700 * min(max(along, -0.012), 1.012), 1)

    strokes: dict[float, int] = {}
    wide = max(1.0, (last - first) / MOST_STROKES) if len(days) > MOST_STROKES else 0
    for day, count in days:
        # Days that share a stroke stand where it begins.
        along = date.fromisoformat(day).toordinal() - first
        start = int(along / wide) * wide if wide else along
        strokes[start] = strokes.get(start, 0) + count
    most = max(strokes.values())
    ticks = [
        Day(round(10 + 700 * start / (last - first), 1), round(2 + 18 * count / most, 1))
        for start, count in strokes.items()
    ]
    texts = [day for day, _ in days]
    before, after = bisect_left(texts, as_of), bisect_right(texts, as_of)
    counts = _periods(days)
    said = "; ".join(f"{display(period)}: {count}" for period, count in counts.items())
    return Ribbon(
        ticks,
        place(as_of),
        texts[before - 1] if before else None,
        texts[after] if after < len(texts) else None,
        texts[0],
        texts[-1],
        _labels(counts, place),
        f"Positions stated from {display(texts[0])} to {display(texts[-1])}. {said}.",
    )


def _periods(days: Sequence[tuple[str, int]]) -> Counter[str]:
    """Count the positions of each month, or of each year where there are many months."""
    months: Counter[str] = Counter()
    for day, count in days:
        months[day[:7]] += count
    spanned = _month_number(days[-1][0]) - _month_number(days[0][0])
    if spanned < MOST_MONTHS:
        return months
    years: Counter[str] = Counter()
    for month, count in months.items():
        years[month[:4]] += count
    return years


def _month_number(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7])


def _labels(counts: Counter[str], place: Callable[[str], float]) -> list[Period]:
    """Label the periods from left to right, as far as there is room between two labels."""
    labels: list[Period] = []
    year = ""
    for period, count in counts.items():
        x = place(f"{period}-01-01" if len(period) == len("2025") else f"{period}-01")
        if labels and x < labels[-1].x + APART:
            continue
        text = display_short(period)
        labels.append(Period(x, text.removesuffix(f" {year}"), count))
        year = period[:4]
    return labels
