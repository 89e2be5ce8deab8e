"""Test agreement and map of tables of the size of real ones against numpy, step by step.

The tables are like the answers to an election compass: ordered options, some missing.
"""

import random
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from app.analysis.agreement import IssueScale, compare
from app.analysis.arrangement import arrange


def table(parties: int, issues: int, seed: int) -> tuple[list[str], list[IssueScale], Any]:
    """Return parties, scales of five options, and ranks preferred, NaN where none is."""
    chance = random.Random(seed)
    leanings = [[chance.gauss(0, 1), chance.gauss(0, 1)] for _ in range(parties)]
    loads = [[chance.gauss(0, 1), chance.gauss(0, 1)] for _ in range(issues)]
    ranks = np.full((parties, issues), np.nan)
    for party, lean in enumerate(leanings):
        for issue, load in enumerate(loads):
            if chance.random() > 0.17:  # as in real answers
                leaning = lean[0] * load[0] + lean[1] * load[1] + chance.gauss(0, 0.7)
                ranks[party, issue] = min(max(round(3 + leaning), 1), 5)
    scales = [
        IssueScale(
            f"q{n}", ordered=True, ranks={f"o{k}": float(k) for k in range(1, 6)}, retired=()
        )
        for n in range(issues)
    ]
    return [f"p{n}" for n in range(parties)], scales, ranks


def by_hand(ranks: Any) -> tuple[Any, Any]:
    """Return the mean agreement of each pair of parties, and the number of issues it rests on."""
    near = 1 - np.abs(ranks[:, None, :] - ranks[None, :, :]) / 4
    return np.nanmean(near, axis=2), (~np.isnan(near)).sum(axis=2)


@pytest.mark.parametrize(("parties", "issues"), [(8, 29), (60, 20)])
def test_agreement_of_each_pair(parties: int, issues: int) -> None:
    names, scales, ranks = table(parties, issues, seed=parties)
    preferred = {
        (names[p], scales[i].slug): f"o{int(ranks[p, i])}"
        for p, i in zip(*np.nonzero(~np.isnan(ranks)), strict=True)
    }
    mean, count = by_hand(ranks)
    pairs = list(combinations(names, 2))
    for pair in compare(pairs, scales, preferred):
        one, other = (names.index(name) for name in pair.parties)
        assert pair.issues == count[one, other]
        assert pair.agreement == pytest.approx(mean[one, other], abs=0.000501)


def test_the_map_of_eight_parties_and_29_issues() -> None:
    """Classical scaling: double centring, the two largest eigenvalues, their share of all."""
    names, scales, ranks = table(8, 29, seed=1)
    preferred = {
        (names[p], scales[i].slug): f"o{int(ranks[p, i])}"
        for p, i in zip(*np.nonzero(~np.isnan(ranks)), strict=True)
    }
    mean, count = by_hand(ranks)
    fewest = int(count[~np.eye(8, dtype=bool)].min())
    drawn = arrange(names, scales, preferred, fewest).map
    assert drawn is not None and drawn.left_out == [] and drawn.places == list(range(8))
    squares = (1 - mean) ** 2
    centring = np.eye(8) - 1 / 8
    values, vectors = np.linalg.eigh(-0.5 * centring @ squares @ centring)
    assert drawn.share == pytest.approx(values[-2:].sum() / np.abs(values).sum())
    points = np.array(drawn.points)
    for axis, place in ((0, -1), (1, -2)):
        expected = vectors[:, place] * np.sqrt(values[place])
        assert np.allclose(np.abs(points[:, axis]), np.abs(expected), atol=1e-9)
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    assert np.corrcoef(apart.ravel(), (1 - mean).ravel())[0, 1] > 0.9  # it shows what it says
    weights = _weights(points, ranks)
    for axis, named in enumerate(drawn.weightiest):
        assert named == [f"q{n}" for n in np.argsort(-weights[axis])[:3]]


def _weights(points: Any, ranks: Any) -> Any:
    """Return how much distances on each issue grow with those on each axis, over all pairs."""
    pairs = list(combinations(range(len(points)), 2))
    found = np.zeros((2, ranks.shape[1]))
    for axis, issue in np.ndindex(found.shape):
        along, apart = [], []
        for one, other in pairs:
            gap = abs(ranks[one, issue] - ranks[other, issue]) / 4
            if not np.isnan(gap):
                along.append(abs(points[one, axis] - points[other, axis]))
                apart.append(gap)
        found[axis, issue] = np.cov(along, apart, bias=True)[0, 1] * len(apart) / len(pairs)
    return found


def test_a_higher_minimum_leaves_out_who_rests_on_too_little() -> None:
    names, scales, ranks = table(8, 29, seed=1)
    ranks[3, 4:] = np.nan
    preferred = {
        (names[p], scales[i].slug): f"o{int(ranks[p, i])}"
        for p, i in zip(*np.nonzero(~np.isnan(ranks)), strict=True)
    }
    drawn = arrange(names, scales, preferred, 5).map
    assert drawn is not None and drawn.left_out == [3]
