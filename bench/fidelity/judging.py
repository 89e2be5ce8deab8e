"""Check by the program's own rule which true and which altered sentences a text verifies."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from app.models.vocabulary import Verification
from app.sources.matching.anchor import QuoteMatch, check
from app.sources.matching.normalise import Folded, fold
from bench.fidelity.alterations import altered, joined
from bench.fidelity.blocks import Document, Sentence
from bench.fidelity.truth import Truth, plain, squash

SAMPLE = 499  # of words that cannot be in the text, one in so many is checked all the same


@dataclass
class Judgement:
    """Result for one text that a program extracted from a document."""

    document: Document
    sentences: int = 0
    # Each with what the text has instead.
    misses: list[tuple[Sentence, str]] = field(default_factory=list)
    altered: int = 0
    # Altered sentences (kind, words) that were verified although they are untrue.
    accepted: list[tuple[str, str]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


class Text:
    """A text, prepared for very many checks."""

    def __init__(self, text: str) -> None:
        self.folded: Folded = fold(text)
        self._squashed = squash(text)
        self._spaced = plain(text)
        self._unhyphened = re.sub(r"-\s*", "", self._spaced)
        self._asked = 0

    def verifies(self, kind: str, words: list[str]) -> bool:
        """Check words with the program, unless their letters alone show that they are absent."""
        self._asked += 1
        if not self._possible(kind, words) and self._asked % SAMPLE:
            return False
        return self.ask(" ".join(words)).verification == Verification.VERIFIED

    def ask(self, words: str) -> QuoteMatch:
        """Check words with the program."""
        return check(self.folded, words)

    def _possible(self, kind: str, words: list[str]) -> bool:
        if "".join(map(_squash, words)) not in self._squashed:
            return False
        if kind in ("two words run together", "a word torn apart"):
            # Only white space makes these untrue; a hyphen at a line's end has two readings.
            spaced = plain(" ".join(words))
            return spaced in self._spaced or re.sub(r"-\s*", "", spaced) in self._unhyphened
        return True


_squash = lru_cache(100_000)(squash)  # the same words are asked for very often


def judge(document: Document, given: str | None, *, alter: bool = True) -> Judgement:
    """Check every sentence of a document, and every alteration of it, against a text."""
    made = Judgement(document, len(document.sentences))
    if given is None or not given.strip():
        made.misses = [(sentence, "no text at all") for sentence in document.sentences]
        return made
    text = Text(given)
    for sentence in document.sentences:
        found = text.ask(sentence.text)
        if found.verification != Verification.VERIFIED:
            made.misses.append((sentence, _instead(found, given)))
    if alter:
        _alter(made, text)
    return made


def _alter(made: Judgement, text: Text) -> None:
    document, draw = made.document, random.Random(made.document.name)
    truth = Truth(
        [sentence.text for sentence in flow] for flow in (*document.flows, document.order)
    )
    for kind, words in _alterations(document, draw):
        if text.verifies(kind, words):
            if truth.says(" ".join(words)):
                continue
            made.accepted.append((kind, " ".join(words)))
        made.altered += 1
        made.kinds[kind] += 1


def _alterations(document: Document, draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    for unseen in document.unseen:
        yield "a sentence that no reader sees", unseen.split()
    for flow in document.flows:
        yield from joined(flow, draw)
        for sentence in flow:
            yield from altered(sentence, document, draw)


def _instead(found: QuoteMatch, text: str) -> str:
    if found.verification == Verification.AMBIGUOUS:
        return "it is there more than once"
    if found.closest is None:
        return "nothing like it"
    start, end = found.closest.start, found.closest.end
    return text[max(start - 15, 0) : end + 15]
