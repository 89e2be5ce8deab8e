"""Test the order of likeness and the map against cases worked out by hand, and plain numpy."""

import random
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

from app.analysis.agreement import IssueScale, agreement
from app.analysis.arrangement import MOST_ON_MAP, arrange
from app.analysis.distances import distances
from app.analysis.likeness import likeness_order
from app.analysis.map_labels import lay_out
from app.analysis.scaling import comparable, plane, weightiest

NAN = float("nan")
SCALE = {f"q{n}": n for n in (1, 2, 3, 4, 5)}
QUOTA = IssueScale("quota", True, SCALE, ())
DAM = IssueScale("dam", False, {}, ())
FEE = IssueScale("fee", True, SCALE, ())


def square(rows: list[list[float]]) -> "np.typing.NDArray[np.float64]":
    return np.array(rows, dtype=float)


ON_A_LINE = square([[0, 3, 1, 2], [3, 0, 2, 1], [1, 2, 0, 1], [2, 1, 1, 0]])


def test_distances_are_what_is_left_of_agreement() -> None:
    chance = random.Random(1)
    parties = [f"p{n}" for n in range(7)]
    options = {"quota": list(SCALE), "fee": list(SCALE), "dam": ["open", "closed"]}
    preferred = {
        (party, issue): chance.choice(of_issue)
        for party in parties
        for issue, of_issue in options.items()
        if chance.random() < 0.7
    }
    issues = [QUOTA, DAM, FEE]
    found = distances(parties, issues, preferred, each=True)
    pairs = combinations(range(len(parties)), 2)
    for pair, (one, other) in zip(agreement(parties, issues, preferred), pairs, strict=True):
        assert found.issues[one, other] == found.issues[other, one] == pair.issues
        mean = 1 - found.mean[one, other]
        assert np.isnan(mean) if pair.agreement is None else abs(mean - pair.agreement) < 0.0006


def test_who_agrees_stands_together() -> None:
    assert likeness_order(ON_A_LINE) == [0, 2, 3, 1]
    blocs = square([[0, 0.9, 0.1, 0.8], [0.9, 0, 0.9, 0.2], [0.1, 0.9, 0, 0.7], [0.8, 0.2, 0.7, 0]])
    assert likeness_order(blocs) == [0, 2, 3, 1]


def test_no_order_of_few_parties_has_nearer_neighbours_in_its_blocs() -> None:
    chance = np.random.default_rng(3)
    places = chance.random(7)  # on a line: the shortest way past all of them is known
    apart = np.abs(places[:, None] - places[None, :])
    order = likeness_order(apart)

    def length(way: "tuple[int, ...] | list[int]") -> float:
        return sum(apart[one, other] for one, other in pairwise(way))

    assert length(order) == pytest.approx(min(map(length, permutations(range(7)))))


def test_an_unknown_distance_neither_joins_nor_parts() -> None:
    alone = square([[NAN, NAN, NAN], [NAN, NAN, 0.5], [NAN, 0.5, NAN]])
    assert likeness_order(alone) == [1, 2, 0]
    assert likeness_order(square([[0]])) == [0]
    assert likeness_order(square([[0, NAN], [NAN, 0]])) == [0, 1]
    partly = square([[0, 0.1, NAN], [0.1, 0, 0.9], [NAN, 0.9, 0]])
    assert likeness_order(partly) == [1, 0, 2]  # 0 to 2 counts as 0.5


def test_a_triangle_is_drawn_as_it_is() -> None:
    drawn = plane(square([[0, 3, 4], [3, 0, 5], [4, 5, 0]]))
    assert drawn and drawn.share == pytest.approx(1)
    for (one, other), apart in {(0, 1): 3, (0, 2): 4, (1, 2): 5}.items():
        assert np.hypot(*np.subtract(drawn.points[one], drawn.points[other])) == pytest.approx(
            apart
        )


def test_parties_on_a_line_are_drawn_on_one() -> None:
    drawn = plane(ON_A_LINE)
    assert drawn and drawn.share == pytest.approx(1)
    assert [x for x, _ in drawn.points] == pytest.approx([1.5, -1.5, 0.5, -0.5])
    assert [y for _, y in drawn.points] == pytest.approx([0, 0, 0, 0], abs=1e-6)


def test_a_plane_says_how_much_it_cannot_show() -> None:
    # Four parties all equally far apart are a tetrahedron: two of its three dimensions are shown.
    drawn = plane(np.ones((4, 4)) - np.eye(4))
    assert drawn and drawn.share == pytest.approx(2 / 3)
    # Distances that break the triangle rule have a negative eigenvalue, which counts as not shown:
    # here 50, 0 and -0.5 by hand.
    broken = plane(square([[0, 10, 4], [10, 0, 4], [4, 4, 0]]))
    values = np.linalg.eigvalsh(_centred(square([[0, 10, 4], [10, 0, 4], [4, 4, 0]])))
    assert values == pytest.approx([-6, 0, 50])
    assert broken and broken.share == pytest.approx(50 / 56)


def _centred(apart: "np.typing.NDArray[np.float64]") -> "np.typing.NDArray[np.float64]":
    middle = np.eye(len(apart)) - 1 / len(apart)
    return -middle @ (apart**2) @ middle / 2


def test_nothing_is_drawn_of_two_parties_or_of_one_mind() -> None:
    assert plane(square([[0, 1], [1, 0]])) is None
    assert plane(np.zeros((4, 4))) is None


def test_who_has_nothing_in_common_with_others_is_left_out() -> None:
    assert comparable(square([[0, NAN, 1], [NAN, 0, 1], [1, 1, 0]])) == [0, 2]
    assert comparable(square([[0, 1, NAN], [1, 0, NAN], [NAN, NAN, 0]])) == [0, 1]
    assert comparable(square([[0, 1], [1, 0]])) == [0, 1]


def test_the_issues_that_part_the_same_parties_weigh_on_the_axis() -> None:
    axis = [0.0, 0.0, 1.0, 1.0]
    same = square([[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]])
    issues = {
        "across": square([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]),
        "half": same / 2,
        "whole": same,
        "quiet": np.full((4, 4), NAN),
    }
    assert weightiest(axis, issues) == ["whole", "half"]


def held(*options: str) -> dict[tuple[str, str], str]:
    return {(f"p{n}", "quota"): option for n, option in enumerate(options)}


def test_all_of_it_by_hand() -> None:
    """Take three parties on one scale, and a fourth with one issue too few in common."""
    preferred = held("q1", "q2", "q5", "q5")
    preferred |= {(f"p{n}", "dam"): "open" for n in (0, 1, 2)}
    found = arrange([f"p{n}" for n in range(4)], [QUOTA, DAM], preferred, 2)
    assert found.order == [0, 1, 2, 3]
    assert found.closest == [(0, 1), (1, 2), (0, 2)] and found.farthest == []
    assert found.map and found.map.places == [0, 1, 2] and found.map.left_out == [3]
    # Distances 1/8, 1/2 and 3/8 lie on a line.
    assert found.map.share == pytest.approx(1)
    assert found.map.weightiest == (["quota"], [])
    again = arrange([f"p{n}" for n in range(4)], [QUOTA, DAM], preferred, 1)
    assert again.map and again.map.places == [0, 1, 2, 3]
    assert arrange(["p0", "p3"], [QUOTA, DAM], preferred, 3).map is None


def test_more_parties_than_a_map_can_name_have_none() -> None:
    parties = [f"p{n}" for n in range(MOST_ON_MAP + 1)]
    found = arrange(parties, [QUOTA], held(*(f"q{1 + n % 5}" for n in range(len(parties)))), 1)
    assert found.map is None and sorted(found.order) == list(range(len(parties)))
    assert len(found.closest) == len(found.farthest) == 5


def test_names_do_not_touch() -> None:
    points = [(n % 4 / 10, n // 4 / 10) for n in range(12)]
    spots = lay_out(points, ["Commonwealth"] * 12)
    boxes = []
    for spot in spots:
        left = spot.label_x - {"start": 0, "middle": 45, "end": 90}[spot.anchor]
        boxes.append((left, spot.label_y - 12, left + 90, spot.label_y + 3))
    for one, other in combinations(boxes, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
    assert lay_out([(0.0, 0.0)] * 3, ["A", "B", "C"])[0].x == 320.0
