"""Test what a second look at a proposed quote is worth, and that sound quotes are left alone."""

from dataclasses import replace
from typing import Any

import pytest

from app.models.vocabulary import QuoteKind, Verification
from app.proposals.second_look import Look, Words, second_look
from app.sources.candidates import candidates
from app.sources.speakers_in_text import Person

TEXT = """Venn says no to the dam

Lake Post, 14 May 2024. By Oda Fenn

“The dam stays closed until June. No boat passes it before,” said Mara Venn of Northshore.

“It is an insult to every farmer of Southshore,” said Tol Ibarra.
"""
PEOPLE = (
    Person(("Mara Venn", "Мара Венн"), "Mara Venn", "north"),
    Person(("Tol Ibarra",), "Tol Ibarra", "south"),
)
NAMES = {"north": ("Northshore", "The North"), "south": ("Southshore",), "council": ("Council",)}


def words(exact: str, *parts: str, **more: Any) -> Words:
    """Return a quote of the text, laid into it where it is."""
    spans = [(TEXT.index(part), TEXT.index(part) + len(part)) for part in parts or (exact,)]
    made = Words(
        n=0,
        exact=exact,
        kind=QuoteKind.DIRECT,
        said_on="2024-05-14",
        language="en",
        translated_from=None,
        verification=Verification.VERIFIED,
        segments=spans,
        named=True,
        speaker=("Mara Venn",),
        speaker_party="north",
        title="Venn says no to the dam",
        source_language="en",
        published_on="2024-05-14",
        text=TEXT,
        said=candidates(TEXT, PEOPLE),
    )
    return replace(made, **more)


def codes(quote: Words, party: str = "north", stated_on: str | None = "2024-05-14") -> list[str]:
    found = second_look(Look(party, stated_on, [quote], NAMES))
    assert all(f.where.startswith(("/quotes/0/", "/stated_on")) for f in found)
    return [f.extra["code"] for f in found]


CLOSED = words("The dam stays closed until June")
INSULT = words("an insult to every farmer", speaker=("Tol Ibarra",), speaker_party="south")


@pytest.mark.parametrize(("quote", "party"), [(CLOSED, "north"), (INSULT, "south")])
def test_a_sound_quote_is_left_alone(quote: Words, party: str) -> None:
    assert codes(quote, party) == []


CASES = {
    "words of another": (replace(INSULT, speaker=("Mara Venn",), speaker_party="north"), "north",
                         ["said_by_other"]),
    "a speaker of another party": (INSULT, "north", ["other_speaker"]),
    "a speaker of no party": (replace(CLOSED, speaker_party=None), "north", ["other_speaker"]),
    "a speaker the text does not know": (
        replace(CLOSED, speaker=("Ivo Rell",), said=()), "north", ["not_named"]),
    "nobody speaks": (
        replace(CLOSED, named=False, speaker=(), speaker_party=None), "south",
        ["speakerless", "said_by_other"]),
    "names another party": (
        words("every farmer of Southshore", said=()), "north", ["names_other"]),
    "two sentences": (
        words("stays closed until June … passes it before", "stays closed until June",
              "passes it before"), "north", ["joined"]),
    "two paragraphs": (
        words("The dam stays closed … an insult to every farmer", "The dam stays closed",
              "an insult to every farmer", said=()), "north", ["joined"]),
    "the headline": (words("says no to the dam", said=()), "north", ["headline"]),
    "a translation": (replace(CLOSED, source_language="uk"), "north", ["language"]),
    "other letters": (
        replace(CLOSED, exact="Дамба закрита до червня", segments=[]), "north", ["language"]),
    "long before": (replace(CLOSED, said_on="2023-05-14"), "north", ["date"]),
    "no text": (
        replace(CLOSED, text=None, segments=[], verification=Verification.UNVERIFIED), "north",
        ["unchecked"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_doubtful_is_named(case: str) -> None:
    quote, party, expected = CASES[case]
    assert codes(quote, party) == expected


@pytest.mark.parametrize(
    ("stated_on", "expected"),
    [("2024-05-14", []), ("2024-05", []), ("2024-06-01", ["date"]), ("2022", ["date"])],
)
def test_a_date_far_from_every_source_is_named(stated_on: str, expected: list[str]) -> None:
    assert codes(replace(CLOSED, said_on=None), stated_on=stated_on) == expected


def test_an_op_ed_is_what_its_author_says() -> None:
    text = "What we want\n\nBy Mara Venn\n\nA court is what we want and insist on."
    start = text.index("A court")
    held = replace(CLOSED, exact=text[start:-1], segments=[(start, len(text) - 1)], text=text)
    held = replace(held, title="What we want", said=(), voices=["Mara Venn"])
    assert codes(held) == []
    other = replace(held, speaker=("Tol Ibarra",), speaker_party="south")
    assert codes(other, "south") == ["said_by_other"]
