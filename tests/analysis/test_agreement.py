"""Test the agreement of pairs of parties (docs/rules.md#agreement)."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.agreement import IssueScale, OnIssue, Pair, agreement

SCALE = IssueScale("length", True, {"none": 1, "30-days": 2, "60-days": 3, "year": 5}, frozenset())
UNORDERED = IssueScale("seat", False, {}, frozenset())


def of_two(issues: list[IssueScale], *preferences: tuple[str, str]) -> float | None:
    """Let the parties a and b prefer a pair of options on each issue in turn."""
    preferred: dict[tuple[str, str], str] = {}
    for issue, (mine, theirs) in zip(issues, preferences, strict=True):
        preferred |= {("a", issue.slug): mine, ("b", issue.slug): theirs}
    [pair] = agreement(["a", "b"], issues, preferred)
    return pair.agreement


@pytest.mark.parametrize(
    ("issue", "options", "expected"),
    [
        pytest.param(SCALE, ("year", "year"), 1.0, id="same"),
        pytest.param(SCALE, ("none", "year"), 0.0, id="the ends"),
        pytest.param(SCALE, ("none", "30-days"), 0.75, id="one step of four"),
        pytest.param(SCALE, ("60-days", "30-days"), 0.75, id="in either direction"),
        pytest.param(UNORDERED, ("geneva", "geneva"), 1.0, id="unordered, same"),
        pytest.param(UNORDERED, ("geneva", "vienna"), 0.0, id="unordered, different"),
        pytest.param(
            IssueScale("i", False, {"x": 1, "y": 2, "z": 3}, set()),
            ("x", "y"),
            0.0,
            id="ranks without a scale",
        ),
        pytest.param(
            IssueScale("i", True, {"x": 1, "y": 2, "z": 3}, {"z"}),
            ("x", "y"),
            0.0,
            id="retired does not stretch",
        ),
        pytest.param(
            IssueScale("i", True, {"x": 1, "y": 2, "z": 4}, {"x", "z"}),
            ("z", "y"),
            0.0,
            id="compared though retired",
        ),
        pytest.param(
            IssueScale("i", True, {"x": 1, "y": 2, "z": 5}, {"z"}),
            ("z", "y"),
            0.25,
            id="retired, compared, stretches",
        ),
        pytest.param(
            IssueScale("i", True, {"x": 1, "y": 1.5, "z": 4}, set()),
            ("x", "y"),
            0.833,
            id="rank 1.5",
        ),
        pytest.param(
            IssueScale(
                "i", True, {"x": Decimal("-0.1"), "y": Decimal("0.2"), "z": Decimal(2)}, set()
            ),
            ("x", "y"),
            0.857,
            id="decimals, below zero",
        ),
        pytest.param(
            IssueScale("i", True, {"x": 1}, set()), ("x", "y"), 0.0, id="an option without a rank"
        ),
        pytest.param(
            IssueScale("i", True, {"x": 1, "y": 1}, set()),
            ("x", "y"),
            0.0,
            id="no distance on the scale",
        ),
    ],
)
def test_one_issue(issue: IssueScale, options: tuple[str, str], expected: float) -> None:
    assert of_two([issue], options) == expected


def test_the_mean_is_over_issues_on_which_both_prefer_something() -> None:
    preferred = {("a", "length"): "none", ("b", "length"): "30-days", ("a", "seat"): "geneva"}
    [pair] = agreement(["a", "b"], [UNORDERED, SCALE], preferred)
    assert pair == Pair(["a", "b"], 0.75, 1, [OnIssue("length", ["none", "30-days"])])


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(1, 0.062), (3, 0.188), (13, 0.812), (15, 0.938)],
)
def test_a_tie_is_rounded_to_the_even_digit(steps: int, expected: float) -> None:
    scale = IssueScale("i", True, {str(rank): rank for rank in range(17)}, set())
    assert of_two([scale], ("0", str(16 - steps))) == expected


def test_thirds_are_added_before_they_are_rounded() -> None:
    scales = [IssueScale(slug, True, {"x": 0, "y": 1, "z": 3}, set()) for slug in ("i", "j", "k")]
    assert of_two(scales, ("x", "z"), ("x", "z"), ("y", "z")) == 0.111


def test_every_pair_is_listed_once_in_party_order() -> None:
    pairs = agreement(["c", "a", "b"], [SCALE], {})
    assert [pair.parties for pair in pairs] == [["c", "a"], ["c", "b"], ["a", "b"]]
    assert all((pair.agreement, pair.issues, pair.on) == (None, 0, []) for pair in pairs)


def test_shape_of_the_answer() -> None:
    pairs = agreement(["a", "b"], [SCALE], {("a", "length"): "none", ("b", "length"): "year"})
    assert orjson.loads(orjson.dumps(pairs)) == [
        {
            "parties": ["a", "b"],
            "agreement": 0.0,
            "issues": 1,
            "on": [{"issue": "length", "options": ["none", "year"]}],
        }
    ]


OPTIONS = st.sampled_from(["none", "30-days", "60-days", "year"])
CHOICES = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["length", "seat"])), OPTIONS
)


@given(CHOICES)
def test_agreement_is_symmetric_between_0_and_1_and_full_only_for_the_same(
    choices: dict[tuple[str, str], str],
) -> None:
    [pair] = agreement(["a", "b"], [SCALE, UNORDERED], choices)
    [turned] = agreement(["b", "a"], [SCALE, UNORDERED], choices)
    assert turned.agreement == pair.agreement
    assert (pair.agreement is None) == (pair.issues == 0)
    if pair.agreement is not None:
        assert 0 <= pair.agreement <= 1
        assert (pair.agreement == 1) == all(
            one == other for one, other in (on.options for on in pair.on)
        )
