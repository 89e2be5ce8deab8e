"""Test that a page prints the same passage once, and lays out how a party went along a scale."""

from dataclasses import replace
from typing import Any

import pytest

from app.dossier.passages import MOST_QUOTES, Passages, first_quotes, passage
from app.dossier.paths import MOST_STEPS, chosen_steps, path
from app.positions.views import QuoteView, SpeakerView
from app.sources.views import TombstoneView
from tests.templates import invented

POSITION = invented.BORSK_GAUGE
QUOTE = POSITION.quotes[0]
GAUGE = invented.ISSUES[0]


def copied(quote: QuoteView, number: int, **more: Any) -> QuoteView:
    """Return the same passage as a quote of another position."""
    return replace(quote, id=number, uid=str(number), **more)


def test_a_passage_is_printed_once_and_then_referred_to() -> None:
    passages = Passages()
    first = passages.all_of(replace(POSITION, quotes=[QUOTE]))
    spaced = copied(QUOTE, 90, exact=f" {QUOTE.exact.replace(' ', '  ')}")
    second = passages.all_of(replace(POSITION, id=9, quotes=[spaced, copied(QUOTE, 91)]))
    assert (first.printed, first.repeated) == ([QUOTE], [])
    assert second.printed == []
    assert [(again.quote.id, again.printed) for again in second.repeated] == [
        (90, QUOTE.id),
        (91, QUOTE.id),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"exact": "Other words"},
        {"source": replace(QUOTE.source, id=99)},
        {"speaker": SpeakerView("Somebody else", None, None)},
        {"said_on": "2030-01-01"},
    ],
    ids=str,
)
def test_what_differs_for_a_reader_is_printed(other: dict[str, Any]) -> None:
    passages = Passages()
    passages.all_of(replace(POSITION, quotes=[QUOTE]))
    [printed] = passages.all_of(replace(POSITION, quotes=[copied(QUOTE, 90, **other)])).printed
    assert printed.id == 90


def test_redacted_quotes_are_not_taken_for_one_another() -> None:
    gone = TombstoneView("2031-03-15T08:00:00.000000Z", "administrator", "Court order")
    one, other = (copied(QUOTE, n, exact="[redacted]", redacted=gone) for n in (90, 91))
    assert passage(one) != passage(other)


def test_very_many_quotes_are_counted() -> None:
    many = [copied(QUOTE, n, exact=f"Words {n}") for n in range(MOST_QUOTES + 3)]
    quoted = Passages().all_of(replace(POSITION, quotes=many))
    assert (len(quoted.printed), quoted.left_out) == (MOST_QUOTES, 3)


def test_an_issue_shows_one_quote_of_each_party_and_no_passage_twice() -> None:
    ours = replace(invented.CELLS["borsk", "gauge"], position=POSITION)
    theirs = replace(
        ours, party="aldria", position=replace(POSITION, id=9, quotes=[copied(QUOTE, 90)])
    )
    quoted = first_quotes([ours, None, theirs])
    assert len(quoted["borsk"].printed) == 1
    assert quoted["borsk"].left_out == len(POSITION.quotes) - 1
    assert quoted["aldria"].printed == [] and len(quoted["aldria"].repeated) == 1


def test_a_path_runs_from_the_first_position_to_the_current_one() -> None:
    held = [
        replace(POSITION, id=n, attitudes=attitudes, act=act)
        for n, (attitudes, act) in enumerate(
            [
                ({"1-435-mm": "prefers"}, "states"),
                ({}, "withdraws"),
                ({"1-520-mm": "prefers"}, "states"),
            ],
            1,
        )
    ]
    made = path(GAUGE, held, doubtful=[False, False, True], left_out=0)
    assert [step.sign for step in made.steps] == ["first", "earlier", "now"]
    assert [step.x for step in made.steps] == [made.ticks[0], None, made.ticks[2]]
    assert [step.mark and step.mark.text for step in made.steps] == [
        None,
        "withdrawn",
        "perhaps moved",
    ]
    [segment] = made.segments
    assert (segment.x1, segment.x2, segment.broken) == (made.ticks[0], made.ticks[2], True)
    assert segment.y1 < segment.y2 < made.height


def test_a_single_position_is_where_the_party_is_now() -> None:
    made = path(GAUGE, [POSITION], doubtful=[False], left_out=0)
    assert [step.sign for step in made.steps] == ["now"]
    assert made.segments == []


@pytest.mark.parametrize("count", [1, MOST_STEPS, MOST_STEPS + 1, 500])
def test_a_long_path_keeps_its_beginning_and_its_end(count: int) -> None:
    shown = chosen_steps(count)
    assert shown[0] == 0 and shown[-1] == count - 1
    assert len(shown) == min(count, MOST_STEPS)
    assert shown == sorted(set(shown))
