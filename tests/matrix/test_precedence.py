"""Test which position is current, uncertain or possible (docs/rules.md, rules 3 and 4)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matrix.precedence import (
    OrderedPosition,
    counted,
    current,
    order_key,
    order_uncertain,
    overlapping,
    possible,
    timeline,
)

MARCH = date(2025, 3, 1)


def make_spell(
    position: int,
    stated_from: date,
    stated_by: date | None = None,
    *,
    status: str = "published",
    published_minute: int = 0,
    attributed: bool = False,
) -> OrderedPosition:
    return OrderedPosition(
        position=position,
        party="russia",
        issue="kursk",
        status=status,
        stated_from=stated_from,
        stated_by=stated_by or stated_from,
        first_published=datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=published_minute),
        attributed=attributed,
    )


def day(of_march: int) -> date:
    return date(2025, 3, of_march)


IN_MARCH = make_spell(1, MARCH, day(31))
ON_16_MARCH = make_spell(2, day(16))
HEARSAY_20_MARCH = make_spell(3, day(20), attributed=True)


@pytest.mark.parametrize(
    ("spells", "as_of", "expected"),
    [
        pytest.param([], day(31), None, id="nothing stated"),
        pytest.param([ON_16_MARCH], day(15), None, id="not yet"),
        pytest.param([ON_16_MARCH], day(16), 2, id="from that day on"),
        pytest.param([IN_MARCH], day(30), None, id="in March is certain only at its end"),
        pytest.param([IN_MARCH], day(31), 1, id="the end of March"),
        pytest.param(
            [IN_MARCH, ON_16_MARCH], day(31), 2, id="in March never displaces on 16 March"
        ),
        pytest.param(
            [make_spell(1, MARCH, day(10)), make_spell(2, MARCH, day(9))],
            day(31),
            1,
            id="then stated_by",
        ),
        pytest.param(
            [make_spell(1, MARCH, published_minute=1), make_spell(2, MARCH)],
            day(31),
            1,
            id="then first publication",
        ),
        pytest.param([make_spell(2, MARCH), make_spell(1, MARCH)], day(31), 2, id="then id"),
        pytest.param(
            [make_spell(1, MARCH, status="retracted")], day(31), None, id="retracted counts nowhere"
        ),
        pytest.param(
            [make_spell(1, MARCH, status="draft")], day(31), None, id="drafts never count"
        ),
        pytest.param(
            [ON_16_MARCH, HEARSAY_20_MARCH], day(31), 2, id="own words before later hearsay"
        ),
        pytest.param(
            [ON_16_MARCH, make_spell(3, MARCH, attributed=True)],
            day(15),
            3,
            id="hearsay till own words",
        ),
        pytest.param(
            [HEARSAY_20_MARCH, make_spell(4, day(21), status="retracted")],
            day(31),
            3,
            id="own retracted",
        ),
    ],
)
def test_current(spells: list[OrderedPosition], as_of: date, expected: int | None) -> None:
    chosen = current(spells, as_of)
    assert (chosen and chosen.position) == expected


def test_counted_lists_hearsay_too_in_order_and_nothing_that_is_not_certain() -> None:
    later = make_spell(4, day(21), day(25))
    spells = [later, HEARSAY_20_MARCH, ON_16_MARCH, make_spell(5, MARCH, status="draft")]
    assert counted(spells, day(24)) == [ON_16_MARCH, HEARSAY_20_MARCH]


@pytest.mark.parametrize(
    ("spells", "as_of", "expected"),
    [
        pytest.param([], day(31), [], id="empty cell"),
        pytest.param([IN_MARCH, ON_16_MARCH], day(31), [1], id="the month holds the day"),
        pytest.param([IN_MARCH, ON_16_MARCH], day(30), [], id="the other does not count yet"),
        pytest.param(
            [make_spell(1, MARCH, day(16)), ON_16_MARCH], day(31), [1], id="a shared day overlaps"
        ),
        pytest.param(
            [make_spell(1, MARCH, day(15)), ON_16_MARCH], day(31), [], id="neighbouring days do not"
        ),
        pytest.param([make_spell(1, day(16)), ON_16_MARCH], day(31), [1], id="both on one day"),
        pytest.param(
            [make_spell(1, day(16), status="retracted"), ON_16_MARCH], day(31), [], id="retracted"
        ),
        pytest.param(
            [make_spell(9, day(20), day(22)), make_spell(3, day(21), attributed=True)],
            day(31),
            [3],
            id="hearsay",
        ),
        pytest.param(
            [make_spell(8, MARCH, day(20)), make_spell(5, day(2), day(20)), make_spell(6, day(19))],
            day(31),
            [5, 8],
            id="by ascending id",
        ),
    ],
)
def test_order_uncertain(spells: list[OrderedPosition], as_of: date, expected: list[int]) -> None:
    assert order_uncertain(spells, as_of) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(date(2025, 2, 28), []), (day(1), [1]), (day(15), [1]), (day(16), [1]), (day(31), [])],
)
def test_possible(as_of: date, expected: list[int]) -> None:
    assert (
        possible([ON_16_MARCH, IN_MARCH, make_spell(7, MARCH, day(31), status="draft")], as_of)
        == expected
    )


def test_timeline_passes_over_what_never_becomes_current() -> None:
    hearsay = make_spell(4, day(2), attributed=True)
    spells = [
        IN_MARCH,
        HEARSAY_20_MARCH,
        ON_16_MARCH,
        hearsay,
        make_spell(6, day(16), published_minute=-1),
    ]
    assert timeline(spells) == [(day(2), hearsay), (day(16), ON_16_MARCH)]


DAYS = st.integers(1, 12).map(day)


@st.composite
def cells(draw: st.DrawFn) -> list[OrderedPosition]:
    spells = []
    for position in draw(st.lists(st.integers(1, 50), unique=True, max_size=8)):
        stated_from, stated_by = sorted([draw(DAYS), draw(DAYS)])
        spells.append(
            make_spell(
                position,
                stated_from,
                stated_by,
                status=draw(
                    st.sampled_from(["published", "published", "published", "retracted", "draft"])
                ),
                published_minute=draw(st.integers(0, 2)),
                attributed=draw(st.booleans()),
            )
        )
    return spells


@given(cells(), st.randoms(use_true_random=False), DAYS)
def test_the_order_of_arrival_never_matters(
    spells: list[OrderedPosition], random: Random, as_of: date
) -> None:
    shuffled = random.sample(spells, len(spells))
    assert current(shuffled, as_of) == current(spells, as_of)
    assert order_uncertain(shuffled, as_of) == order_uncertain(spells, as_of)
    assert possible(shuffled, as_of) == possible(spells, as_of)
    assert timeline(shuffled) == timeline(spells)


@given(cells())
def test_the_timeline_agrees_with_current_on_every_day(spells: list[OrderedPosition]) -> None:
    held = timeline(spells)
    for as_of in [MARCH - timedelta(days=1), *(day(n) for n in range(1, 15))]:
        until = [spell for on, spell in held if on <= as_of]
        assert (until[-1] if until else None) == current(spells, as_of)
    assert all(on == spell.stated_by for on, spell in held)
    assert all(one != other for (_, one), (_, other) in pairwise(held))


@given(cells(), DAYS)
def test_hearsay_is_current_only_where_own_words_are_missing(
    spells: list[OrderedPosition], as_of: date
) -> None:
    chosen = current(spells, as_of)
    among = counted(spells, as_of)
    assert (chosen is None) == (not among)
    if chosen is not None:
        rivals = [spell for spell in among if spell.attributed == chosen.attributed]
        assert chosen == max(rivals, key=order_key)
        assert not chosen.attributed or all(spell.attributed for spell in among)


@given(cells())
def test_overlapping_names_whatever_shares_a_day_with_another(
    spells: list[OrderedPosition],
) -> None:
    there = [spell for spell in spells if spell.status == "published"]
    shared = {
        one.position
        for one in there
        for other in there
        if one != other
        and one.stated_from <= other.stated_by
        and other.stated_from <= one.stated_by
    }
    assert overlapping(spells) == shared
