"""Compute how near two parties are to each other (docs/rules.md#agreement); pure functions."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import combinations, islice
from typing import Self

from app.negotiations.views import IssueView


@dataclass(frozen=True, slots=True)
class IssueScale:
    """An issue's options and the ranks that measure their distance, those of retired ones too."""

    slug: str
    ordered: bool
    ranks: Mapping[str, float | Decimal]
    retired: Collection[str]

    @classmethod
    def of(cls, issue: IssueView) -> Self:
        """Return what measures the distance of an issue's options."""
        return cls(
            issue.slug,
            issue.ordered,
            {o.slug: o.rank for o in issue.options if o.rank is not None},
            {o.slug for o in issue.options if o.retired},
        )


@dataclass(frozen=True, slots=True)
class OnIssue:
    issue: str
    options: list[str]  # what each party of the pair prefers


@dataclass(frozen=True, slots=True)
class Pair:
    """Field for field as the API answers it."""

    parties: list[str]
    agreement: float | None  # from 0 to 1; None if there is no issue on which both prefer an option
    issues: int
    on: list[OnIssue]


Preferred = Mapping[tuple[str, str], str]  # by party and issue: an option


def agreement(
    parties: Sequence[str], issues: Sequence[IssueScale], preferred: Preferred
) -> list[Pair]:
    """Compute the agreement of each pair of parties, once, in the order of the parties.

    The mean is exact, of ranks as written in decimals, and rounded once, a tie to the even digit.
    """
    return list(compare(combinations(parties, 2), issues, preferred))


def compare(
    pairs: Iterable[tuple[str, str]], issues: Sequence[IssueScale], preferred: Preferred
) -> Iterator[Pair]:
    """Compute the agreement of these pairs of parties, one after the other."""
    scales = {issue.slug: issue for issue in issues}
    held = _by_party(scales, preferred)
    known: dict[tuple[str, str, str], Fraction | int] = {}
    for one, other in pairs:
        mine, theirs = held.get(one, {}), held.get(other, {})
        on: list[OnIssue] = []
        total: Fraction | int = 0
        for issue, option in mine.items():
            if issue not in theirs:
                continue
            key = (issue, option, theirs[issue])
            near = known.get(key)
            if near is None:
                near = known[key] = _plain(closeness(scales[issue], option, theirs[issue]))
            on.append(OnIssue(issue, [option, theirs[issue]]))
            total += near
        mean = float(round(Fraction(total) / len(on), 3)) if on else None
        yield Pair([one, other], mean, len(on), on)


def _by_party(scales: Mapping[str, IssueScale], preferred: Preferred) -> dict[str, dict[str, str]]:
    """Return what each party prefers, by issue, in the order of the issues."""
    places = {slug: place for place, slug in enumerate(scales)}
    known = ((cell, option) for cell, option in preferred.items() if cell[1] in places)
    held: dict[str, dict[str, str]] = {}
    for (party, issue), option in sorted(known, key=lambda item: places[item[0][1]]):
        held.setdefault(party, {})[issue] = option
    return held


def _plain(number: Fraction) -> Fraction | int:
    return number.numerator if number.denominator == 1 else number  # integers add up faster


def count_pairs(parties: int) -> int:
    """Return how many pairs there are of a number of parties."""
    return parties * (parties - 1) // 2


def pairs_from(
    parties: Sequence[str], start: int, *, most: int, most_parties: int
) -> list[tuple[str, str]]:
    """List the pairs from a place on in the order of `agreement`.

    There are at most `most`, of at most `most_parties` parties, but at least one.
    """
    first = bisect_right(range(len(parties)), start, key=partial(_pairs_before, len(parties))) - 1
    found: list[tuple[str, str]] = []
    named: set[str] = set()
    for one in range(max(first, 0), len(parties)):
        skipped = max(start - _pairs_before(len(parties), one), 0)
        for other in islice(parties, one + 1 + skipped, None):
            named |= {parties[one], other}
            if found and (len(found) >= most or len(named) > most_parties):
                return found
            found.append((parties[one], other))
    return found


def _pairs_before(parties: int, first: int) -> int:
    """Return how many pairs come before those of the party at a place with the later ones."""
    return first * (2 * parties - first - 1) // 2


def closeness(issue: IssueScale, one: str, other: str) -> Fraction:
    """Compare two options of an issue: 1 for the same, 0 for the ends of a scale.

    Different options are 0 as well if the issue is not ordered or one of them has no rank.
    """
    if one == other:
        return Fraction(1)
    if not issue.ordered or one not in issue.ranks or other not in issue.ranks:
        return Fraction(0)
    ranks = {
        option: Fraction(str(rank))
        for option, rank in issue.ranks.items()
        if option in (one, other) or option not in issue.retired
    }
    span = max(ranks.values()) - min(ranks.values())
    return 1 - abs(ranks[one] - ranks[other]) / span if span else Fraction(0)
