"""Test that lines of a PDF become a text that continues over columns and pages."""

import pytest

from app.sources.extraction.readers import pdf_bidi
from app.sources.extraction.readers.pdf_characters import Character, Style
from app.sources.extraction.readers.pdf_flow import flow, joined
from app.sources.extraction.readers.pdf_lines import PdfLine, lines


def column(
    *texts: str, top: float = 700, left: float = 50, size: float = 10, width: float = 200
) -> list[PdfLine]:
    """Return lines below one another, all but the last as wide as the column."""
    last = len(texts) - 1
    return [
        PdfLine(
            text,
            left,
            left + (width if n < last else min(len(text) * size / 2, width)),
            top - n * 12,
            size,
            0,
        )
        for n, text in enumerate(texts)
    ]


def at(text: str, base: float, size: float = 10, left: float = 50) -> PdfLine:
    return PdfLine(text, left, left + len(text) * size / 2, base, size, 0)


def text(*pages: list[PdfLine]) -> str:
    return flow(pages).text


def test_lines_are_joined_to_paragraphs() -> None:
    page = column(
        "The minister came to Sarn on Sunday with an",
        "offer and a bill.",
        "We will not rebuild it, she said",
        "there.",
    )
    page[1].right = 120
    assert (
        text(page)
        == "The minister came to Sarn on Sunday with an offer and a bill.\n\nWe will not rebuild"
        " it, she said there."
    )


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("we recog-", "nise it", "we recog-\nnise it"),
        ("of 2014-", "2022", "of 2014-\n2022"),
        ("so it is -", "and was", "so it is - and was"),
        ("conscripts—", "then more", "conscripts—\nthen more"),
        ("conscripts", "—then more", "conscripts\n—then more"),
        ("and/", "or none", "and/\nor none"),
        ("我们不会接", "受任何", "我们不会接受任何"),
        ("a NATO", "不会", "a NATO 不会"),
    ],
)
def test_what_parts_lines_is_told_by_their_ends(before: str, after: str, whole: str) -> None:
    assert joined(before, after) == whole


def test_a_sentence_runs_on_over_columns_and_pages() -> None:
    first = [
        *column("One two three four", "five six seven eight", "nine ten"),
        *column("eleven twelve", "thirteen and more", left=300),
    ]
    second = column("words until it ends here.", "A new one.")
    assert text(first, second).startswith(
        "One two three four five six seven eight nine ten eleven twelve thirteen and more words"
        " until it ends here."
    )
    assert text(column("so we recog-"), column("nise it.")) == "so we recog-\nnise it."


def test_cells_that_a_page_breaks_off_go_on_in_their_columns() -> None:
    first = [
        *column("We insist on the", "gauge that"),
        *column("Nobody will move", "it before", left=300),
    ]
    second = [
        *column("was agreed upon."),
        *column("winter comes.", left=300),
        *column("Next row.", top=600),
    ]
    assert text(first, second).split("\n\n") == [
        "We insist on the gauge that was agreed upon.",
        "Nobody will move it before winter comes.",
        "Next row.",
    ]


def test_a_word_longer_than_its_line_stays_whole() -> None:
    page = column("It was called", "Überwachungsmechanis", "mus by the press.", width=100)
    assert text(page) == "It was called Überwachungsmechanismus by the press."
    page[1].right = 90
    assert text(page) == "It was called Überwachungsmechanis mus by the press."


def test_columns_of_a_text_run_on_also_at_a_name() -> None:
    first = [
        *column("It was the minister", "and not"),
        *column("Irena Volk who said", "on Sunday that", left=300),
    ]
    second = [*column("the gauge stays", "as it is."), *column("More of it is", "below.", left=300)]
    assert text(first, second).startswith(
        "It was the minister and not Irena Volk who said on Sunday that the gauge stays as it is."
    )


def test_heads_feet_and_numbers_of_pages_do_not_interrupt() -> None:
    words = [
        "We will not accept",
        "the terms until they",
        "are in writing, and",
        "the talks go on.",
    ]
    pages = [
        [at("Annual report", 800, 8), *column(words[n], words[n]), at(f"Page {n + 1} of 4", 30, 8)]
        for n in range(4)
    ]
    found = flow(pages)
    assert found.text.count("Annual report") == 1 and "Page" not in found.text
    assert (
        f"{words[0]} {words[0]} {words[1]} {words[1]} {words[2]} {words[2]} {words[3]}"
        in found.text
    )
    assert [found.text[start:].startswith(words[n]) for n, start in enumerate(found.pages)][1:] == [
        True
    ] * 3


def test_numbers_of_a_table_are_no_numbers_of_pages() -> None:
    pages = [
        [*column(*words), at(f"Total {total} {total}", 600)]
        for words, total in ((["a b", "c d"], 5), (["e f", "g h"], 7))
    ]
    assert "Total 5 5" in text(*pages) and "Total 7 7" in text(*pages)


def test_a_number_alone_is_that_of_a_page_only_where_it_fits() -> None:
    assert (
        text(column("One.", "Two."), [*column("Three.", "Four."), at("2", 30)])
        == "One. Two.\n\nThree. Four."
    )
    assert "17" in text(column("One.", "Two."), [*column("Three.", "Four."), at("17", 30)])


def test_notes_stand_beside_the_sentence_that_runs_on() -> None:
    first = [
        *column("We insist on the terms", "that were agreed on in", "-")[:2],
        at("1 Interview of 3 May.", 60, 7),
    ]
    second = [*column("Sarn, and on no others.", "The talks go on."), at("2 Minutes.", 60, 7)]
    found = flow([first, second])
    assert "that were agreed on in Sarn, and on no others." in found.text
    assert (
        found.text.index("Interview") < found.text.index("We insist") < found.text.index("Minutes")
    )
    assert found.text[found.pages[1] :].startswith("Sarn")


def test_marks_of_notes_are_left_out_and_other_raised_numbers_kept() -> None:
    page = column("We insist1 on 106 tonnes of the 20242 crop, or 53", "and no less.")
    page[0].raised = [(9, 10), (16, 17), (36, 37), (48, 49)]
    page += [at("1 Interview of 3 May.", 60, 7), at("2 Minutes.", 50, 7)]
    assert "We insist on 106 tonnes of the 2024 crop, or 53 and no less." in text(page)


def test_where_pages_begin_is_told_also_of_empty_ones() -> None:
    found = flow([column("One."), [], column("Three."), []])
    assert (found.text, found.pages) == ("One.\n\nThree.", [0, 6, 6, 12])
    assert flow([[], []]).pages == [0, 0]


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("םלוע םולש", "שלום עולם"),
        (".2031 (3)18 אל", "לא 18(3) 2031."),
        ("NATO Port םלוע םולש אל לבקנ", "נקבל לא שלום עולם NATO Port"),
        ("the word םולש means peace", "the word שלום means peace"),
        ("12:30 העשב", "בשעה 12:30"),
        ("(םלוע) אל", "לא (עולם)"),
    ],
)
def test_lines_from_right_to_left_are_read_so(seen: str, read: str) -> None:
    assert "".join(pdf_bidi.in_reading_order(list(seen))) == read


def test_a_ligature_tells_nothing_of_the_gaps_in_its_word() -> None:
    style = Style(base=700, size=10, turn=0, measured=True, seen=True, white=False)
    signs, left = [], 50.0
    for glyph in ["a", " ", "o", "ffi", "c", "e", " ", "i", "s"]:
        width = 2.5 * len(glyph)
        signs += [Character(sign, left, left + width, 698, 708, style, False) for sign in glyph]
        left += width
    assert [line.text for line in lines(signs)] == ["a office is"]
