"""Alter sentences in small ways that make them untrue; none of them may ever be verified."""

import random
import re
from collections.abc import Iterator, Sequence

from bench.fidelity.blocks import Document, Sentence
from bench.fidelity.stock import NEGATIONS, STRANGERS

Altered = tuple[str, list[str]]  # kind of the alteration, and the words
RUN = 3  # most words that are taken out at once
_DIGITS = re.compile(r"\d")


def altered(sentence: Sentence, document: Document, draw: random.Random) -> Iterator[Altered]:
    """Yield a sentence with words removed, added or changed; some may happen to be true."""
    words, language = sentence.text.split(), sentence.language
    for twin in sentence.twins():
        yield "a hidden word left in, or one in an element of its own left out", twin.split()
    for size in range(1, RUN + 1):
        for at in range(1, len(words) - size):
            gone = {word.strip(".,;:!?“”«»„()").lower() for word in words[at : at + size]}
            negated = size == 1 and gone & NEGATIONS[language]
            yield (
                ("“not” taken out" if negated else "a word taken out"),
                words[:at] + words[at + size :],
            )
    strangers = STRANGERS[language]
    for at in range(1, len(words)):
        yield "a word put in", [*words[:at], draw.choice(strangers), *words[at:]]
        for other in document.put_in:
            yield (
                "words from elsewhere on the page put in",
                [*words[:at], *other.split(), *words[at:]],
            )
        yield (
            "two words run together",
            [*words[: at - 1], words[at - 1] + words[at], *words[at + 1 :]],
        )
    for at, word in enumerate(words):
        yield "a word changed", [*words[:at], draw.choice(strangers), *words[at + 1 :]]
        yield from (
            ("a number changed", [*words[:at], other, *words[at + 1 :]]) for other in _numbers(word)
        )
        for cut in range(2, len(word) - 1):
            if word[:cut].isalpha() and word[cut:].isalpha():
                yield "a word torn apart", [*words[:at], word[:cut], word[cut:], *words[at + 1 :]]


def joined(flow: Sequence[Sentence], draw: random.Random) -> Iterator[Altered]:
    """Yield the end of a sentence with the beginning of one that does not follow it."""
    for at, sentence in enumerate(flow[:-2]):
        words, later = sentence.text.split(), draw.choice(flow[at + 2 :]).text.split()
        yield "two sentences joined over a gap", words[-12:] + later[:12]
        yield (
            "two sentences joined over a gap",
            words[: len(words) // 2] + flow[at + 1].text.split()[-12:],
        )


def _numbers(word: str) -> Iterator[str]:
    digits = list(_DIGITS.finditer(word))
    if not digits:
        return
    last = digits[-1]
    yield word[: last.start()] + str((int(last[0]) + 1) % 10) + word[last.end() :]
    yield word[: last.end()] + "0" + word[last.end() :]
    for sign in re.finditer(r"(?<=\d)[.,:](?=\d)", word):
        yield word[: sign.start()] + word[sign.end() :]
        yield word[: sign.start()] + (" " if sign[0] == ":" else ":") + word[sign.end() :]
