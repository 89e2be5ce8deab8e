"""Test the words added to editors' texts: "only if", once, and the party that says so."""

import pytest

from app.positions.phrases import bare_condition, led, only_if

BEGUN = [
    "only if",
    "Only if",
    "ONLY IF",
    "only  if",
    "only\u00a0if",
    " only\nif",
    "only if:",
    "Only if :",
    "if",
    "If",
]


def test_the_words_are_put_before_what_was_typed() -> None:
    assert only_if("foreign aid ends") == "only if foreign aid ends"


@pytest.mark.parametrize("begun", BEGUN)
def test_words_that_were_typed_are_not_doubled(begun: str) -> None:
    assert only_if(f"{begun} foreign aid ends") == "only if foreign aid ends"
    assert bare_condition(f"{begun} Foreign aid ends ") == "Foreign aid ends"


@pytest.mark.parametrize(
    "text", ["iffy terms are dropped", "only after elections", "a truce holds, only if in spring"]
)
def test_what_only_looks_like_them_stays(text: str) -> None:
    assert only_if(text) == f"only if {text}"


@pytest.mark.parametrize("text", ["only if", "only if …", ""])
def test_a_condition_without_words_is_still_one(text: str) -> None:
    assert only_if(text) == "only if …"


@pytest.mark.parametrize(
    ("parties", "said"),
    [
        ([], "Okapi."),
        (["a"], "According to Aldria: Okapi."),
        (["a", "b", "c"], "According to Aldria, Borsk and c: Okapi."),
    ],
)
def test_whose_word_it_is_stands_before_a_text(parties: list[str], said: str) -> None:
    assert led("Okapi.", parties, {"a": "Aldria", "b": "Borsk"}) == said
