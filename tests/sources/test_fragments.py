from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources.folding import count_words
from app.sources.fragments import link

PAGE = "https://example.org/talks?a=1&b=2"
SIX = "we will accept a quota today"


def fragment(exact: str, prefix: str | None = None, suffix: str | None = None, *, repeated: bool = False) -> str:
    address = link(PAGE, exact, prefix, suffix, repeated=repeated)
    assert address is not None and address.startswith(f"{PAGE}#:~:text=")
    return address.removeprefix(f"{PAGE}#:~:text=")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PAGE, f"{PAGE}#:~:text=we%20will%20accept%20it"),
        ("https://example.org/#part-2", "https://example.org/#part-2:~:text=we%20will%20accept%20it"),
        ("https://example.org/#part:~:text=old", "https://example.org/#part:~:text=we%20will%20accept%20it"),
        ("https://example.org/#:~:text=old", "https://example.org/#:~:text=we%20will%20accept%20it"),
        ("https://example.org/#", "https://example.org/#:~:text=we%20will%20accept%20it"),
        ("HTTP://example.org/", "HTTP://example.org/#:~:text=we%20will%20accept%20it"),
        ("https://example.org/a.pdf", "https://example.org/a.pdf"),
        ("https://example.org/A.PDF?v=2#page=3", "https://example.org/A.PDF?v=2#page=3"),
        ("https://example.org/view?file=a.pdf", "https://example.org/view?file=a.pdf#:~:text=we%20will%20accept%20it"),
        ("javascript:alert(1)", None),
        ("ftp://example.org/", None),
        ("//example.org/", None),
        ("https://[bad/", "https://[bad/#:~:text=we%20will%20accept%20it"),
        (None, None),
    ],
)
def test_address(url: str | None, expected: str | None) -> None:
    assert link(url, "we will accept it") == expected


def test_everything_in_a_term_is_encoded() -> None:
    assert fragment("so-called “x”, a & b, 5 % – c#d") == (
        "so%2Dcalled%20%E2%80%9Cx%E2%80%9D%2C%20a%20%26%20b%2C%205%20%25%20%E2%80%93%20c%23d"
    )
    assert fragment("a lone \ud800 surrogate stands here")


@pytest.mark.parametrize(
    ("exact", "terms"),
    [
        (f"{SIX}, not one  drop less", [f"{SIX}, not one drop less"]),
        (f"{SIX} or so,\nand this is how it ends for all", [f"{SIX}", "is how it ends for all"]),
        ("in short\n\n  we end", ["in short", "we end"]),
        (f"{SIX} … not one drop less", [SIX, "not one drop less"]),
        (f"… {SIX} […] left out ... not one drop less", [SIX, "not one drop less"]),
        (f"{SIX} or so {'and on ' * 50} and this is the very end", [SIX, "and this is the very end"]),
        ("我们不会接受" * 60, [("我们不会接受" * 60)[:100], ("我们不会接受" * 60)[-100:]]),
    ],
)
def test_a_range_leads_over_paragraphs_and_elisions(exact: str, terms: list[str]) -> None:
    assert [unquote(term) for term in fragment(exact).split(",")] == terms


def test_surroundings_only_where_the_words_are_not_enough() -> None:
    before, after = "all he ever said on that day: ", ", and then he left the room at once"
    assert fragment(SIX, before, after) == SIX.replace(" ", "%20")
    around = ["he ever said on that day:-", SIX, "-, and then he left the"]
    assert [unquote(term) for term in fragment(SIX, before, after, repeated=True).split(",")] == around
    assert fragment("no deal", "he said: ", None) == "he%20said%3A-,no%20deal"
    assert fragment("no deal", "One.\nhe said: \n", "\n\nTwo.\nThree.") == "he%20said%3A-,no%20deal,-Two."
    assert fragment("no deal") == "no%20deal"


@given(st.text("aB9-–—  \n…我们ก_²“,.", max_size=40), st.integers(0, 5))
def test_whether_there_are_more_words_than_some_is_told_early_and_right(text: str, most: int) -> None:
    assert (count_words(text, most) > most) == (count_words(text) > most)
