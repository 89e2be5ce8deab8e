"""Test how the form is filled in from a selected passage."""

import pytest

from app.desk.prefill import TextOfSource, snapped, taken, weekday
from app.sources.candidates import candidates
from app.sources.matching.anchor import check
from app.sources.speakers_in_text import Person

VENN = Person(("Mara Venn",), "Mara Venn", "north")
TEXT = "“We don’t take 1,000 crowns,” said Mara Venn on Tuesday. “No 😀 deal.” Later: no 😀 deal."


def take(
    words: str, text: str = TEXT, *, published_on: str | None = "2024-05-17", party: str = "north"
) -> dict[str, str]:
    start = text.index(words)
    source = TextOfSource(text, candidates(text, [VENN]), 7, "en", published_on)
    return taken(source, start, start + len(words), [party])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("“We don’t take 1,000 crowns,”", "We don’t take 1,000 crowns,"),
        ("e don’t take 1", "We don’t take 1,000"),
        ("on’", "don’t"),
        (" take ", "take"),
        ("“ ", ""),
    ],
)
def test_ends_move_to_where_words_end(words: str, expected: str) -> None:
    text = TEXT + "“ "
    start = text.index(words)
    a, b = snapped(text, start, start + len(words))
    assert text[a:b] == expected


@pytest.mark.parametrize("span", [(-5, 3), (10**9, 10**10), (5, 2)])
def test_no_offset_breaks_it(span: tuple[int, int]) -> None:
    a, b = snapped(TEXT, *span)
    assert 0 <= a <= b <= len(TEXT) or a == b


def test_the_form_gets_speaker_party_source_and_day() -> None:
    given = take("We don’t take 1,000 crowns,")
    assert given == {
        "source": "7",
        "exact": "We don’t take 1,000 crowns,",
        "language": "en",
        "party": "north",
        "speaker": "Mara Venn",
        "said_on": "2024-05-14",
    }
    assert "party" not in take("We don’t take 1,000 crowns,", party="south")


def test_words_that_occur_once_come_without_those_beside_them_and_others_with() -> None:
    assert "prefix" not in take("take 1,000")
    given = take("😀 deal")
    assert check(TEXT, given["exact"], given["prefix"], given["suffix"]).start == TEXT.index("😀")


def test_without_a_weekday_the_day_of_the_source_dates_the_position() -> None:
    text = "“We take it all back,” said Mara Venn."
    assert take("We take it all back", text)["stated_on"] == "2024-05-17"
    assert (
        not {"said_on", "stated_on"} & take("We take it all back", text, published_on=None).keys()
    )


@pytest.mark.parametrize(
    ("published_on", "day"),
    [
        ("2024-05-17", "2024-05-14"),
        ("2024-05-14", "2024-05-14"),
        ("2024-05-13", "2024-05-07"),
        ("2024-05", None),
        (None, None),
    ],
)
def test_a_weekday_is_the_last_up_to_the_day_of_the_source(
    published_on: str | None, day: str | None
) -> None:
    assert weekday(TEXT, 1, 28, published_on) == day


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("Foreign Minister Jo Marsh", "Jo Marsh"),
        ("Belarusian President Alexander Lukashenko", "Alexander Lukashenko"),
        ("Jo Marsh", "Jo Marsh"),
        ("Jo Marsh Tuesday", "Jo Marsh"),
        ("Prime Minister", None),
        ("Zoom Tuesday", None),
        ("Paris March", None),
    ],
)
def test_a_new_name_is_offered_without_its_title_and_saved_by_nobody_but_the_editor(
    name: str, speaker: str | None
) -> None:
    given = take("We agree to that", text=f"“We agree to that,” {name} said.")
    assert given.get("speaker") == speaker
    assert "office" not in given and "speaker_new" not in given


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("We agree to that", None),
        ("agree", None),
        ("Marsh wants a pause", "reported"),
        ("that,” Marsh said", "reported"),
        ("pause of thirty days", "reported"),
    ],
)
def test_words_outside_quotation_marks_are_the_sources_report(words: str, kind: str | None) -> None:
    text = "Marsh wants a pause of thirty days. “We agree to that,” Marsh said."
    assert take(words, text=text).get("kind") == kind


def test_a_reporting_sentence_is_taken_as_reported() -> None:
    given = take("Venn said the quota would stay", text="Venn said the quota would stay as it is.")
    assert (given["kind"], given["speaker"], given["party"]) == ("reported", "Mara Venn", "north")
    assert "kind" not in take("We don’t take 1,000 crowns,")
