"""Test that invisible characters are found, and look-alike names distinguished from others."""

import pytest

from app.core.lookalikes import escape_unseen, find_unseen, look_alike, skeleton

ALIKE = [
    ("ada", "аda"),  # Cyrillic
    ("ada", "аԁа"),  # all of it
    ("ivan", "Іvan"),
    ("Ivan", "іvаn"),
    ("oscar", "οscar"),  # Greek
    ("scope", "ѕсоре"),
    ("oslo", "סslo"),  # Hebrew
    ("BOB", "ВОВ"),
    ("paul", "pau1".replace("1", "ӏ")),
]
APART = [
    ("ada", "ida"), ("Олена", "Olena"), ("Олена", "Ольга"), ("Iван", "Петро"), ("ann1", "annl"),
    ("müller", "muller"), ("Ελένη", "Elena"), ("陳", "李"), ("ali", "علي"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_looks_alike(one: str, other: str) -> None:
    assert look_alike(one, other)
    assert look_alike(other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_does_not(one: str, other: str) -> None:
    assert not look_alike(one, other)


def test_a_skeleton_is_its_own() -> None:
    for text in ("ада", "scope", "m", "rn", "0O", "ﬁ", "مرحبا"):
        assert skeleton(skeleton(text)) == skeleton(text)


UNSEEN = (
    "\u200b \u200d \u202e \u2066 \ufeff \u00ad \u00a0 \u2028 \u3164 \u115f \ufe0f \u034f"
    " \u2800 \x07 \U000e0041 \ue000"
)


@pytest.mark.parametrize("character", UNSEEN.split(" "))
def test_what_is_not_seen_is_found_and_named(character: str) -> None:
    found = find_unseen(f"ab{character}c")
    assert found is not None
    assert found[0] == 2
    assert found[1].startswith(f"U+{ord(character):04X}")
    escaped = escape_unseen(f"ab{character}c")
    assert escaped.isascii()
    assert find_unseen(escaped) is None


@pytest.mark.parametrize(
    "text", ["Олена", "Ada Lovelace", "e\u0301", "नमस्ते", "陳大文", "O’Neill-Smith", "עִבְרִית"]
)
def test_what_is_seen_is_left(text: str) -> None:
    assert find_unseen(text) is None
    assert escape_unseen(text) == text
