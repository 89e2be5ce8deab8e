"""Test text fragments of links: the source's own words, with enough context to be unambiguous."""

import re
from unittest import mock
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources import text_fragments
from app.sources.matching.anchor import check
from app.sources.matching.normalise import count_words
from app.sources.text_fragments import (
    address,
    directive,
    directive_of_words,
    find_words,
    read_directive,
)

PAGE = "https://example.org/talks?a=1&b=2"
FOUND = "text=we%20will"
LONG = " ".join(f"word{n}" for n in range(60))
ARTICLE = f"""\
The minister spoke. 5 000 troops — most of them conscripts — left in 2014–2022, he said.

We will sign this, he said.
No deal.

“We will sign this,” she said. {LONG} and {LONG} is the end.

No deal.

Waf\xadfen\xadruhe gilt. We are ready to talk. So it ends. We are ready to leave. So it ends."""


def terms(exact: str, text: str = ARTICLE, prefix: str | None = None) -> list[list[str]] | None:
    """Return the decoded terms of each directive for a quote, in the order of the passages."""
    found = find_words(check(text, exact, prefix), text, exact)
    return None if found is None else _decoded(found)


def _decoded(found: str) -> list[list[str]]:
    return [
        [unquote(term) for term in one.removeprefix("text=").split(",")] for one in found.split("&")
    ]


@pytest.mark.parametrize(
    ("url", "page", "expected"),
    [
        (PAGE, None, f"{PAGE}#:~:{FOUND}"),
        ("https://example.org/#part-2", None, f"https://example.org/#part-2:~:{FOUND}"),
        ("https://example.org/#part:~:text=old", None, f"https://example.org/#part:~:{FOUND}"),
        ("https://example.org/#:~:text=old", None, f"https://example.org/#:~:{FOUND}"),
        ("https://example.org/#", None, f"https://example.org/#:~:{FOUND}"),
        ("HTTP://example.org/", None, f"HTTP://example.org/#:~:{FOUND}"),
        ("https://example.org/a.pdf", None, f"https://example.org/a.pdf#:~:{FOUND}"),
        ("https://example.org/a.pdf", 7, f"https://example.org/a.pdf#page=7:~:{FOUND}"),
        (
            "https://example.org/A.PDF?v=2#page=3",
            7,
            f"https://example.org/A.PDF?v=2#page=7:~:{FOUND}",
        ),
        ("https://example.org/download/4", 7, f"https://example.org/download/4#page=7:~:{FOUND}"),
        ("https://example.org/story#part", 7, f"https://example.org/story#part:~:{FOUND}"),
        ("javascript:alert(1)", None, None),
        ("ftp://example.org/", None, None),
        ("//example.org/", None, None),
        ("https://[bad/", None, f"https://[bad/#:~:{FOUND}"),
        (None, 7, None),
    ],
)
def test_address(url: str | None, page: int | None, expected: str | None) -> None:
    assert address(url, FOUND, page) == expected


def test_address_of_what_cannot_be_found() -> None:
    assert address("https://example.org/a.pdf", None, 7) == "https://example.org/a.pdf#page=7"
    assert address("https://example.org/#part:~:text=old", None) == "https://example.org/#part"
    assert address("https://example.org/", None) == "https://example.org/"


def test_everything_in_a_term_is_encoded() -> None:
    assert directive_of_words("so-called “x”, a & b, 5 % – c#d", None, None) == (
        "text=so%2Dcalled%20%E2%80%9Cx%E2%80%9D%2C%20a%20%26%20b%2C%205%20%25%20%E2%80%93%20c%23d"
    )
    assert directive_of_words("a lone \ud800 surrogate stands here", None, None)


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        # The source's own characters, not those that were typed.
        (
            "5 000 troops - most of them conscripts - left",
            "5 000 troops — most of them conscripts — left",
        ),
        ("in 2014-2022, he said", "in 2014–2022, he said"),
        ("Waffenruhe gilt. We are ready", "Waffenruhe gilt. We are ready"),
        ("'We will sign this,' she said", "“We will sign this,” she said"),
    ],
)
def test_a_term_has_the_characters_of_the_source(exact: str, expected: str) -> None:
    assert terms(exact) == [[expected]]


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        ("We will sign this, he said. No deal.", ["We will sign this, he said.", "No deal."]),
        ("No deal. “We will sign this,” she said.", ["No deal.", "“We will sign this,” she said."]),
        (
            f"{LONG} and {LONG}",
            ["word0 word1 word2 word3 word4 word5", "word54 word55 word56 word57 word58 word59"],
        ),
    ],
)
def test_no_term_crosses_a_line_and_a_long_passage_is_a_range(
    exact: str, expected: list[str]
) -> None:
    # Here the second occurrence of the range's end is the right one.
    found = terms(exact)
    assert found is not None and found[0][0] == expected[0] and found[0][1].endswith(expected[1])


def test_the_parts_around_an_elision_are_marked_each_by_itself() -> None:
    assert terms("The minister spoke … most of them conscripts […] We are ready to talk") == [
        ["The minister spoke", "-. 5 000"],
        ["most of them conscripts"],
        ["We are ready to talk"],
    ]
    assert _decoded(directive_of_words("We accept … not one drop less", None, None) or "") == [
        ["We accept"],
        ["not one drop less"],
    ]


def test_both_ends_of_a_range_are_the_first_of_their_kind() -> None:
    text = f"We are ready to talk about it.\n\nToday we are ready to talk about it, {LONG} {LONG}."
    exact = text[text.index("we are ready to talk about it, ") :]
    start = "we are ready to talk about it, word0 word1 word2 word3 word4"
    assert terms(exact, text) == [[start, "word54 word55 word56 word57 word58 word59."]]
    text = f"He said: so it is.\nShe said: so it is.\n{LONG}\nOver.\nOver.\nNext."
    end = "word54 word55 word56 word57 word58 word59"
    assert terms(f"so it is.\n{LONG}", text) == [["She said:-", "so it is.", end]]
    assert terms(f"{LONG}\nOver.\nOver.", text) == [
        ["word0 word1 word2 word3 word4 word5", "Over.", "-Next."]
    ]


@pytest.mark.parametrize(
    ("exact", "prefix", "expected"),
    [
        ("So it ends.", "leave. ", ["ready to leave.-", "So it ends."]),  # in its line
        ("No deal.", "is the end.\n", ["No deal.", "-Waffenruhe gilt. We"]),  # else in the next one
    ],
)
def test_what_occurs_twice_is_told_apart(exact: str, prefix: str, expected: list[str]) -> None:
    assert terms(exact, prefix=prefix) == [expected]


def test_no_link_is_better_than_one_to_another_passage() -> None:
    text = "No deal.\n\nNo deal.\n\nNo deal."
    assert _decoded(directive(text, [(10, 18)]) or "") == [["No deal.-", "No deal."]]
    assert directive(text, [(20, 28)]) is None


def test_what_is_there_beside_words_that_no_text_confirms() -> None:
    assert _decoded(directive_of_words("no deal", None, None) or "") == [["no deal"]]
    assert _decoded(directive_of_words("no deal", "he said: ", ", twice") or "") == [
        ["he said:-", "no deal", "-, twice"]
    ]


def test_words_that_differ_from_the_text_lead_nowhere() -> None:
    assert terms("We will never sign this") is None


def test_scripts_without_spaces_are_cut_where_a_word_surely_ends() -> None:
    text = "我们不会接受任何外国军队在乌克兰。他说。"
    assert terms("会接受任何外", text) == [["我们不-", "会接受任何外", "-国军队在乌克兰。他说。"]]
    assert terms("我们不会接受任何外国军队在乌克兰", text) == [["我们不会接受任何外国军队在乌克兰"]]


@pytest.mark.parametrize(
    "link", ["https://example.org/", None, "https://e.org/#:~:text=a b", "https://e.org/#:~:x=a"]
)
def test_a_directive_of_another_copy_is_read_only_if_it_is_one(link: str | None) -> None:
    assert read_directive(link) is None
    assert read_directive(address(PAGE, FOUND)) == FOUND


WORDS = st.sampled_from("a b b. «a» а й É e – - 1 ß 我 10 , x\xady".split(" "))
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@given(st.lists(LINES, min_size=1, max_size=6).map("\n\n".join), st.data())
def test_a_browser_that_goes_by_the_draft_marks_the_passage_that_is_meant(
    text: str, data: st.DataObject
) -> None:
    edges = (
        [m.start() for m in re.finditer(r"\S+", text)],
        [m.end() for m in re.finditer(r"\S+", text)],
    )
    first = data.draw(st.integers(0, len(edges[0]) - 1))
    last = data.draw(st.integers(first, len(edges[0]) - 1))
    start, end = edges[0][first], edges[1][last]
    found = directive(text, [(start, end)])
    if found is not None:
        assert browse(text, found.removeprefix("text=").split(",")) == (start, end)


# Not split, so that it can be held line by line against the draft.
def browse(text: str, terms: list[str]) -> tuple[int, int] | None:  # noqa: C901, PLR0912
    """Search as the draft "find a range from a text directive" does, each paragraph a block."""
    before = unquote(terms.pop(0)[:-1]) if terms[0].endswith("-") else None
    after = unquote(terms.pop()[1:]) if terms[-1].startswith("-") else None
    first, last = unquote(terms[0]), unquote(terms[1]) if len(terms) > 1 else None
    at = 0
    while at < len(text):
        if before is not None:
            if (prefix := _seek(text, before, at)) is None:
                return None
            at = prefix[0] + 1
            place = prefix[1] + len(text[prefix[1] :]) - len(text[prefix[1] :].lstrip())
            match = _seek(text, first, place)
            if match is None or match[0] != place:
                continue
        elif (match := _seek(text, first, at)) is None:
            return None
        else:
            at = match[0] + 1
        start, end = match
        while True:
            if last is not None:
                if (match := _seek(text, last, end)) is None:
                    return None
                end = match[1]
            if after is None:
                return start, end
            rest = text[end:]
            place = end + len(rest) - len(rest.lstrip())
            if (suffix := _seek(text, after, place)) is None:
                return None
            if suffix[0] == place:
                return start, end
            if last is None:
                break
    return None


def _seek(text: str, term: str, at: int) -> tuple[int, int] | None:
    """Return the first place of a term between words.

    Letter case and soft hyphens are ignored, as by browsers.
    """
    spelled = r"\xad?".join(r"[^\S\n]+" if c == " " else re.escape(c) for c in term)
    found = re.compile(rf"(?<!\w){spelled}(?!\w)", re.IGNORECASE).search(text, at)
    return found and found.span()


@given(st.text("aB9-–—  \n…我们ก_²“,.", max_size=40), st.integers(0, 5))
def test_whether_there_are_more_words_than_some_is_told_early_and_right(
    text: str, most: int
) -> None:
    assert (count_words(text, most) > most) == (count_words(text) > most)


SOME = "a b ab A é e ж 5 % - ’s “a” ... … a, ß ss 中 ﬁ fi . «a»".split()
WORDS = st.lists(st.sampled_from([*SOME, "\xad", "a\nb", "", "x" * 120]), max_size=9).map(" ".join)


@given(WORDS, WORDS, WORDS)
def test_plain_words_take_a_shorter_way_to_the_same(exact: str, before: str, after: str) -> None:
    with mock.patch.object(text_fragments, "_of_plain_words", return_value=None):
        searched = directive_of_words(exact, before, after, (before, after))
    assert directive_of_words(exact, before, after, (before, after)) == searched
