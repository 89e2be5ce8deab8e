"""Test how issues are measured by dispute."""

from collections import Counter

from app.analysis.agreement import IssueScale
from app.matrix_page.ordering import contrasts, dispute

SCALE = IssueScale("s", True, {"a": 1, "b": 2, "c": 5}, ())
PLAIN = IssueScale("p", False, {}, ())


def test_dispute_is_the_mean_distance_of_two_parties() -> None:
    assert dispute(SCALE, Counter()) == dispute(SCALE, Counter("a")) == 0
    assert dispute(SCALE, Counter("aaa")) == 0
    assert dispute(SCALE, Counter("ac")) == 1
    assert dispute(SCALE, Counter("ab")) == 0.25
    assert dispute(SCALE, Counter("aac")) == 2 / 3  # two of three pairs are apart
    assert dispute(PLAIN, Counter("ab")) == 1


def test_rows_differ_where_two_options_are_preferred() -> None:
    held = {("x", "s"): "a", ("y", "s"): "b", ("x", "p"): "a", ("y", "p"): "a", ("x", "old"): "a"}
    found = contrasts([SCALE, PLAIN], held)
    assert found.differing == {"s"}
