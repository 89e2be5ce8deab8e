"""Test that a text cut at the ends of marks can be joined again, code point for code point."""

from hypothesis import given
from hypothesis import strategies as st

from app.desk.highlight import Mark, marked
from app.sources.matching.paragraphs import paragraphs

TEXT = "One 😀 two.\n\nThree four\nfive.\n\n  Six."


def runs(*marks: Mark, text: str = TEXT) -> list[list[tuple[str, str | None, str | None]]]:
    return [[(r.text, r.kind, r.anchor) for r in p.runs] for p in marked(text, marks)]


def test_paragraphs_are_parted_by_blank_lines_or_by_lines_where_there_is_none() -> None:
    assert [TEXT[a:b] for a, b in paragraphs(TEXT)] == ["One 😀 two.", "Three four\nfive.", "Six."]
    assert [("a\nb"[x:y]) for x, y in paragraphs("a\nb")] == ["a", "b"]
    assert paragraphs(" \n \n") == [] and paragraphs("") == []
    assert ["a\r\n\r\nb"[x:y] for x, y in paragraphs("a\r\n\r\nb")] == ["a", "b"]


def test_a_mark_lies_where_it_was_taken_from() -> None:
    assert runs(Mark(4, 9, "quoted", "p-1")) == [
        [("One ", None, None), ("😀 two", "quoted", "p-1"), (".", None, None)],
        [("Three four\nfive.", None, None)],
        [("Six.", None, None)],
    ]


def test_of_marks_over_one_another_the_weightiest_shows_and_each_has_one_anchor() -> None:
    [first, *_] = runs(
        Mark(0, 9, "maybe", "c-1"),
        Mark(4, 5, "now", "now"),
        Mark(6, 9, "quoted", "p-1"),
        Mark(9, 10, "quoted", "p-1"),
    )
    assert first == [
        ("One ", "maybe", "c-1"),
        ("😀", "now", "now"),
        (" ", "maybe", None),
        ("two", "quoted", "p-1"),
        (".", "quoted", None),
    ]


def test_a_mark_over_two_paragraphs_goes_on_in_the_second() -> None:
    first, second, _ = runs(Mark(6, 17, "quoted", "p-1"))
    assert first[-1] == ("two.", "quoted", "p-1") and second[0] == ("Three", "quoted", None)
    assert [list(p.keys) for p in marked(TEXT, [Mark(6, 17, "quoted", "p-1")])] == [["p-1"], [], []]


@given(
    st.text(st.sampled_from("ab 😀\u0301\r\n“"), max_size=60),
    st.lists(
        st.tuples(
            st.integers(0, 60), st.integers(0, 60), st.sampled_from(["quoted", "now", "maybe"])
        ),
        max_size=6,
    ),
)
def test_whatever_is_marked_the_text_stays_as_it_is(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    marks = [Mark(min(a, b), max(a, b), kind, f"{n}") for n, (a, b, kind) in enumerate(spans)]
    for paragraph in marked(text, marks):
        shown = "".join(run.text for run in paragraph.runs)
        assert shown == text[paragraph.start : paragraph.end].replace("\r", " ")
    anchors = [run.anchor for p in marked(text, marks) for run in p.runs if run.anchor]
    assert len(anchors) == len(set(anchors))
