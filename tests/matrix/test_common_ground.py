"""Test the state of an option among consenting parties (docs/rules.md#common-ground)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matrix.common_ground import OptionGround, Stand, Voice, common_ground
from app.models.vocabulary import CommonGround


def make_stand(
    party: str,
    attitudes: Mapping[str, str],
    *,
    conditions: Mapping[str, str] | None = None,
    inferred: frozenset[str] = frozenset(),
    attributed: bool = False,
    firmness: str = "unclear",
    act: str = "states",
) -> Stand:
    return Stand(party, 1, attitudes, conditions or {}, inferred, ["b"] * attributed, firmness, act)


def ground(*stands: Stand, consenting: str = "a b") -> OptionGround:
    [only] = common_ground(["x"], {stand.party: stand for stand in stands}, consenting.split())
    return only


A_ACCEPTS = make_stand("a", {"x": "accepts"})
A_PREFERS = make_stand("a", {"x": "prefers"})
A_REJECTS = make_stand("a", {"x": "rejects"})
B_ACCEPTS = make_stand("b", {"x": "accepts"})
B_REJECTS = make_stand("b", {"x": "rejects"})
IF = {"x": "only if …"}
RESERVATIONS = [
    pytest.param({"conditions": IF}, id="on a condition"),
    pytest.param({"inferred": frozenset({"x"})}, id="by inference"),
    pytest.param({"attributed_by": ["c"]}, id="by hearsay"),
]


@pytest.mark.parametrize(
    ("stands", "state"),
    [
        pytest.param([A_PREFERS, B_ACCEPTS], "agreed", id="one prefers, one accepts"),
        pytest.param([A_ACCEPTS], "open", id="one silent"),
        pytest.param([], "open", id="all silent"),
        pytest.param([A_ACCEPTS, B_REJECTS], "blocked", id="one rejects"),
        pytest.param([A_REJECTS], "blocked", id="one rejects, one silent"),
        pytest.param([A_REJECTS, B_REJECTS], "blocked", id="both reject"),
        pytest.param(
            [A_ACCEPTS, make_stand("b", {"y": "prefers"})], "open", id="silence on this option"
        ),
        pytest.param(
            [A_ACCEPTS, make_stand("b", {}, act="withdraws")], "open", id="withdrawn is silent"
        ),
        pytest.param(
            [A_ACCEPTS, B_ACCEPTS, make_stand("c", {"x": "rejects"})], "agreed", id="not consenting"
        ),
        pytest.param(
            [
                A_ACCEPTS,
                make_stand("b", {"x": "accepts", "y": "accepts"}, conditions={"y": "only if …"}),
            ],
            "agreed",
            id="a condition on another option",
        ),
    ],
)
def test_state(stands: list[Stand], state: str) -> None:
    assert ground(*stands).state == state


@pytest.mark.parametrize("reservation", RESERVATIONS)
def test_a_reserved_acceptance_only_qualifies(reservation: dict[str, Any]) -> None:
    b_reserved = replace(B_ACCEPTS, **reservation)
    assert ground(A_ACCEPTS, b_reserved).state == "qualified"
    assert [voice.party for voice in ground(A_ACCEPTS, b_reserved).reserved] == ["b"]
    assert ground(b_reserved).state == "open"
    assert ground(A_REJECTS, b_reserved).state == "blocked"


@pytest.mark.parametrize("reservation", RESERVATIONS)
def test_a_reserved_rejection_leaves_open_and_is_named(reservation: dict[str, Any]) -> None:
    b_reserved = replace(B_REJECTS, **reservation)
    result = ground(A_ACCEPTS, b_reserved)
    assert (result.state, [voice.party for voice in result.rejected_by], result.blockers) == (
        "open",
        ["b"],
        [],
    )
    assert ground(A_REJECTS, b_reserved).state == "blocked"


def test_without_consenting_parties_all_is_open_and_nobody_is_named() -> None:
    assert ground(A_ACCEPTS, B_REJECTS, consenting="") == OptionGround(
        "x", CommonGround.OPEN, [], [], [], []
    )


def test_one_consenting_party_agrees_alone() -> None:
    assert ground(A_ACCEPTS, B_REJECTS, consenting="a").state == "agreed"


def test_a_party_without_position_is_silent() -> None:
    [only] = common_ground(["x"], {"a": None, "b": B_ACCEPTS}, ["a", "b", "c"])
    assert only.silent == ["a", "c"]
    assert only.elsewhere == []


def test_who_prefers_another_option_is_elsewhere() -> None:
    """Only a preference counts: accepting or rejecting others does not say what the party wants."""
    stands = {
        "a": make_stand("a", {"y": "prefers"}, conditions={"y": "only if …"}),
        "b": make_stand("b", {"y": "accepts", "z": "rejects"}),
        "c": make_stand("c", {"y": "prefers", "x": "rejects"}),
        "d": make_stand("d", {"z": "prefers"}, attributed=True),
        "e": make_stand("e", {}, act="withdraws"),
        "f": make_stand("f", {"y": "prefers"}),
    }
    x, y, _ = common_ground(["x", "y", "z"], stands, list("dcbae"))
    assert (x.silent, x.elsewhere) == (["d", "b", "a", "e"], ["d", "a"])
    assert (y.silent, y.elsewhere) == (["d", "e"], ["d"])


def test_shape_of_the_answer() -> None:
    stand = make_stand("a", {"x": "prefers"}, conditions=IF, firmness="red_line")
    assert orjson.loads(orjson.dumps(ground(stand))) == {
        "option": "x",
        "state": "open",
        "accepted_by": [
            {
                "party": "a",
                "position": 1,
                "attitude": "prefers",
                "firmness": "red_line",
                "condition": "only if …",
                "inferred": False,
                "attributed": False,
                "attributed_by": [],
            }
        ],
        "rejected_by": [],
        "silent": ["b"],
        "elsewhere": [],
    }


def test_preferred_is_found_whatever_its_reservations() -> None:
    assert (
        make_stand("a", {"y": "accepts", "x": "prefers"}, conditions=IF, attributed=True).preferred
        == "x"
    )
    assert B_ACCEPTS.preferred is None


OPTIONS = ["x", "y"]
PARTIES = ["a", "b", "c", "d"]


@st.composite
def stands_by_party(draw: st.DrawFn) -> dict[str, Stand | None]:
    attitudes = st.dictionaries(
        st.sampled_from(OPTIONS), st.sampled_from(["prefers", "accepts", "rejects"])
    )
    some = st.frozensets(st.sampled_from(OPTIONS), max_size=1)
    stands: dict[str, Stand | None] = {}
    for party in PARTIES:
        conditions = dict.fromkeys(draw(some), "only if …")
        stand = make_stand(
            party,
            draw(attitudes),
            conditions=conditions,
            inferred=draw(some),
            attributed=draw(st.booleans()),
        )
        stands[party] = draw(st.sampled_from([stand, stand, None]))
    return stands


@given(stands_by_party(), st.lists(st.sampled_from(PARTIES), unique=True))
def test_every_consenting_party_is_named_once_and_the_state_follows(
    stands: dict[str, Stand | None], consenting: list[str]
) -> None:
    for found in common_ground(OPTIONS, stands, consenting):
        named = [voice.party for voice in [*found.accepted_by, *found.rejected_by]] + found.silent
        assert sorted(named) == sorted(consenting)
        preferring = {party for party, stand in stands.items() if stand and stand.preferred}
        assert found.elsewhere == [party for party in found.silent if party in preferring]
        all_take = bool(consenting) and len(found.accepted_by) == len(consenting)
        assert (found.state in ("agreed", "qualified")) == all_take
        assert (found.state == "agreed") == (all_take and all(map(_plain, found.accepted_by)))
        assert (found.state == "blocked") == any(map(_plain, found.rejected_by))


def _plain(voice: Voice) -> bool:
    return (voice.condition, voice.inferred, voice.attributed) == (None, False, False)
