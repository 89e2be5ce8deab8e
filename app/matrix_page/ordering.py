"""Measure what the matrix is put in order by; pure functions."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.analysis.agreement import IssueScale, Preferred, closeness
from app.analysis.distances import distances
from app.analysis.likeness import likeness_order

MIN_ISSUES = 2  # in common: fewer say nothing about likeness


@dataclass(frozen=True, slots=True)
class Contrasts:
    """On which issues parties differ, and how much."""

    disputed: Mapping[str, float]  # by issue: the mean distance of two parties, from 0 to 1
    differing: Collection[str]  # issues on which two parties prefer different options


NOTHING = Contrasts({}, ())


def likeness(
    parties: Sequence[str], issues: Sequence[IssueScale], preferred: Preferred
) -> list[int]:
    """Return the places of the parties in order of likeness, as the page of agreement has them."""
    import numpy as np  # not at the start: most processes never need it

    found = distances(parties, issues, preferred, each=False)
    return likeness_order(np.where(found.issues >= MIN_ISSUES, found.mean, np.nan))


def contrasts(issues: Sequence[IssueScale], preferred: Preferred) -> Contrasts:
    """Compare what parties prefer on each issue."""
    held: dict[str, Counter[str]] = {issue.slug: Counter() for issue in issues}
    for (_, issue), option in preferred.items():
        if issue in held:
            held[issue][option] += 1
    return Contrasts(
        {issue.slug: dispute(issue, held[issue.slug]) for issue in issues},
        {issue for issue, counts in held.items() if len(counts) > 1},
    )


def dispute(issue: IssueScale, counts: Counter[str]) -> float:
    """Return the mean distance of two parties that prefer an option; 0 if there are no two."""
    total = counts.total()
    if total < 2:
        return 0.0
    options = list(counts)
    apart = sum(
        counts[one] * counts[other] * (1 - float(closeness(issue, one, other)))
        for place, one in enumerate(options)
        for other in options[place + 1 :]
    )
    return apart / (total * (total - 1) / 2)
