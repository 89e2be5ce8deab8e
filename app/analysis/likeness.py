"""Put parties in an order in which those that agree stand together; pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def likeness_order(apart: NDArray[Any]) -> list[int]:
    """Return places in order of likeness; `apart` holds distances, NaN where unknown.

    Clusters by average distance, then turned so that neighbours are as near as they can be (scipy's
    optimal leaf ordering). An unknown distance counts as the mean of the known ones. Whoever has no
    known distance comes last.
    """
    import numpy as np

    known = ~np.isnan(apart)
    np.fill_diagonal(known, False)
    placed = [int(place) for place in np.flatnonzero(known.any(axis=1))]
    rest = [place for place in range(len(apart)) if place not in set(placed)]
    if len(placed) < 3:
        return placed + rest
    # Not at the start: it takes 40 MB of memory.
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    among = apart[np.ix_(placed, placed)]
    filled = np.where(np.isnan(among), among[known[np.ix_(placed, placed)]].mean(), among)
    np.fill_diagonal(filled, 0)
    tree = linkage(squareform(filled, checks=False), method="average", optimal_ordering=True)
    order = [placed[int(leaf)] for leaf in leaves_list(tree)]
    # The same order may be read from either end: begin with the one that is listed earlier.
    if order[0] > order[-1]:
        order.reverse()
    return order + rest
