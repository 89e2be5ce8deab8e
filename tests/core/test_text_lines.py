"""Test that all line ends are one, and that characters that cannot be stored are located."""

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.input_models import Line, Prose, Verbatim
from app.core.text_lines import alike, place
from app.sources.schemas import Text

ENDS = "a\r\nb\rc\x0bd\x0ce\nf\r\n\x0cg\u2028h\x85i"


@pytest.mark.parametrize("field", [Text, Verbatim, Prose])
def test_every_line_end_is_a_line_feed(field: type) -> None:
    assert TypeAdapter(field).validate_python(ENDS) == "a\nb\nc\nd\ne\nf\n\ng\u2028h\x85i"


def test_in_a_line_they_are_spaces() -> None:
    assert TypeAdapter(Line).validate_python("a\r\nb\x0cc") == "a b c"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("a\x07b", "U+0007, which cannot be saved: line 1, column 2"),
        ("Page one.\r\n\x0cPage\rthree\x1b", "U+001B, which cannot be saved: line 4, column 6"),
        ("x\n\x00", "U+0000, which cannot be saved: line 2, column 1"),
        ("x\n\n y\ud800", "half of a surrogate pair, which is not a character: line 3, column 3"),
    ],
    ids=ascii,
)
def test_what_cannot_be_saved_is_named_with_its_place(sent: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("+", r"\+")):
        TypeAdapter(Text).validate_python(sent)


def test_a_place_is_counted_in_lines_as_people_see_them() -> None:
    assert place("one\r\ntwo\rthree", 10) == "line 3, column 2"


def test_values_are_compared_line_ends_aside() -> None:
    assert alike("a\r\nb", "a\nb") and alike(None, None) and alike(3, 3)
    assert not alike("a b", "a\nb") and not alike(None, "")
