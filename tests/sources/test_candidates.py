"""Test finding passages in quotation marks, with their likely speakers."""

import time
from pathlib import Path

import pytest

from app.sources.candidates import candidates
from app.sources.speakers_in_text import Person

VOLK = Person(("Irena Volk", "Ірина Волк", "Ирина Волк"), "Irena Volk", "borsk")
BRANDT = Person(("Teodor Brandt",), "Teodor Brandt", "borsk")
DORRIN = Person(("Dorrin", "Dorr", "Kingdom of Dorrin"), None, "dorrin")
PEOPLE = (VOLK, BRANDT, DORRIN)
ARTICLE = Path(__file__).parents[3] / "shared" / "sources" / "ceasefire-questions.txt"


def found(text: str) -> list[tuple[str, str | None]]:
    names = [
        (c, c.who.speaker or c.who.party if c.who else c.name)
        for c in candidates(text, PEOPLE)
        if c.kind == "direct"
    ]
    return [(text[c.start : c.end], name) for c, name in names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "“The gauge stays as it is,” Irena Volk told the port.",
            [("The gauge stays as it is,", "Irena Volk")],
        ),
        ("“The gauge stays as it is,” said Volk.", [("The gauge stays as it is,", "Irena Volk")]),
        ("Volk said: “The gauge stays as it is.”", [("The gauge stays as it is.", "Irena Volk")]),
        ('"The gauge stays as it is," Volk added.', [("The gauge stays as it is,", "Irena Volk")]),
        ("‘We don’t want that here,’ said Volk.", [("We don’t want that here,", "Irena Volk")]),
        (
            "„Wir bleiben dabei, und zwar ganz“, said Volk.",
            [("Wir bleiben dabei, und zwar ganz", "Irena Volk")],
        ),
        ("«Мы остаёмся при своём», — сказала Волк.", [("Мы остаёмся при своём", "Irena Volk")]),
        ("Волк заявила: «Мы остаёмся при своём».", [("Мы остаёмся при своём", "Irena Volk")]),
        ("Волк сказала: «Ми лишаємося при своєму».", [("Ми лишаємося при своєму", "Irena Volk")]),
        ("«Ми лишаємося при своєму», — заявила Волк.", [("Ми лишаємося при своєму", "Irena Volk")]),
        (
            "Volk wrote that they “need to put it on paper.”",
            [("need to put it on paper.", "Irena Volk")],
        ),
        ("“The gauge stays as it is,” Dorrin said.", [("The gauge stays as it is,", "dorrin")]),
        (
            "“The gauge stays as it is,” said Jo Marsh, a smith.",
            [("The gauge stays as it is,", "Jo Marsh")],
        ),
        # A possessive such as “Dorrin's” is no speaker.
        (
            "Volk, Dorrin’s ally, said: “The gauge stays as it is.”",
            [("The gauge stays as it is.", "Irena Volk")],
        ),
        # "He" is the last speaker, in this paragraph or before.
        (
            "Volk told us on Sunday that Dorrin was late.\n\n“The gauge stays as it is,” she said.",
            [("The gauge stays as it is,", "Irena Volk")],
        ),
        (
            "“We will not move it,” Volk said. Asked again: “Not for a crown.”",
            [("We will not move it,", "Irena Volk"), ("Not for a crown.", "Irena Volk")],
        ),
        ("“The gauge stays as it is,” she said.", [("The gauge stays as it is,", None)]),
        # A second passage has the same speaker, unless the text says otherwise.
        (
            "“We will not move it,” Volk said. “Not for a crown.”",
            [("We will not move it,", "Irena Volk"), ("Not for a crown.", "Irena Volk")],
        ),
        (
            "“We will not move it,” Volk said. “Nor will we,” Brandt added.",
            [("We will not move it,", "Irena Volk"), ("Nor will we,", "Teodor Brandt")],
        ),
        # Not candidates: nobody says it, or the few words are scare quotes.
        ("It stood there: “four little words here”.", []),
        ("Volk called the visit “useful”.", []),
        ("It was 5'10\" tall and 6'2\" wide, Volk said.", []),
        ("Nothing here.", []),
        ("", []),
    ],
)
def test_candidates(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert found(text) == expected


def test_a_quotation_over_two_paragraphs_is_offered_by_paragraphs() -> None:
    text = (
        "“We will not move,” Volk said. “It is ours and stays.\n\n“And so it ends here,” she added."
    )
    assert [name for _, name in found(text)] == ["Irena Volk"] * 3


def test_two_of_one_name_are_not_told_apart() -> None:
    people = [
        Person(("Irena Volk",), "Irena Volk", "borsk"),
        Person(("Jan Volk",), "Jan Volk", "dorrin"),
    ]
    [one] = candidates("“The gauge stays as it is,” Volk said.", people)
    assert (one.who, one.name) == (None, "Volk")


@pytest.mark.skipif(not ARTICLE.exists(), reason="the publisher's article is not at hand")
def test_every_speaker_of_the_article_is_told() -> None:
    people = [
        Person((name,), name, None)
        for name in (
            "Vladimir Putin",
            "Volodymyr Zelensky",
            "Donald Trump",
            "Alexander Lukashenko",
            "Marco Rubio",
        )
    ]
    quoted = [c for c in candidates(ARTICLE.read_text(), people) if c.kind == "direct"]
    told = [c.who.speaker.split()[-1] if c.who and c.who.speaker else None for c in quoted]
    expected = (
        ["Putin"] * 5
        + ["Zelensky"] * 2
        + ["Trump"] * 3
        + ["Lukashenko"] * 2
        + ["Trump"] * 2
        + ["Zelensky"] * 3
    )
    assert told == expected


@pytest.mark.parametrize(
    "unit", ["“", "“a said b” ", "Said ", "A. ", "said “", "Volk said, ", "’s ", "\n", "« » "]
)
def test_no_text_makes_it_slow(unit: str) -> None:
    began = time.process_time()
    candidates(unit * (200_000 // len(unit)), PEOPLE)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Volk said that the gauge would stay as it is.", "Irena Volk"),
        ("Volk said the gauge would stay as it is.", "Irena Volk"),
        ("The minister, Irena Volk, told reporters on Sunday that the gauge stays.", "Irena Volk"),
        ("Dorrin has repeatedly demanded that the port be closed for good.", "dorrin"),
        ("The Kingdom of Dorrin is clear it will not accept a wider gauge.", "dorrin"),
        ("Similarly, Dorrin has made clear the mere sight of it would end the talks.", "dorrin"),
        ("Foreign Minister Jo Marsh insisted that nothing had been decided yet.",
         "Foreign Minister Jo Marsh"),
        ("Волк заявила, что ширина колеи останется прежней навсегда.", "Irena Volk"),
        ("Волк наголосила, що ширина колії лишиться такою назавжди.", "Irena Volk"),
        ("Volk arrived. Volk said the port was all hers.\n\nShe warned that it would stay hers.",
         "Irena Volk"),
    ],
)  # fmt: skip
def test_sentences_that_report_are_offered_as_reported(text: str, expected: str) -> None:
    last = candidates(text, PEOPLE)[-1]
    assert (last.kind, last.who.speaker or last.who.party if last.who else last.name) == (
        "reported",
        expected,
    )
    assert text[last.end :] == "." and text[last.start - 2 : last.start] in ("", "\n\n")


@pytest.mark.parametrize(
    "text",
    [
        "Volk said nothing about the gauge on that long evening.",
        "Volk said on Sunday, after a dinner of many courses.",
        "She said the gauge would stay as it is.",  # nobody was named before
        "Critics say that the gauge is only a pretext for the port.",
        "Marsh said that the gauge is only a pretext"
        " for it.",  # a single word that nobody on file goes by
        "Officials of Dorrin’s ministry said that it would all be well.",
        "Is Volk clear that the gauge stays as it is?",
        "It is unclear if Dorrin said anything of that sort at all",  # no sentence: a heading
        "The envoy met Volk in the port and the harbour master later said that all was well.",
        "Dorrin is clear whether or not it will take part in talks.",
        "Volk said that the gauge " + "and the gauge " * 60 + "stays.",
    ],
)
def test_what_nobody_is_sure_to_have_said_is_not_offered(text: str) -> None:
    assert [c for c in candidates(text, PEOPLE) if c.kind == "reported"] == []


def test_a_sentence_with_quoted_words_is_offered_once() -> None:
    [one] = candidates("Volk said that all of them “need to put it on paper” at once.", PEOPLE)
    assert one.kind == "direct"


@pytest.mark.skipif(not ARTICLE.exists(), reason="the publisher's article is not at hand")
def test_of_the_article_six_sentences_are_offered_and_each_reports_a_position() -> None:
    text = ARTICLE.read_text()
    people = [
        Person((name,), name, party)
        for name, party in (("Vladimir Putin", "russia"), ("Alexander Lukashenko", "belarus"))
    ]
    people += [
        Person(("Russia", "Kremlin"), None, "russia"),
        Person(("Ukraine", "Kyiv"), None, "ukraine"),
    ]
    offered = [
        (text[c.start : c.end], c.who and c.who.party)
        for c in candidates(text, people)
        if c.kind == "reported"
    ]
    assert [(words.split()[0], party) for words, party in offered] == [
        ("He", "russia"), ("It", "ukraine"), ("Russia", "russia"), ("Belarusian", "belarus"),
        ("Russia", "russia"), ("Similarly,", "russia"),
    ]  # fmt: skip
