"""Test the contradictions and conditions of the practice negotiation against its README."""

from typing import Any

from tests.practice.sheet import N
from tests.support.factories import Desk


def opposed(practice: Desk, **query: Any) -> set[tuple[str, str, str, str, str, int]]:
    data = practice.get(f"{N}/contradictions", **query).data
    return {
        (one["kind"], one["party"], one["issue"], one["before"]["stated_on"],
         one["after"]["stated_on"], one["days"])
        for one in data["opposed"]
    }  # fmt: skip


SPOKESMAN = ("speakers", "kastrel", "seat", "2024-04-09", "2024-04-09", 0)
HEARSAY = ("hearsay", "lysmark", "fishing-season", "2024-05-16", "2024-06-06", 21)
AWAY = {  # moves away from the others: what was accepted is rejected
    ("stances", "kastrel", "lake-level", "2024-06-28", "2024-09-03", 67),
    ("stances", "dorrin", "disputes", "2025-01-21", "2025-03-18", 56),
}


def test_within_a_month_a_spokesman_contradicts_his_leader_and_hearsay_is_denied(
    practice: Desk,
) -> None:
    assert opposed(practice) == {SPOKESMAN, HEARSAY}
    assert opposed(practice, days=20) == {SPOKESMAN}
    assert opposed(practice, as_of="2024-05-31") == {SPOKESMAN}
    assert opposed(practice, days=67) == {SPOKESMAN, HEARSAY, *AWAY}
    assert not opposed(practice, days=66) & {min(AWAY, key=lambda one: -one[-1])}


def test_both_speakers_are_named_with_their_offices(practice: Desk) -> None:
    [pair] = practice.get(f"{N}/contradictions", kind="speakers").data["opposed"]
    speakers = [pair[which]["quotes"][0]["speaker"] for which in ("before", "after")]
    assert [(s["name"], s["office"]) for s in speakers] == [
        ("Aldo Merrin", "President"),
        ("Pim Tassel", "Spokesman of the President"),
    ]


def test_joint_statements_are_the_words_of_several(practice: Desk) -> None:
    shared = practice.get(f"{N}/contradictions", kind="words").data["same_words"]
    of_seat = next(s for s in shared if s["exact"] == "Pell Town is acceptable to all the parties")
    assert [use["party"] for use in of_seat["uses"]] == [
        "kastrel", "dorrin", "lysmark", "valley-league"
    ]  # fmt: skip


def test_the_one_condition_between_issues(practice: Desk) -> None:
    """Unanimity on the amounts for the fields: by its link a matter of what may be taken."""
    asked = {"kind": "conditions", "as_of": "2025-03-31"}
    [found] = practice.get(f"{N}/contradictions", **asked).data["conditions"]
    assert (found["party"], found["issue"]) == ("kastrel", "commission-vote")
    assert found["needs"] == {"issue": "summer-withdrawal", "option": None}
    assert found["own"]["prefers"] == "mcm-60"
    assert {one["party"]: one["prefers"] for one in found["others"] if one["position"]} == {
        "dorrin": "mcm-55", "lysmark": None, "valley-league": "mcm-55", "ostany": "mcm-40",
        "selmere": "mcm-60",
    }  # fmt: skip
    assert [o["party"] for o in found["others"] if o["standing"] == "silent"] == [
        "pell-islands", "hallin"
    ]  # fmt: skip
    earlier = practice.get(f"{N}/contradictions", **asked | {"as_of": "2025-03-03"}).data
    assert earlier["conditions"] == []
