"""Test what contradicts each other, and what depends on what, by cases worked out by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.analysis.contradictions import (
    Stance,
    Use,
    cells_that_differ,
    opposed_to,
    shared_passages,
)
from app.matrix.common_ground import Stand
from app.matrix.conditions import Depends, OnNeeded, Standing, conditions_of
from app.matrix.contradictions import Kind
from app.positions.views import SpeakerView

PRESIDENT = SpeakerView("Aldo Merrin", "President", "kastrel")
RETIRED = SpeakerView("Aldo Merrin", "former President", "kastrel")
SPOKESMAN = SpeakerView("Pim Tassel", "Spokesman", "kastrel")
DELEGATE = SpeakerView(None, "A member of the delegation", "kastrel")
RIVAL = SpeakerView("Sefa Ondrake", "Foreign Minister", "dorrin")


def stance(
    number: int,
    attitudes: Mapping[str, str],
    *speakers: SpeakerView,
    first: date = date(2024, 4, 9),
    last: date | None = None,
    attributed: bool = False,
    act: str = "states",
    unnamed: bool = False,
) -> Stance:
    return Stance(
        number, "kastrel", "seat", first, last or first, datetime(2024, 5, 1, tzinfo=UTC), act,
        attitudes, attributed, speakers, unnamed,
    )  # fmt: skip


PELL, AMARY, NOT_PELL = {"pell": "prefers"}, {"amary": "prefers"}, {"pell": "rejects"}


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (stance(1, PELL, PRESIDENT), stance(2, AMARY, SPOKESMAN), Kind.SPEAKERS),
        (stance(1, PELL, PRESIDENT), stance(2, AMARY, PRESIDENT), Kind.STANCES),
        # The same person in another office.
        (stance(1, PELL, PRESIDENT), stance(2, AMARY, RETIRED), Kind.STANCES),
        (stance(1, PELL, PRESIDENT), stance(2, AMARY, DELEGATE), Kind.SPEAKERS),
        (stance(1, PELL, DELEGATE), stance(2, AMARY, DELEGATE), Kind.STANCES),
        (stance(1, PELL, PRESIDENT, SPOKESMAN), stance(2, AMARY, SPOKESMAN), Kind.STANCES),
        # The source says it, and names no speaker.
        (stance(1, PELL, PRESIDENT), stance(2, AMARY), Kind.STANCES),
        # A source's report beside the speaker's words may be of anybody.
        (stance(1, PELL, PRESIDENT, unnamed=True), stance(2, AMARY, SPOKESMAN), Kind.STANCES),
        # A rival quoted beside the party's own speaker is no speaker of the party.
        (stance(1, PELL, PRESIDENT), stance(2, AMARY, PRESIDENT, RIVAL), Kind.STANCES),
        (stance(1, PELL, PRESIDENT), stance(2, AMARY, RIVAL, attributed=True), Kind.HEARSAY),
        (stance(1, PELL, RIVAL, attributed=True), stance(2, NOT_PELL, SPOKESMAN), Kind.HEARSAY),
    ],
)
def test_a_contradiction_says_whose_it_is(one: Stance, other: Stance, kind: Kind) -> None:
    [found] = opposed_to(other, [one], 30)
    assert (found.kind, found.before, found.after) == (kind, 1, 2)


@pytest.mark.parametrize(
    ("first", "last", "within", "days"),
    [
        (date(2024, 4, 9), None, 0, 0),
        (date(2024, 5, 9), None, 30, 30),
        (date(2024, 5, 10), None, 30, None),
        (date(2024, 5, 10), None, 31, 31),
        (date(2024, 4, 1), date(2024, 4, 30), 0, 0),  # "in April"
        (date(2024, 1, 1), date(2024, 12, 31), 0, 0),  # "in 2024"
        (date(2024, 5, 1), date(2024, 5, 31), 21, None),  # "in May": 22 days at least
        (date(2024, 5, 1), date(2024, 5, 31), 22, 22),
    ],
)
def test_days_are_the_fewest_that_may_lie_between(
    first: date, last: date | None, within: int, days: int | None
) -> None:
    found = opposed_to(stance(2, AMARY, first=first, last=last), [stance(1, PELL)], within)
    assert [one.days for one in found] == ([] if days is None else [days])


def test_what_was_given_up_or_agrees_excludes_nothing() -> None:
    gone = stance(2, {}, act="withdraws")
    yielding = stance(3, {"pell": "accepts"})
    assert opposed_to(gone, [stance(1, PELL)], 30) == []
    assert opposed_to(yielding, [stance(1, PELL)], 30) == []


def test_only_cells_in_which_something_differs_are_compared() -> None:
    older, newer = stance(5, PELL, first=date(2024, 1, 1)), stance(4, AMARY)
    same = [stance(number, PELL) for number in (1, 2)]
    assert cells_that_differ(same) == []
    assert cells_that_differ([newer, older]) == [[older, newer]]


def use(party: str, number: int, day: int = 1) -> Use:
    return Use(party, number, 10 + number, date(2024, 3, day))


def test_words_are_shared_by_parties_on_one_issue_and_of_one_source() -> None:
    both = [("seat", 1, "words", use("kastrel", 1, 2)), ("seat", 1, "words", use("dorrin", 2))]
    [found] = shared_passages(
        [
            *both,
            ("seat", 1, "words", use("kastrel", 3, 3)),
            ("ferry", 1, "words", use("hallin", 4)),
            ("seat", 2, "words", use("hallin", 5)),
            ("seat", 1, "other words", use("hallin", 6)),
            ("ferry", 1, "twice", use("hallin", 7)),
            ("ferry", 1, "twice", use("hallin", 8)),
        ]
    )
    assert [one.position for one in found.uses] == [2, 1, 3]
    assert (found.parties, found.on) == ({"kastrel", "dorrin"}, date(2024, 3, 3))


def stand(party: str, number: int, attitudes: Mapping[str, str], **more: Any) -> Stand:
    given: dict[str, Any] = {
        "conditions": {},
        "inferred": [],
        "attributed_by": [],
        "firmness": "demand",
        **more,
    }
    return Stand(party, number, attitudes, act="states", **given)


HELD = {
    ("a", "dam"): stand("a", 1, {"open": "rejects", "shut": "prefers"}),
    ("b", "dam"): stand("b", 2, {"open": "prefers"}),
    ("c", "dam"): stand("c", 3, {"open": "accepts"}, conditions={"open": "only if it rains"}),
    ("d", "dam"): stand("d", 4, {"open": "rejects"}, inferred=["open"], attributed_by=["a"]),
    ("e", "dam"): stand("e", 5, {"shut": "prefers"}),
    ("b", "quota"): stand("b", 6, {"open": "rejects"}),
}


def test_a_needed_option_is_looked_up_with_every_other_party() -> None:
    needs = Depends("a", "quota", 9, date(2024, 3, 1), "dam", "open")
    [found] = conditions_of([needs], HELD, ["a", "b", "c", "d", "e", "f"])
    assert found.own == OnNeeded("a", Standing.REJECTS, 1, "shut")
    assert found.others == (
        OnNeeded("b", Standing.PREFERS, 2, "open"),
        OnNeeded("c", Standing.ACCEPTS, 3, None, condition="only if it rains"),
        OnNeeded("d", Standing.REJECTS, 4, None, inferred=True, attributed=True),
        OnNeeded("e", Standing.UNMENTIONED, 5, "shut"),
        OnNeeded("f", Standing.SILENT, None, None),
    )
    assert list(found.by_standing()) == list(Standing)
    assert (found.parties, found.issues) == (("a",), ("quota", "dam"))


def test_a_link_without_an_option_says_only_what_the_others_prefer() -> None:
    needs = Depends("a", "quota", 9, date(2024, 3, 1), "dam", None)
    [found] = conditions_of([needs], HELD, ["a", "b", "e", "f"])
    assert [(one.party, one.standing, one.preferred) for one in found.others] == [
        ("b", None, "open"),
        ("e", None, "shut"),
        ("f", Standing.SILENT, None),
    ]
