"""Compute how near two parties are to each other (docs/rules.md#agreement); pure functions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
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


def agreement(
    parties: Sequence[str], issues: Sequence[IssueScale], preferred: Mapping[tuple[str, str], str]
) -> list[Pair]:
    """Compute the agreement of each pair of parties, once, in the order of the parties.

    `preferred` maps (party, issue) to an option. The mean is exact, of ranks as written in
    decimals, and rounded once, a tie to the even digit.
    """
    return [_pair(one, other, issues, preferred) for one, other in combinations(parties, 2)]


def _pair(
    one: str, other: str, issues: Sequence[IssueScale], preferred: Mapping[tuple[str, str], str]
) -> Pair:
    on: list[OnIssue] = []
    total = Fraction(0)
    for issue in issues:
        mine, theirs = preferred.get((one, issue.slug)), preferred.get((other, issue.slug))
        if mine is not None and theirs is not None:
            on.append(OnIssue(issue.slug, [mine, theirs]))
            total += closeness(issue, mine, theirs)
    mean = float(round(total / len(on), 3)) if on else None
    return Pair([one, other], mean, len(on), on)


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
