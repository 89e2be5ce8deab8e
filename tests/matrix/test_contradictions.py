"""Test which positions exclude a current one, by hand."""

from dataclasses import replace

import pytest

from app.matrix.contradictions import said_otherwise
from app.positions.views import PositionView
from tests.templates import invented as sarn


def said(number: int, day: str, until: str | None = None, **attitudes: str) -> PositionView:
    return replace(
        sarn.BORSK_GAUGE,
        id=number,
        attitudes=attitudes,
        stated_from=day,
        stated_by=until or day,
        quotes=[],
    )


NOW = said(1, "2031-03-20", a="prefers", b="accepts", c="rejects")


@pytest.mark.parametrize(
    ("other", "options"),
    [
        ({"b": "prefers"}, ("a", "b")),  # two that each prefers
        ({"a": "rejects"}, ("a",)),
        ({"c": "accepts"}, ("c",)),
        ({"a": "accepts", "b": "prefers"}, ("a", "b")),
        ({"a": "prefers"}, ()),
        ({"a": "accepts", "c": "rejects"}, ()),
        ({"d": "rejects"}, ()),
        ({}, ()),
    ],
)
def test_stances_exclude_each_other(other: dict[str, str], options: tuple[str, ...]) -> None:
    found = said_otherwise(NOW, [NOW, said(2, "2031-03-01", **other)])
    assert [one.options for one in found] == ([options] if options else [])


@pytest.mark.parametrize(
    ("day", "until", "days"),
    [
        ("2031-03-19", None, 1),
        ("2031-02-18", None, 30),
        ("2031-02-17", None, None),
        ("2031-03-01", "2031-03-31", 0),  # "in March"
        ("2031-04-10", None, 21),  # later, on another day that was asked for
    ],
)
def test_only_what_may_have_been_said_within_thirty_days_counts(
    day: str, until: str | None, days: int | None
) -> None:
    found = said_otherwise(NOW, [said(2, day, until, a="rejects")])
    assert [one.days for one in found] == ([] if days is None else [days])


def test_a_position_that_was_given_up_contradicts_nothing() -> None:
    gone = replace(said(2, "2031-03-19", a="rejects"), act="withdraws")
    assert said_otherwise(NOW, [gone]) == []


def test_other_speakers_are_named_only_where_none_is_the_same() -> None:
    quotes = sarn.BORSK_GAUGE.quotes
    mine = replace(NOW, quotes=quotes[:1])
    same, other = (replace(said(n, "2031-03-19", a="rejects"), quotes=quotes[m : m + 1])
                   for n, m in ((2, 0), (3, 1)))  # fmt: skip
    found = {one.position.id: one.speakers for one in said_otherwise(mine, [same, other])}
    assert found == {2: (), 3: ("Ministry of transport",)}
