"""Test how texts are set in lines, and that everybody can read the colours."""

import pytest

from app.matrix import signs
from app.pictures import palette
from app.pictures.canvas import Canvas, Ink
from app.pictures.lettering import cut, is_covered, is_rtl, width_of, wrap


def test_lines_are_no_wider_than_the_column_and_lose_nothing() -> None:
    text = "Ruled out, “for good”, not now nor http://example.org/" + "long" * 60
    lines = wrap(text, 13, 120)
    assert all(width_of(line, 13) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert wrap("  ", 13, 120) == []
    assert wrap("one two 3\u00a0four", 13, width_of("one two 3", 13)) == ["one two", "3\u00a0four"]


def test_a_text_that_was_cut_says_so() -> None:
    assert cut("A short name", 12, 180) == "A short name"
    made = cut("The very long name of a party that nobody can read", 12, 90)
    assert made.endswith("…") and width_of(made, 12) <= 90


@pytest.mark.parametrize(
    ("text", "rtl"), [("30 days", False), ("«30» يوما", True), ("הפסקה", True), ("", False)]
)
def test_the_first_letter_says_which_way_a_text_runs(text: str, rtl: bool) -> None:
    assert is_rtl(text) is rtl
    canvas = Canvas()
    canvas.lines([text] if text else [], 10, 10, 100, Ink())
    assert ('text-anchor="end"' in "".join(canvas.parts)) is rtl


def test_which_scripts_need_the_fonts_of_the_server() -> None:
    assert is_covered("Zürich, Київ") and is_covered("وقف «النار» שלום\u2067")
    assert not is_covered("停火") and not is_covered("საქართველო")


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_can_be_read() -> None:
    for fill, ink in palette.CELLS.values():
        assert contrast(fill, ink) >= 4.5, (fill, ink)
    for ink in (palette.INK, palette.INK_2, palette.INK_3, palette.NO, palette.YES, palette.PART):
        for ground in (palette.PAPER, palette.SHEET, palette.WELL):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(palette.INK, palette.MARK) >= 4.5
    names = [f"c{n}" for n in range(signs.STEPS + 1)] + [f"u{n}" for n in range(signs.HUES)]
    assert sorted(names) == sorted(palette.CELLS)
