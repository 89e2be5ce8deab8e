"""Test that words divided at a line's end are read with and without their hyphen, only there."""

# ruff: noqa: E501  (lists of words read best in few lines)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.vocabulary import Mismatch, Verification
from app.sources.matching.anchor import check
from app.sources.matching.normalise import fold
from tests.support.examples import examples

TEXT = (
    "We recog-\nnise the long-\nterm plan, the re-\r\nset of 2014-\n2022, short-\nand medium-run loans, the Franco-\nGerman\n"
    "NATO-\nled talks, an e‐ \n mail, GUARAN-\nTEES, inter-\nna-\ntional law; conscripts—\nthen more\n—much more and/\nor "
    "none. Cafe\u0301-\nteria of re\u00ad\nsettled and re\u00adsettled folk, the on-line site, a protect-\nor of state-\nof-the-art rails.\n\nThe ﬁnal oﬀer, the ﬂuﬀy aﬃdavit: "
    "ĳs. The last par-\n\nagraph - of - all, we-they, and -\nfinally a -\x0cdash."
)
READ = [
    "recognise the long-term plan", "recog-nise", "recog- nise", "recog-\nnise", "long-term", "longterm", "long- term",
    "reset of 2014-2022", "short- and medium-run", "Franco-German", "NATO-led talks", "e-mail", "email", "GUARANTEES",
    "international law", "inter-na-tional", "inter-national", "conscripts—then", "conscripts— then", "more—much more",
    "and/or none", "Caféteria of", "of resettled and", "and resettled", "on-line site", "protector", "state-of-the-art", "The final offer", "The ﬁnal offer",
    "the fluffy affidavit", "ijs", "last paragraph", "and - finally a - dash",
]  # fmt: skip
UNREAD = [
    "recog nise", "long term", "long -term", "20142022", "2014 2022", "short-and", "FrancoGerman", "NATOled",
    "conscriptsthen", "moremuch", "andor", "re settled", "online site", "on- line", "on-\nline", "wethey", "we- they",
    "the final 0ffer", "recognize", "and-finally", "internation-al",
]  # fmt: skip


@pytest.mark.parametrize("words", READ)
def test_both_readings_are_accepted(words: str) -> None:
    result = check(TEXT, words)
    assert result.verification in (Verification.VERIFIED, Verification.AMBIGUOUS)
    if result.start is not None and result.end is not None:
        assert fold(TEXT[result.start : result.end]).text[0] == fold(words).text[0]
        assert TEXT[result.start : result.end][-1:].casefold() == words[-1:].casefold()


@pytest.mark.parametrize("words", UNREAD)
def test_nothing_else_is(words: str) -> None:
    assert check(TEXT, words).verification == Verification.MISMATCH


def test_offsets_are_those_of_the_text_as_stored() -> None:
    result = check(TEXT, "We recognise the long-term plan, the reset")
    assert (result.start, result.end) == (0, TEXT.index(" of 2014"))
    again = check(TEXT, "GUARANTEES", "an e-mail, ", ", international law")
    assert TEXT[again.start : again.end] == "GUARAN-\nTEES"
    elided = check(
        TEXT, "We recognise the long-term plan … international law; conscripts—then more"
    )
    assert (
        elided.segments
        and TEXT[slice(*elided.segments[1])] == "inter-\nna-\ntional law; conscripts—\nthen more"
    )


def test_a_word_that_is_sought_in_both_ways_is_found_in_either() -> None:
    text = "They said on-line and on-\nline; off-\nline and offline."
    assert check(text, "on-line and online").verification == Verification.VERIFIED
    assert check(text, "on-line and on-line").verification == Verification.VERIFIED
    assert check(text, "off-line and offline").verification == Verification.VERIFIED
    assert check("on-\nline, online", "online").start == 10  # the literal text is tried first
    assert check("on-\nline, on-\nline", "online").verification == Verification.AMBIGUOUS


WORDS = st.lists(
    st.sampled_from("recognise term long a peace naïve Об'єкт 2014 don’t".split()),
    min_size=2,
    max_size=12,
)


@settings(max_examples=examples(200))
@given(WORDS, st.data())
def test_wherever_a_line_ends_the_true_words_are_found(
    words: list[str], data: st.DataObject
) -> None:
    sentence = "Xaver " + " ".join(words) + " Zoe."
    # No program leaves a single letter on the next line.
    places = [
        at
        for at in range(1, len(sentence))
        if sentence[at - 1 : at + 2].isalpha() and sentence[at].islower()
    ]
    drawn = data.draw(st.sets(st.sampled_from(places), max_size=4))
    cuts = {at for at in drawn if at - 1 not in drawn}
    printed = "".join(("-\n" if at in cuts else "") + c for at, c in enumerate(sentence))
    result = check(f"Before. {printed} After.", sentence)
    assert (result.verification, result.start) == (Verification.VERIFIED, 8)
    assert result.end == 8 + len(printed)


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("Clear Skies.If legislation fails", "Skies", Mismatch.INSIDE_WORDS),
        ("We will accept a quota", "accept a quo", Mismatch.INSIDE_WORDS),
        ("We will accept a quota", "refuse a quota", Mismatch.ABSENT),
        ("We will accept a quota", "…", Mismatch.ABSENT),
        ("We will accept a quota of forty", "We will … quota of forty", Mismatch.SHORT_PART),
        ("One two three four five six", "four five six … One two three", Mismatch.ORDER),
        ("One two three four five six", "One two three … five six seven", Mismatch.ABSENT),
    ],
)
def test_why_words_do_not_match_is_said(text: str, words: str, reason: Mismatch) -> None:
    assert check(text, words).reason == reason


def test_words_beside_others_are_said_to_be() -> None:
    assert check("We will accept a quota", "accept", "never ").reason == Mismatch.CONTEXT
    assert check("We will accept a quota", "accept", "will").reason is None
