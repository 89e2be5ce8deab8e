"""Test how issues are sorted for a comparison, and how agreement went, by hand."""

from datetime import date
from fractions import Fraction

from app.analysis.agreement import IssueScale
from app.analysis.comparison import Steps, compare_on
from app.analysis.course import Agreed, Preferring, course, draw, month_ends

QUOTA = IssueScale("quota", True, {"q1": 1, "q2": 2, "q3": 3, "q5": 5}, ())
FEE = IssueScale("fee", True, {"none": 0, "some": 1.5, "much": 3}, ())
DAM, SEAT, GAUGES, FERRY = (IssueScale(s, False, {}, ()) for s in ("dam", "seat", "gauge", "ferry"))
ISSUES = [QUOTA, FEE, DAM, SEAT, GAUGES, FERRY]
PREFERRED = {
    ("north", "quota"): "q2", ("south", "quota"): "q3",
    ("north", "fee"): "none", ("south", "fee"): "some",
    ("north", "dam"): "open", ("south", "dam"): "closed",
    ("north", "seat"): "here", ("south", "seat"): "here",
    ("north", "gauge"): "joint",
    ("west", "quota"): "q5", ("west", "seat"): "there",
}  # fmt: skip
SPOKEN = {*PREFERRED, ("south", "gauge")}


def test_the_farthest_apart_come_first_and_what_is_unsaid_last() -> None:
    found = compare_on(["north", "south"], ISSUES, PREFERRED, SPOKEN)
    assert [(one.issue, one.likeness, one.gap) for one in found] == [
        ("dam", "differ", Fraction(1)),
        ("fee", "differ", Fraction(1, 2)),
        ("quota", "differ", Fraction(1, 4)),
        ("seat", "share", Fraction(0)),
        ("gauge", "one_sided", None),
        ("ferry", "unsaid", None),
    ]
    steps = {one.issue: one.steps for one in found}
    assert steps["quota"] == Steps(Fraction(1), Fraction(4))
    assert steps["fee"] == Steps(Fraction(3, 2), Fraction(3))
    assert steps["dam"] is None


def test_of_three_parties_the_two_farthest_apart_count() -> None:
    found = {o.issue: o for o in compare_on(["north", "south", "west"], ISSUES, PREFERRED, SPOKEN)}
    assert found["quota"].steps == Steps(Fraction(3), Fraction(4))
    assert found["seat"].likeness == "differ" and found["seat"].preferred == (
        "here", "here", "there"
    )  # fmt: skip
    assert found["dam"].likeness == "differ" and found["dam"].preferred[2] is None
    assert found["gauge"].likeness == "one_sided"


def on(day: int, party: str, issue: str, option: str | None) -> Preferring:
    return Preferring(date(2024, 1 + day // 31, 1 + day % 31), party, issue, option)


SAID = [
    on(0, "north", "quota", "q1"),
    on(3, "south", "quota", "q5"),
    on(5, "south", "dam", "open"),
    on(5, "north", "dam", "open"),
    on(7, "north", "quota", "q1"),  # restated: nothing changes
    on(40, "south", "quota", "q3"),
    on(41, "south", "dam", None),
    on(42, "west", "quota", "q2"),
    on(43, "south", "quota", None),
]


def test_agreement_is_followed_from_day_to_day() -> None:
    found = course("north", "south", ISSUES, reversed(SAID))
    assert found == [
        Agreed(date(2024, 1, 4), 0.0, 1),
        Agreed(date(2024, 1, 6), 0.5, 2),
        Agreed(date(2024, 2, 10), 0.75, 2),
        Agreed(date(2024, 2, 11), 0.5, 1),
        Agreed(date(2024, 2, 13), None, 0),
    ]
    assert month_ends(found) == [found[1], found[4]]
    assert course("north", "east", ISSUES, SAID) == []


def test_a_line_is_drawn_only_where_it_rests_on_enough() -> None:
    found = course("north", "south", ISSUES, SAID)
    drawn = draw(found, date(2024, 3, 1), 2)
    assert drawn and [s.y for s in drawn.segments] == [56.0, 32.0]
    [(x, before, after)] = drawn.risers
    assert (before, after) == (56.0, 32.0) and x == drawn.segments[1].x1
    everything = draw(found, date(2024, 3, 1), 1)
    assert everything and len(everything.segments) == 4 and len(everything.risers) == 3
    assert everything.segments[-1].x2 < 632  # it ends where nothing is in common any more
    assert draw(found, date(2024, 3, 1), 3) is None
