"""Weigh packages by what parties care about: exchanges, efficient packages, and Nash's point.

Pure functions. All of it needs stated saliences. The rules: docs/analysis.md#packages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations
from math import lcm, prod

from app.analysis.agreement import IssueScale, closeness
from app.analysis.packages import Package, Table
from app.models.vocabulary import Attitude

Cell = tuple[str, str]  # a party and an issue


@dataclass(frozen=True, slots=True)
class Wish:
    """What a party prefers on an issue, and how much it cares, from 0 to 100."""

    option: str
    salience: int | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A party yields on the issue that it cares less about, and so does the other.

    `gains` are what each wins beyond what it yields: parts of its own care for the two issues.
    """

    parties: tuple[str, str]
    yields: tuple[str, str]  # the issue on which each takes what the other prefers
    gains: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A package, and how much of what it cares about each party gets: from 0 to 1."""

    package: Package
    worth: tuple[Fraction, ...]  # in the order of the parties; 1 where it prefers nothing


def wishes(table: Table) -> dict[Cell, Wish]:
    """Return what each party prefers on each chosen issue; it counts also with reserve."""
    return {
        (claim.party, claim.issue): Wish(claim.option, claim.salience)
        for claim in table.claims
        if claim.attitude == Attitude.PREFERS and claim.issue in table.options
    }


def without_salience(table: Table) -> list[Cell]:
    """List the cells with a preference of which nobody has stated how much the party cares."""
    held = wishes(table)
    cells = ((party, issue) for party in table.parties for issue in table.issues)
    return [cell for cell in cells if cell in held and held[cell].salience is None]


def exchanges(table: Table, scales: Mapping[str, IssueScale]) -> list[Exchange]:
    """List what two parties could trade so that both win, the one that wins less deciding.

    On two issues on which they prefer different options each yields on one. What is yielded and
    what is won is the distance of the two options times how much the party cares (0 to 100), as a
    share of its care for both issues.
    """
    held = wishes(table)

    @cache  # few options, compared by many pairs of parties
    def distance(issue: str, one: str, other: str) -> Fraction:
        return 1 - closeness(scales[issue], one, other)

    found: list[Exchange] = []
    for one, other in combinations(table.parties, 2):
        apart = {}
        for issue in table.issues:
            mine, theirs = held.get((one, issue)), held.get((other, issue))
            if mine and theirs and mine.option != theirs.option:
                apart[issue] = distance(issue, mine.option, theirs.option)
        found += _trades(held, (one, other), apart)
    return sorted(found, key=lambda e: (-min(e.gains), -sum(e.gains)))


def _trades(
    held: Mapping[Cell, Wish], parties: tuple[str, str], apart: Mapping[str, Fraction]
) -> Iterator[Exchange]:
    """Yield the exchanges of two parties on the issues on which they are so far apart."""
    cares: dict[str, tuple[int, int]] = {}
    for issue in apart:
        first, second = (held[party, issue].salience for party in parties)
        if first is not None and second is not None:
            cares[issue] = (first, second)
    # In integers, since most of very many exchanges are none.
    whole = lcm(*(far.denominator for far in apart.values()))
    lost = {
        issue: (one * int(apart[issue] * whole), other * int(apart[issue] * whole))
        for issue, (one, other) in cares.items()
    }
    for mine, theirs in permutations(lost, 2):
        ours, others = lost[theirs][0] - lost[mine][0], lost[mine][1] - lost[theirs][1]
        if ours > 0 and others > 0:
            one, other = (cares[mine][n] + cares[theirs][n] for n in range(2))
            gains = Fraction(ours, whole * one), Fraction(others, whole * other)
            yield Exchange(parties, (mine, theirs), gains)


def weigh(
    table: Table, scales: Mapping[str, IssueScale], packages: Iterable[Package]
) -> list[Weighed]:
    """Return what packages are worth to each party, all saliences being known.

    On an issue it is how near the option is to the one that the party prefers (1: the same),
    weighted by how much the party cares. Issues on which it prefers nothing do not count for it.
    """
    held = wishes(table)
    worths = []
    for party in table.parties:
        cares = {i: held[party, i] for i in table.issues if (party, i) in held}
        whole = sum(wish.salience or 0 for wish in cares.values())
        worths.append(
            {
                (issue, option): Fraction(wish.salience or 0, whole)
                * closeness(scales[issue], wish.option, option)
                for issue, wish in cares.items()
                for option in table.options[issue]
            }
            if whole
            else {}
        )
    found = []
    for package in packages:
        chosen = list(zip(table.issues, package, strict=True))
        worth = tuple(
            sum((of.get(choice, Fraction(0)) for choice in chosen), Fraction(0))
            if of
            else Fraction(1)
            for of in worths
        )
        found.append(Weighed(package, worth))
    return found


def efficient(weighed: Sequence[Weighed]) -> list[Weighed]:
    """List those than which no other is better for one party and not worse for any (Pareto)."""
    if not weighed:
        return []
    whole = lcm(*(worth.denominator for one in weighed for worth in one.worth))
    as_integers = [tuple(int(worth * whole) for worth in one.worth) for one in weighed]
    # What is better for one and not worse for any has a greater sum, so it was met before.
    order = sorted(range(len(weighed)), key=lambda n: -sum(as_integers[n]))
    best: list[int] = []
    for number in order:
        mine = as_integers[number]
        if not any(_dominates(as_integers[other], mine) for other in best):
            best.append(number)
    return [weighed[number] for number in sorted(best)]


def _dominates(one: Sequence[int], other: Sequence[int]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def nash_point(weighed: Sequence[Weighed], otherwise: Weighed | None) -> Weighed | None:
    """Return the package with the greatest product of what each party gains (Nash, 1950).

    Gains are counted from `otherwise`, what the parties have without a deal; without one, from
    nothing. None if no package is better than that for all parties that can gain.
    """
    if not weighed:
        return None
    base = otherwise.worth if otherwise else (Fraction(0),) * len(weighed[0].worth)
    # A party that has all it wants, or wants nothing, can gain nothing, but it must not lose.
    gaining = [n for n, worth in enumerate(base) if worth < 1]
    gains = [
        (prod((one.worth[n] - base[n] for n in gaining), start=Fraction(1)), one)
        for one in weighed
        if gaining
        and all(one.worth[n] > base[n] for n in gaining)
        and all(mine >= before for mine, before in zip(one.worth, base, strict=True))
    ]
    if not gains:
        return None
    return max(gains, key=lambda gain: gain[0])[1]  # of equals the first
