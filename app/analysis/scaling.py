"""Draw parties on a plane so that distances show how far they disagree; pure functions.

Classical scaling: the plane that keeps most of the spread of the distances. What it cannot show is
said with it, and a distance that is unknown is never drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 3  # parties on a map
EVEN = 1e-9  # differences below this are rounding


@dataclass(frozen=True, slots=True)
class Plane:
    """Where parties stand on two axes, and the share of the spread that these show."""

    points: list[tuple[float, float]]
    share: float  # from 0 to 1


def comparable(apart: NDArray[Any]) -> list[int]:
    """Return the places of parties all of whose distances to each other are known.

    Leaves out one party after the other: each time the one with most unknown distances, of several
    the last.
    """
    import numpy as np

    left = list(range(len(apart)))
    while left:
        unknown = np.isnan(apart[np.ix_(left, left)]).sum(axis=1)
        worst = int(unknown.max())
        if worst == 0:
            break
        left.pop(max(place for place, count in enumerate(unknown) if count == worst))
    return left


def plane(apart: NDArray[Any]) -> Plane | None:
    """Scale known distances to two dimensions; None for too few parties, or if all agree.

    The share is that of the two largest eigenvalues of the doubly centred squares among the sizes
    of all eigenvalues: negative ones are spread that no plane can show. The party farthest out on
    an axis, of several the first, is on its positive side.
    """
    import numpy as np

    count = len(apart)
    if count < FEWEST:
        return None
    squares = np.nan_to_num(apart, nan=0.0) ** 2
    centred = -0.5 * (
        squares - squares.mean(axis=0)[None, :] - squares.mean(axis=1)[:, None] + squares.mean()
    )
    values, vectors = np.linalg.eigh(centred)
    spread = float(np.abs(values).sum())
    if spread < EVEN:
        return None
    axes = []
    shown = 0.0
    for place in (-1, -2):
        value = max(float(values[place]), 0.0)
        axis = vectors[:, place] * np.sqrt(value)
        sizes = np.abs(axis)
        farthest = int(np.flatnonzero(sizes >= sizes.max() - EVEN)[0])
        axes.append(axis if axis[farthest] >= 0 else -axis)
        shown += value
    points = [(float(x), float(y)) for x, y in zip(*axes, strict=True)]
    return Plane(points, shown / spread)


def weightiest(
    axis: Sequence[float], of_issue: Mapping[str, NDArray[Any]], most: int = 3
) -> list[str]:
    """Return the issues that weigh most on an axis, the weightiest first.

    An issue weighs as much as the distances on it grow with those on the axis: their covariance
    over the pairs that both prefer an option on it, times the share of such pairs. So the weights
    of all issues add up to what ties the axis to the agreement itself. Issues without such a tie
    are left out.
    """
    import numpy as np

    along = np.array(axis)
    pairs = np.triu_indices(len(along), k=1)
    on_axis = np.abs(along[:, None] - along[None, :])[pairs]
    weights: list[tuple[float, str]] = []
    for issue, apart in of_issue.items():
        there = apart[pairs]
        known = ~np.isnan(there)
        if known.sum() < 2:
            continue
        one, other = there[known], on_axis[known]
        tie = ((one - one.mean()) * (other - other.mean())).mean() * known.mean()
        if tie > EVEN:
            weights.append((float(tie), issue))
    places = {issue: place for place, issue in enumerate(of_issue)}
    weights.sort(key=lambda each: (-round(each[0], 12), places[each[1]]))
    return [issue for _, issue in weights[:most]]
