"""Test the kinds of moves, and which moves are in a period (docs/rules.md#moves)."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matrix.common_ground import Stand
from app.matrix.moves import CellMove, kind, moves
from app.models.vocabulary import MoveKind


def make_stand(
    firmness: str = "demand",
    attitudes: Mapping[str, str] | None = None,
    *,
    position: int = 1,
    condition: str | None = None,
    inferred: frozenset[str] = frozenset(),
    attributed: bool = False,
    act: str = "states",
) -> Stand:
    held = {"x": "accepts"} if attitudes is None else attitudes
    conditions = {} if condition is None else {"x": condition}
    return Stand("russia", position, held, conditions, inferred, ["b"] * attributed, firmness, act)


WITHDRAWN = make_stand("unclear", {}, act="withdraws")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, make_stand(), "new", id="none before"),
        pytest.param(None, make_stand(attributed=True), "new", id="first heard of from others"),
        pytest.param(
            make_stand(attributed=True),
            make_stand(),
            "new",
            id="hearsay, then the same in own words",
        ),
        pytest.param(
            make_stand(attributed=True),
            make_stand("open", attributed=True),
            "new",
            id="still only hearsay",
        ),
        pytest.param(None, WITHDRAWN, "new", id="none before, and given up"),
        pytest.param(
            make_stand(attributed=True), WITHDRAWN, "new", id="only hearsay before, and given up"
        ),
        pytest.param(make_stand(), WITHDRAWN, "withdrawn", id="given up"),
        pytest.param(
            make_stand("open", {}), WITHDRAWN, "withdrawn", id="given up without attitudes before"
        ),
        pytest.param(WITHDRAWN, WITHDRAWN, "restated", id="given up, said again"),
        pytest.param(WITHDRAWN, make_stand(), "moved", id="back on the table"),
        pytest.param(
            WITHDRAWN, make_stand("open", {}), "restated", id="back, with nothing to show"
        ),
        pytest.param(
            make_stand("demand", {}, act="withdraws"),
            make_stand("open", {}),
            "restated",
            id="nothing left to soften",
        ),
        pytest.param(make_stand(), make_stand(attitudes={"x": "rejects"}), "moved", id="attitude"),
        pytest.param(
            make_stand(),
            make_stand(attitudes={"x": "accepts", "y": "accepts"}),
            "moved",
            id="one more",
        ),
        pytest.param(make_stand(), make_stand(attitudes={}), "moved", id="one less"),
        pytest.param(make_stand(), make_stand(condition="only if …"), "moved", id="a condition"),
        pytest.param(
            make_stand(condition="only if A"),
            make_stand(condition="only if B"),
            "moved",
            id="another one",
        ),
        pytest.param(
            make_stand("open"),
            make_stand("demand", {"y": "prefers"}),
            "moved",
            id="moved before hardened",
        ),
        pytest.param(
            make_stand("open"), make_stand("preference"), "hardened", id="open to preference"
        ),
        pytest.param(
            make_stand("preference"), make_stand("demand"), "hardened", id="preference to demand"
        ),
        pytest.param(
            make_stand("demand"), make_stand("red_line"), "hardened", id="demand to red line"
        ),
        pytest.param(make_stand("red_line"), make_stand("open"), "softened", id="red line to open"),
        pytest.param(make_stand("demand"), make_stand("unclear"), "restated", id="to unclear"),
        pytest.param(make_stand("unclear"), make_stand("red_line"), "restated", id="from unclear"),
        pytest.param(make_stand(), make_stand(), "restated", id="only words are new"),
        pytest.param(
            make_stand(),
            make_stand(inferred=frozenset("x")),
            "restated",
            id="only the mark of inference",
        ),
        pytest.param(make_stand(), make_stand(act="threatens"), "restated", id="only the act"),
        pytest.param(
            make_stand(attitudes={"x": "accepts", "y": "rejects"}),
            make_stand(attitudes={"y": "rejects", "x": "accepts"}),
            "restated",
            id="only the order of attitudes",
        ),
    ],
)
def test_kind(before: Stand | None, after: Stand, expected: str) -> None:
    assert kind(before, after) == expected


TIMELINE = [
    (date(2025, 3, 1), make_stand("demand", position=7)),
    (date(2025, 3, 10), make_stand("red_line", position=4)),
    (date(2025, 3, 20), make_stand("unclear", {}, position=9, act="withdraws")),
]


def test_moves_name_what_was_before_also_from_outside_the_period() -> None:
    assert moves("kursk", TIMELINE, after=date(2025, 3, 1), to=date(2025, 3, 10)) == [
        CellMove("russia", "kursk", MoveKind.HARDENED, date(2025, 3, 10), 7, 4)
    ]


@pytest.mark.parametrize(
    ("after", "to", "expected"),
    [
        pytest.param(None, None, [7, 4, 9], id="all"),
        pytest.param(date(2025, 3, 10), None, [9], id="after is not included"),
        pytest.param(None, date(2025, 3, 10), [7, 4], id="to is included"),
        pytest.param(date(2025, 2, 28), date(2025, 3, 1), [7], id="a day"),
        pytest.param(date(2025, 3, 20), date(2025, 3, 1), [], id="backwards"),
    ],
)
def test_period(after: date | None, to: date | None, expected: list[int]) -> None:
    assert [move.after for move in moves("kursk", TIMELINE, after=after, to=to)] == expected


def test_a_silent_cell_never_moves() -> None:
    assert moves("kursk", [], after=None, to=None) == []


STANDS = st.builds(
    make_stand,
    st.sampled_from(["red_line", "demand", "preference", "open", "unclear"]),
    st.dictionaries(st.sampled_from("xy"), st.sampled_from(["accepts", "rejects"])),
    attributed=st.booleans(),
)
MIRROR = {"hardened": "softened", "softened": "hardened", "moved": "moved", "restated": "restated"}


@given(STANDS, STANDS)
def test_going_back_mirrors_the_move(one: Stand, other: Stand) -> None:
    there = kind(one, other)
    if not one.attributed and not other.attributed:
        assert kind(other, one) == MIRROR[there]
    else:
        assert not one.attributed or there == "new"


@given(st.lists(STANDS, max_size=6), st.integers(0, 7))
def test_periods_laid_end_to_end_lose_no_move(stands: list[Stand], cut: int) -> None:
    timeline = [(date(2025, 3, n + 1), stand) for n, stand in enumerate(stands)]
    middle = date(2025, 3, cut + 1)
    parts = moves("i", timeline, after=None, to=middle) + moves(
        "i", timeline, after=middle, to=None
    )
    assert parts == moves("i", timeline, after=None, to=None)
