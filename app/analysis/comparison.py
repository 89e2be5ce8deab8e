"""Sort issues by what two or three parties prefer on them: differences first; pure functions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from app.analysis.agreement import IssueScale, Preferred, closeness

Attitudes = Mapping[str, Mapping[str, str]]  # by party: attitudes by option, on one issue


class Likeness(StrEnum):
    """How parties compare on an issue, in the order of the page."""

    DIFFER = "differ"  # two or more prefer an option, and not all the same
    SHARE = "share"  # two or more prefer an option, all the same
    ONE_SIDED = "one_sided"  # at most one prefers an option: nothing to compare
    UNSAID = "unsaid"  # none has a position


@dataclass(frozen=True, slots=True)
class Steps:
    """How far two options of a scale are apart, and how far its ends are, in ranks."""

    apart: Fraction
    of: Fraction


@dataclass(frozen=True, slots=True)
class IssueComparison:
    """What parties prefer on an issue, in their order; `gap` is that of the two farthest apart."""

    issue: str
    likeness: Likeness
    preferred: tuple[str | None, ...]
    gap: Fraction | None  # from 0 to 1; None where at most one prefers an option
    steps: Steps | None  # the gap in ranks, on a scale


def compare_on(
    parties: Sequence[str],
    issues: Sequence[IssueScale],
    preferred: Preferred,
    spoken: Collection[tuple[str, str]],
) -> list[IssueComparison]:
    """Compare parties on each issue; the farthest apart come first, of equals the first listed.

    `spoken` has the cells with a position, whether it prefers an option or not.
    """
    found = [_compared(parties, issue, preferred, spoken) for issue in issues]
    order = list(Likeness)
    return sorted(found, key=lambda one: (order.index(one.likeness), -(one.gap or 0)))


def _compared(
    parties: Sequence[str],
    issue: IssueScale,
    preferred: Preferred,
    spoken: Collection[tuple[str, str]],
) -> IssueComparison:
    held = tuple(preferred.get((party, issue.slug)) for party in parties)
    options = [option for option in held if option is not None]
    if len(options) < 2:
        said = any((party, issue.slug) in spoken for party in parties)
        likeness = Likeness.ONE_SIDED if said else Likeness.UNSAID
        return IssueComparison(issue.slug, likeness, held, None, None)
    gap, one, other = max(
        ((1 - closeness(issue, one, other), one, other) for one, other in combinations(options, 2)),
        key=lambda each: each[0],
    )
    if len(set(options)) == 1:
        return IssueComparison(issue.slug, Likeness.SHARE, held, gap, None)
    return IssueComparison(issue.slug, Likeness.DIFFER, held, gap, _steps(issue, one, other, gap))


def _steps(issue: IssueScale, one: str, other: str, gap: Fraction) -> Steps | None:
    if not issue.ordered or one not in issue.ranks or other not in issue.ranks or not gap:
        return None
    apart = abs(Fraction(str(issue.ranks[one])) - Fraction(str(issue.ranks[other])))
    return Steps(apart, apart / gap)
