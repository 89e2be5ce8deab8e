"""Compute how far parties are from each other, for all pairs at once; pure functions.

Much quicker than exact fractions where there are hundreds of parties. What is shown as a number is
computed exactly (app.analysis.agreement).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.analysis.agreement import IssueScale, Preferred, closeness

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Distances:
    """How far parties are apart, by their places in a list: from 0 to 1, NaN where unknown."""

    mean: NDArray[Any]  # over the issues on which both prefer an option
    issues: NDArray[Any]  # how many these are
    of_issue: Mapping[str, NDArray[Any]]  # on each issue; NaN where not both prefer an option


def distances(
    parties: Sequence[str], issues: Sequence[IssueScale], preferred: Preferred, *, each: bool
) -> Distances:
    """Measure all pairs of parties; `each` keeps also how far they are apart on each issue."""
    import numpy as np  # not at the start: most processes never need it

    size = (len(parties), len(parties))
    total, count = np.zeros(size), np.zeros(size, dtype=int)
    of_issue = {}
    for issue in issues:
        held = [preferred.get((party, issue.slug)) for party in parties]
        options = sorted({option for option in held if option is not None})
        if not options:
            continue
        table = np.array(
            [[1 - float(closeness(issue, one, other)) for other in options] for one in options]
        )
        known = np.array([option is not None for option in held])
        places = np.array([0 if option is None else options.index(option) for option in held])
        both = known[:, None] & known[None, :]
        apart = np.where(both, table[places[:, None], places[None, :]], np.nan)
        total += np.where(both, apart, 0)
        count += both
        if each:
            of_issue[issue.slug] = apart
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return Distances(mean, count, of_issue)
