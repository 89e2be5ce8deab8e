"""Draw who wanted what when: a lane for each party, a bar for each position; pure functions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.analysis.agreement import IssueScale
from app.models.vocabulary import Act, Attitude

COLOURS = 5  # along a scale
NARROWEST = 3.0  # of a bar


@dataclass(frozen=True, slots=True)
class Size:
    """The measures of a drawing, in its own pixels."""

    width: float
    names: float  # the width of the party names at its left
    lane: float  # the height of a lane
    bar: float  # the height of a bar
    ticks: int  # at most
    head: float = 8.0
    foot: float = 22.0


LARGE = Size(width=1040, names=150, lane=30, bar=20, ticks=8)
SMALL = Size(width=440, names=104, lane=25, bar=16, ticks=4)


@dataclass(frozen=True, slots=True)
class Said:
    """A position's time as the current one of its cell, as much as the drawing needs."""

    position: int
    party: str
    on: date
    until: date | None  # None: to the last day
    stated_from: date
    sign: str
    colour: int | None  # its place on the scale; None: no scale, or no preferred option
    hearsay: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A position from the day by which it had been said; `perhaps_from` is where it may begin."""

    position: int
    x: float
    y: float
    width: float
    perhaps_from: float | None
    sign: str  # empty where there is no room for it
    colour: int | None
    hearsay: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """The bars of a party, below one another with those of the others."""

    party: str
    y: float  # of its middle
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lanes along one time axis; ticks have their places and ISO 8601 dates, as written."""

    size: Size
    height: float
    lanes: list[Lane]
    ticks: list[tuple[float, str]]


def draw(
    parties: Sequence[str], said: Sequence[Said], first: date, last: date, size: Size
) -> Drawing:
    """Draw positions between two days."""
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        along = min(max((day - first).days / span, 0.0), 1.0)
        return round(size.names + (size.width - size.names - 8) * along, 1)

    lanes = []
    for place, party in enumerate(parties):
        middle = size.head + size.lane * (place + 0.5)
        top = round(middle - size.bar / 2, 1)
        bars = [
            _bar(one, across(one.on), across(one.until or last), across(one.stated_from), top)
            for one in said
            if one.party == party
        ]
        lanes.append(Lane(party, middle, bars))
    ticks = [(across(day), text) for day, text in ticks_between(first, last, size.ticks)]
    return Drawing(size, size.head + size.lane * len(parties) + size.foot, lanes, ticks)


def _bar(one: Said, x: float, end: float, perhaps: float, top: float) -> Bar:
    width = round(max(end - x - 1, NARROWEST), 1)
    room = 9 * len(one.sign) + 5
    return Bar(
        one.position,
        x,
        top,
        width,
        perhaps if perhaps < x else None,
        one.sign if width >= room else "",
        one.colour,
        one.hearsay,
    )


def sign_of(options: Sequence[str], attitudes: dict[str, str], act: str) -> str:
    """Return the number of the preferred option; "a", "r" or "–" where there is only less."""
    if act == Act.WITHDRAWS:
        return "–"
    for option, attitude in attitudes.items():
        if attitude == Attitude.PREFERS and option in options:
            return str(options.index(option) + 1)
    held: Collection[str] = attitudes.values()
    return "a" if Attitude.ACCEPTS in held else "r" if Attitude.REJECTS in held else "·"


def colour_of(issue: IssueScale, attitudes: dict[str, str]) -> int | None:
    """Return the place of the preferred option on its scale, in steps from end to end."""
    ranks = {option: float(rank) for option, rank in issue.ranks.items()}
    option = next((o for o, attitude in attitudes.items() if attitude == Attitude.PREFERS), None)
    if not issue.ordered or option is None or option not in ranks:
        return None
    kept = [rank for o, rank in ranks.items() if o == option or o not in issue.retired]
    span = max(kept) - min(kept)
    return round((COLOURS - 1) * (ranks[option] - min(kept)) / span) if span else 0


def ticks_between(first: date, last: date, most: int) -> list[tuple[date, str]]:
    """Choose at most so many days to name on a time axis: years, months or days."""
    days = (last - first).days
    if days > 800:
        years = range(first.year + (first > date(first.year, 1, 1)), last.year + 1)
        return _few([(date(year, 1, 1), str(year)) for year in years], most)
    if days > 45:
        months = [
            date(first.year + n // 12, n % 12 + 1, 1)
            for n in range(first.month - 1, first.month + days // 28 + 1)
        ]
        return _few([(m, f"{m:%Y-%m}") for m in months if first <= m <= last], most)
    step = max(1, -(-days // (most - 1)))
    found = (first + timedelta(days=n) for n in range(0, days + 1, step))
    return [(day, day.isoformat()) for day in found]


def _few(found: list[tuple[date, str]], most: int) -> list[tuple[date, str]]:
    every = -(-len(found) // most) if found else 1
    return found[::every]
