"""Arrange parties by how far they agree: an order, a map, the closest pairs; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.analysis.agreement import IssueScale, Preferred
from app.analysis.distances import Distances, distances
from app.analysis.likeness import likeness_order
from app.analysis.scaling import FEWEST, comparable, plane, weightiest

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_ON_MAP = 40  # parties, and so names that can be told apart
PAIRS_NAMED = 5  # closest and farthest ones


@dataclass(frozen=True, slots=True)
class PartyMap:
    """Parties on a plane, by their places in the list."""

    places: list[int]
    points: list[tuple[float, float]]
    share: float  # of the spread that the plane shows
    weightiest: tuple[list[str], list[str]]  # issues, on each axis
    left_out: list[int]  # for want of issues in common with all others


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How parties are shown; places are those in the list of parties."""

    order: list[int]  # of likeness
    closest: list[tuple[int, int]]
    farthest: list[tuple[int, int]]
    # None: too few parties with enough issues in common, all of one mind, or too many for a map
    map: PartyMap | None


def arrange(
    parties: Sequence[str], issues: Sequence[IssueScale], preferred: Preferred, min_issues: int
) -> Arrangement:
    """Arrange parties by the pairs that have at least `min_issues` issues in common."""
    import numpy as np

    small = len(parties) <= MOST_ON_MAP
    found = distances(parties, issues, preferred, each=small)
    apart = np.where(found.issues >= min_issues, found.mean, np.nan)
    closest, farthest = _extremes(apart, found)
    drawn = _map(apart, found) if small else None
    return Arrangement(likeness_order(apart.copy()), closest, farthest, drawn)


def _extremes(
    apart: NDArray[Any], found: Distances
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the closest and the farthest pairs; of equals first those that rest on more issues."""
    import numpy as np

    ones, others = np.triu_indices(len(apart), k=1)
    known = ~np.isnan(apart[ones, others])
    ones, others = ones[known], others[known]
    rests_on, far = -found.issues[ones, others], np.round(apart[ones, others], 12)
    near = np.lexsort((others, ones, rests_on, far))[:PAIRS_NAMED]
    wide = np.lexsort((others, ones, rests_on, -far))[:PAIRS_NAMED]
    return (
        [(int(ones[n]), int(others[n])) for n in near],
        [(int(ones[n]), int(others[n])) for n in wide if n not in set(near.tolist())],
    )


def _map(apart: NDArray[Any], found: Distances) -> PartyMap | None:
    import numpy as np

    blank = apart.copy()
    np.fill_diagonal(blank, 0)
    places = comparable(blank)
    if len(places) < FEWEST:
        return None
    drawn = plane(blank[np.ix_(places, places)])
    if drawn is None:
        return None
    of_issue = {issue: one[np.ix_(places, places)] for issue, one in found.of_issue.items()}
    across, up = (weightiest([point[axis] for point in drawn.points], of_issue) for axis in (0, 1))
    left_out = sorted(set(range(len(apart))) - set(places))
    return PartyMap(places, drawn.points, drawn.share, (across, up), left_out)
