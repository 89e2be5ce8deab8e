"""Test properties of any text: a cutting is found, a changed one is not, and offsets are right."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.models.vocabulary import Verification
from app.sources.matching import anchor, normalise
from app.sources.matching.anchor import QuoteMatch, check
from app.sources.matching.normalise import (
    DASHES,
    QUOTATION_MARKS,
    SPACES,
    ZERO_WIDTH,
    fold,
    is_edge,
    says_something,
    skip_word,
    strip,
)
from app.sources.matching.text_diff import words_diff
from tests.support.examples import examples

WORDS = st.sampled_from(
    """no dam quota accept Quota don’t don't 1,000 40 3.14 U.S. re\u00adsettlement café
    cafe\u0301 naïve zone\u200bs
    Мы чужих войск её Об'єкт 不会接受 谈判 メーカー ダム ไม่ยอมรับ លទេ
    नहीं हम لن نقبل نمی\u200cپذیریم צה״ל 받아들이지
    👍🏽 🇺🇦 $5 H₂O x² ﬁsh Å a\u0323\u0307 b\u0307\u0323 \ufeffon""".split()
)
BETWEEN = st.sampled_from(
    [*"   \n\u00a0-", "  ", " \u200b ", ", ", "; ", ". ", " — ", " “", "” ", " '", "' ", "… "]
)
TEXTS = st.lists(st.tuples(WORDS, BETWEEN), min_size=1, max_size=30).map(
    lambda pairs: "".join(a + b for a, b in pairs)
)
# Any text, with characters that matter for normalisation made likely.
ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(" \n'\"-a1\u0301\u0323\u00ad\u200d\u1100\u1161\u11a8ア谈.,…"),
    )
)


@st.composite
def cuttings(draw: st.DrawFn) -> tuple[str, int, int]:
    """Draw a text and the start and end of words in it, with something between."""
    text = draw(st.one_of(TEXTS, ANYTHING))
    blank = SPACES + ZERO_WIDTH
    starts = [at for at in range(len(text)) if text[at] not in blank and is_edge(text, at)]
    ends = [at for at in range(1, len(text) + 1) if text[at - 1] not in blank and is_edge(text, at)]
    assume(starts)
    start = draw(st.sampled_from(starts))
    end = draw(st.sampled_from([at for at in ends if at > start] or [len(text)]))
    assume(text[start:end] == strip(text[start:end]) and says_something(text[start:end]))
    return text, start, end


def settled(text: str, exact: str, start: int, end: int) -> QuoteMatch:
    """Check a cutting, with all the text around it as context if it is ambiguous."""
    result = check(text, exact)
    if result.verification == Verification.AMBIGUOUS:
        result = check(text, exact, text[:start], text[end:])
    return result


@settings(max_examples=examples(200))
@given(cuttings())
def test_what_is_cut_out_is_found_where_it_was(cutting: tuple[str, int, int]) -> None:
    text, start, end = cutting
    result = settled(text, text[start:end], start, end)
    assert (result.verification, result.start, result.end) == (Verification.VERIFIED, start, end)


@settings(max_examples=examples(200))
@given(cuttings(), st.data())
def test_what_is_passed_over_changes_nothing(
    cutting: tuple[str, int, int], data: st.DataObject
) -> None:
    text, start, end = cutting
    exact = text[start:end]
    assume("…" not in exact and "..." not in exact)  # elisions are tolerated by another rule
    varied = "".join(_vary(data, character) for character in exact)
    form = data.draw(st.sampled_from(["NFC", "NFD", None]))
    varied = unicodedata.normalize(form, varied) if form else varied
    assume(fold(varied).text.strip() == fold(exact).text.strip())
    assume(varied == exact or varied not in text)  # a literal match is tried first, anywhere
    result = settled(text, varied, start, end)
    assert (result.verification, result.start, result.end) == (Verification.VERIFIED, start, end)


def _vary(data: st.DataObject, character: str) -> str:
    for family in (DASHES, QUOTATION_MARKS):
        if character in family:
            return data.draw(st.sampled_from(family))
    if character in SPACES:
        return data.draw(st.sampled_from(SPACES)) + data.draw(
            st.text(st.sampled_from(SPACES + ZERO_WIDTH), max_size=3)
        )
    return character + data.draw(st.sampled_from(["", "", "", "\u00ad", "\u200b", "\u2060"]))


@settings(max_examples=examples(200))
@given(cuttings(), st.data())
def test_another_letter_or_number_is_not_found(
    cutting: tuple[str, int, int], data: st.DataObject
) -> None:
    text, start, end = cutting
    exact = text[start:end]
    at = data.draw(st.integers(0, len(exact) - 1))
    assume(exact[at].isalnum())
    other = data.draw(st.sampled_from([exact[at].swapcase(), "q", "7", "ж"]))
    changed = exact[:at] + other + exact[at + 1 :]
    assume(fold(changed).text not in fold(text).text and not ("…" in changed or "..." in changed))
    result = check(text, changed)
    assert result.verification == Verification.MISMATCH
    if result.closest:
        assert text[result.closest.start : result.closest.end] == result.closest.exact
        assert check(text, result.closest.exact).verification in (
            Verification.VERIFIED,
            Verification.AMBIGUOUS,
        )


@given(cuttings())
def test_filled_surroundings_lead_back(cutting: tuple[str, int, int]) -> None:
    text, start, end = cutting
    result = settled(text, text[start:end], start, end)
    again = check(text, text[start:end], result.prefix, result.suffix)
    assert (again.verification, again.start, again.end) == (Verification.VERIFIED, start, end)


@settings(max_examples=examples(200))
@given(ANYTHING, ANYTHING, st.one_of(st.none(), ANYTHING), st.one_of(st.none(), ANYTHING))
def test_nothing_sent_is_too_odd(
    text: str, exact: str, prefix: str | None, suffix: str | None
) -> None:
    result = check(text, exact, prefix, suffix)
    assert (result.verification == Verification.VERIFIED) == (result.segments is not None)


@settings(max_examples=examples(200))
@given(st.one_of(TEXTS, ANYTHING))
def test_folding_maps_back(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.spaced)
    for at in range(len(folded.text) + 1):
        assert folded.is_edge(at) == is_edge(folded.spaced, at)
        assert not any(
            folded.is_edge(between) for between in range(at + 1, skip_word(folded.text, at))
        )
    mirrored, length = folded.text[::-1], len(folded.text)
    for at in range(length + 1):
        assert not any(
            folded.is_edge(length - between) for between in range(at + 1, skip_word(mirrored, at))
        )
    ends = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= a < b <= len(text) for a, b in ends) and ends == sorted(ends)


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(TEXTS, ANYTHING, st.text(st.sampled_from("aб–“é \t\u0301\xadﬁ"), max_size=400)))
def test_places_are_the_same_the_short_way(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    folded = fold(text)
    ends = [folded.span(at, at + 1) for at in range(len(folded.text))]
    with monkeypatch.context() as patched:
        patched.setattr(normalise, "_ALONE", re.compile("(?!)"))
        assert [folded.span(at, at + 1) for at in range(len(folded.text))] == ends


# Words and parts of words that recur, so that there are hits inside words and overlapping hits.
SIGNS = st.sampled_from("ab '谈\u0301🇺")
REPEATING = st.builds(
    lambda head, piece, times, tail: head + piece * times + tail,
    st.text(SIGNS, max_size=4),
    st.text(SIGNS, min_size=1, max_size=5),
    st.integers(1, 12),
    st.text(SIGNS, max_size=4),
)


@settings(
    max_examples=examples(400),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(REPEATING, min_size=1, max_size=3).map("".join),
    REPEATING,
    st.sampled_from([None, "a", "'", "b "]),
)
def test_where_hits_abound_the_answer_is_the_same(
    monkeypatch: pytest.MonkeyPatch, text: str, exact: str, beside: str | None
) -> None:
    at_leisure = check(text, exact, beside, beside)
    with monkeypatch.context() as patch:
        for name, value in {"_PATIENCE": 1, "_FEW": 0, "_SHORT": 1}.items():
            patch.setattr(anchor, name, value)
        assert check(text, exact, beside, beside) == at_leisure


def brute(text: list[str], parts: list[list[str]], at: int = 0) -> int:
    """Count the layouts of parts in a text of words by trying all."""
    if not parts:
        return 1
    size = len(parts[0])
    return sum(
        brute(text, parts[1:], i + size)
        for i in range(at, len(text) - size + 1)
        if text[i : i + size] == parts[0]
    )


LETTERS = st.lists(st.sampled_from("abc"), min_size=3, max_size=4)


@settings(max_examples=examples(300))
@given(
    st.lists(st.sampled_from("abc"), min_size=3, max_size=14),
    st.lists(LETTERS, min_size=1, max_size=3),
)
def test_layouts_are_counted(words: list[str], parts: list[list[str]]) -> None:
    result = check(" ".join(words), " … ".join(" ".join(part) for part in parts))
    expected = (Verification.MISMATCH, Verification.VERIFIED, Verification.AMBIGUOUS)[
        min(brute(words, parts), 2)
    ]
    assert result.verification == expected


@given(st.one_of(TEXTS, ANYTHING), st.one_of(TEXTS, ANYTHING))
def test_a_comparison_gives_both_back(a: str, b: str) -> None:
    pieces = words_diff(a, b)
    assert "".join(old for _, old, _ in pieces) == a and "".join(new for _, _, new in pieces) == b
    assert all((op == "equal") <= (old == new) for op, old, new in pieces if old.strip())
