"""Test how a position is described in words and drawn."""

from dataclasses import replace

import pytest

from app.matrix import formatting
from tests.templates import invented

GAUGE, FEE = invented.ISSUES[0], invented.ISSUES[3]


@pytest.mark.parametrize(
    ("attitudes", "want", "also"),
    [
        ({"1-435-mm": "prefers"}, " 1,435 mm", []),
        (
            {"1-435-mm": "prefers", "dual-gauge": "accepts", "1-520-mm": "rejects"},
            " 1,435 mm",
            ["accepts dual gauge", "rejects 1,520 mm"],
        ),
        (
            {"1-435-mm": "accepts", "dual-gauge": "prefers", "1-520-mm": "accepts"},
            " dual gauge",
            ["accepts either"],
        ),
        (
            {"1-435-mm": "rejects", "dual-gauge": "rejects", "1-520-mm": "prefers"},
            " 1,520 mm",
            ["rejects both others"],
        ),
        (
            {"1-435-mm": "accepts", "dual-gauge": "accepts"},
            " either of two",
            ["accepts 1,435 mm, dual gauge"],
        ),
        (
            {"dual-gauge": "accepts", "1-520-mm": "rejects"},
            "accepts dual gauge",
            ["rejects 1,520 mm"],
        ),
        ({"1-520-mm": "rejects"}, "rejects 1,520 mm", []),
        ({}, " no position on the options", []),
    ],
)
def test_stance(attitudes: dict[str, str], want: str, also: list[str]) -> None:
    said = formatting.stance(GAUGE, invented.position("aldria", "gauge", attitudes))
    assert _say(said.want) == want
    assert [_say(part) for part in said.also] == also


def _say(part: formatting.StancePart) -> str:
    return f"{part.verb} " + ", ".join(item.label for item in part.items)


def test_conditions_are_never_shortened_away() -> None:
    made = invented.position(
        "aldria",
        "gauge",
        {"1-435-mm": "accepts", "dual-gauge": "prefers", "1-520-mm": "accepts"},
        conditions={"1-520-mm": "only if it rains"},
    )
    assert [item.condition for item in formatting.stance(GAUGE, made).also[0].items] == [
        None,
        "only if it rains",
    ]
    assert (
        formatting.stance_words(GAUGE, made)
        == "prefers dual gauge; accepts 1,435 mm, 1,520 mm, only if it rains"
    )


@pytest.mark.parametrize(
    ("summary", "end"),
    [
        ("The gauge can wait.", ": The gauge can wait"),
        ("It trusts the U.S.", ": It trusts the U.S."),
        ("It waits …", ": It waits …"),
    ],
)
def test_a_line_needs_no_full_stop_of_the_sentence_in_it(summary: str, end: str) -> None:
    made = replace(invented.BORSK_GAUGE, attitudes={}, conditions={}, summary=summary)
    assert formatting.stance_line(GAUGE, made).endswith(f"no position on the options{end}")


def test_a_withdrawn_position_says_so() -> None:
    made = replace(invented.BORSK_GAUGE, act="withdraws", attitudes={})
    assert formatting.stance(GAUGE, made).want.items[0].label == "gave up its position"


@pytest.mark.parametrize("issue", invented.ISSUES)
def test_strips_hold_every_option_in_the_same_place_and_fit_a_cell(
    issue: formatting.IssueView,
) -> None:
    empty = formatting.strip(issue, None)
    assert len(empty.marks) == len(issue.options)
    assert empty.width <= 150
    assert all(
        later.x - one.x >= 10 for one, later in zip(empty.marks, empty.marks[1:], strict=False)
    )
    assert empty.line is issue.ordered


@pytest.mark.parametrize("issue", invented.ISSUES)
def test_labels_below_a_scale_never_touch(issue: formatting.IssueView) -> None:
    drawn = formatting.scale(issue, [])
    assert bool(drawn.labels) + bool(drawn.ends) + bool(drawn.listed or drawn.left_out) == 1
    assert not drawn.labels or len(drawn.labels) == len(issue.options)


def test_a_scales_dots_grow_with_the_parties_that_prefer_them() -> None:
    marks = formatting.scale(
        GAUGE, [invented.CELLS[party, "gauge"] for party in ("aldria", "borsk", "cantal", "dorrin")]
    ).marks
    assert marks[1].radius > marks[0].radius == marks[2].radius


def test_many_blocked_options_are_counted_rather_than_listed() -> None:
    said = formatting.ground(FEE, invented.COMMON["fee"], invented.NAMES)
    assert said.text == "Blocked: all eight options"
    assert said.detail.startswith("Dorrin rejects seven")


@pytest.mark.parametrize(
    ("as_of", "earlier", "later"),
    [
        ("2031-03-14", "2031-03-12", None),
        ("2031-03-10", "2031-03-09", "2031-03-12"),
        ("2030-01-01", None, "2030-08-14"),
        ("2040-01-01", "2031-03-14", None),
    ],
)
def test_the_ribbon_steps_through_the_days_on_which_something_was_said(
    as_of: str, earlier: str | None, later: str | None
) -> None:
    drawn = formatting.ribbon(invented.DAYS, as_of)
    assert (drawn.earlier, drawn.later) == (earlier, later)
    assert 0 <= drawn.handle <= 720
    assert all(0 <= day.x <= 720 and 2 <= day.height <= 20 for day in drawn.days)


def test_a_ribbon_without_days_is_drawn_too() -> None:
    assert formatting.ribbon([], "2031-03-14").days == []


def test_what_another_party_says_is_nobody_elses_own_words() -> None:
    said = [
        invented.quote(speaker=invented.SpeakerView("Irena Volk", "minister", party))
        for party in ("borsk", None)
    ]
    said += [replace(said[0], speaker=None), replace(said[0], kind="reported")]
    assert formatting.own_words(invented.position("borsk", "gauge", {}, quotes=said)) == 3
    assert formatting.own_words(invented.position("aldria", "gauge", {}, quotes=said)) == 2
    assert formatting.own_words(invented.position("aldria", "gauge", {}, quotes=said[:1])) == 0
