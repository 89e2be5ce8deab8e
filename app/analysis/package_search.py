"""Find and count the packages that no party needed for a deal rejects; pure functions.

Issues that conditions bind together are searched as one, all others apart from each other. The
rules: docs/analysis.md#packages.
"""

from __future__ import annotations

import heapq
from functools import reduce
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Any

from app.analysis.packages import Choice, Package, Table
from app.models.vocabulary import Attitude

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

MOST_COUNTED = 200_000  # combinations of issues bound together that are looked at
MOST_TRIED = 10_000  # where they are more than that: the best ones

Score = tuple[int, int, int]  # of options: the lower, the better
Scored = tuple[Score, tuple[Choice, ...]]
Taken = dict[str, list[str]]  # by issue: the options that may be taken


def open_packages(table: Table, most: int = MOST_COUNTED) -> Iterator[Package]:
    """Yield the packages that no party rejects, the best supported first, at most `most`.

    Those that cross the fewest red lines come first, then those on which the fewest parties have
    said nothing or something reserved, then those with the most preferences. Where count_open
    returns None some may be missing.
    """
    # The best packages are made of the best combinations of each group.
    groups = [_ranked(table, group, most) for group in _bound_together(table)]
    scores = [[score for score, _ in ranked] for ranked in groups]
    for places in islice(_by_total(scores), most):
        parts = [ranked[place][1] for ranked, place in zip(groups, places, strict=True)]
        chosen = dict(choice for part in parts for choice in part)
        yield tuple(chosen[issue] for issue in table.issues)


def count_open(table: Table, possible: Mapping[str, Sequence[str]] | None = None) -> int | None:
    """Count the packages that no party rejects; None where that would take too long.

    `possible` replaces the options that may be taken.
    """
    total = 1 if table.issues else 0
    for group in _bound_together(table):
        taken = {i: list((possible or {}).get(i, table.possible(i))) for i in group}
        size = prod(len(options) for options in taken.values())
        if len(group) == 1 or not size:
            total *= size
        elif size > MOST_COUNTED:
            return None
        else:
            total *= int(_fits(table, taken).sum())
    return total


def _ranked(table: Table, group: Sequence[str], most: int) -> list[Scored]:
    """List combinations of these issues that nobody rejects, the best first."""
    taken = {issue: table.possible(issue) for issue in group}
    scores = [[_score(table, i, option) for option in options] for i, options in taken.items()]
    if len(group) > 1 and 0 < prod(len(found) for found in scores) <= MOST_COUNTED:
        return _best_that_fit(table, taken, scores, most)
    # The places of each issue's options, the best first; of equals in the order of the options.
    best = [sorted(range(len(found)), key=found.__getitem__) for found in scores]
    tried = islice(
        _by_total([[found[n] for n in order] for found, order in zip(scores, best, strict=True)]),
        MOST_TRIED if len(group) > 1 else most,
    )
    picked = ([order[n] for order, n in zip(best, ranks, strict=True)] for ranks in tried)
    ranked = [_scored(taken, scores, places) for places in picked]
    return [one for one in ranked if not any(b.is_broken(dict(one[1])) for b in table.bindings)]


def _score(table: Table, issue: str, option: str) -> Score:
    said = table.claims_on(issue, option)
    plain = sum(claim.plain for claim in said)
    prefers = sum(claim.plain and claim.attitude == Attitude.PREFERS for claim in said)
    return len(table.crossed(issue, option)), len(table.parties) - plain, -prefers


def _scored(taken: Taken, scores: Sequence[Sequence[Score]], places: Sequence[int]) -> Scored:
    reached = (found[n] for found, n in zip(scores, places, strict=True))
    choices = ((i, options[n]) for (i, options), n in zip(taken.items(), places, strict=True))
    return _total(reached), tuple(choices)


def _total(scores: Iterable[Score]) -> Score:
    first, second, third = (sum(part) for part in zip(*scores, strict=True))
    return first, second, third


def _best_that_fit(
    table: Table, taken: Taken, scores: Sequence[Sequence[Score]], most: int
) -> list[Scored]:
    import numpy as np  # not at the start: most processes never need it

    fits = _fits(table, taken)
    totals = [
        reduce(np.add.outer, [np.array([score[part] for score in found]) for found in scores])[fits]
        for part in range(3)
    ]
    order = np.lexsort(totals[::-1])[:most]  # stable: of equals in the order of the options
    return [_scored(taken, scores, places) for places in np.argwhere(fits)[order].tolist()]


def _fits(table: Table, taken: Taken) -> NDArray[Any]:
    """Tell of each combination of these issues, an axis each, whether it breaks no condition."""
    import numpy as np

    axes = list(taken)
    fits = np.ones([len(options) for options in taken.values()], dtype=bool)
    asked = {(b.claim.issue, b.claim.option, b.issue, b.options) for b in table.bindings}
    for issue, option, other, needed in asked:
        if issue in taken and option in taken[issue]:
            place = taken[issue].index(option)
            broken: list[Any] = [slice(None)] * len(axes)
            broken[axes.index(issue)] = slice(place, place + 1)
            broken[axes.index(other)] = np.array([one not in needed for one in taken[other]])
            fits[tuple(broken)] = False
    return fits


def _by_total(scores: Sequence[Sequence[Score]]) -> Iterator[tuple[int, ...]]:
    """Yield a place of each sorted list, by the sum of the scores there, then by the places.

    No combination is made before those that it follows, so a few of billions cost little.
    """
    if not scores or not all(scores):
        return

    def entry(places: tuple[int, ...]) -> tuple[Score, tuple[int, ...]]:
        return _total(found[n] for found, n in zip(scores, places, strict=True)), places

    waiting = [entry((0,) * len(scores))]
    while waiting:
        _, places = heapq.heappop(waiting)
        yield places
        # Each combination follows from one other, so that none is met twice.
        last = max((issue for issue, place in enumerate(places) if place), default=0)
        for issue in range(last, len(places)):
            if places[issue] + 1 < len(scores[issue]):
                after = (*places[:issue], places[issue] + 1, *places[issue + 1 :])
                heapq.heappush(waiting, entry(after))


def _bound_together(table: Table) -> list[list[str]]:
    """Group the issues that conditions bind together, directly or through others."""
    group = {issue: {issue} for issue in table.issues}
    for binding in table.bindings:
        joined = group[binding.claim.issue] | group[binding.issue]
        for issue in joined:
            group[issue] = joined
    found: list[list[str]] = []
    for issue in table.issues:
        if not any(issue in known for known in found):
            found.append([one for one in table.issues if one in group[issue]])
    return found
