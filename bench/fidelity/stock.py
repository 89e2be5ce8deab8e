"""Provide invented sentences in six languages; none occurs in two documents."""

import random
import re
from collections.abc import Iterator

from bench.fidelity import phrases_en
from bench.fidelity.blocks import Piece, Sentence
from bench.fidelity.phrases_others import ARABIC, FRENCH, GERMAN, RUSSIAN, UKRAINIAN

SEED = 20310311
_DATES = (
    "11 March 2031; 3 July 2030; 28 February 2032; 19 October 2031; 1 April 2032; 7 May 2031; 30"
    " November 2030; "
    "22 June 2032; 24 August 2031; 9 January 2033"
)
_PARTS = ("OPENINGS", "SPEAKERS", "CLAIMS", "TAILS", "PEOPLE", "PLACES")
_ENGLISH = {name: getattr(phrases_en, name) for name in _PARTS} | {"DATES": _DATES}
PHRASES = {"en": _ENGLISH, "uk": UKRAINIAN, "ru": RUSSIAN, "de": GERMAN, "fr": FRENCH, "ar": ARABIC}
NEGATIONS = {
    "en": {"not", "no", "never", "nothing", "nobody", "without"},
    "uk": {"не", "без"},
    "ru": {"не", "без"},
    "de": {"nicht", "keineswegs", "ohne"},
    "fr": {"pas", "jamais", "sans"},
    "ar": {"لن", "لم", "لا", "ليس", "ليست", "بلا"},
}
# Words that occur in no sentence, to alter one by adding them.
STRANGERS = {
    "en": ["zebras", "probably"],
    "uk": ["зебри", "мабуть"],
    "ru": ["зебры", "вероятно"],
    "de": ["Zebras", "vermutlich"],
    "fr": ["zèbres", "probablement"],
    "ar": ["حمير", "ربما"],
}


class Stock:
    """Provide each sentence once; the same seed gives the same sentences."""

    def __init__(self, seed: int = SEED) -> None:
        self._draws = {language: random.Random(f"{seed} {language}") for language in PHRASES}
        self._dealt: dict[str, Iterator[Sentence]] = {n: self._sentences(n) for n in PHRASES}
        self.count = 0

    def deal(self, language: str, count: int = 1) -> list[Sentence]:
        """Return the next sentences of a language."""
        self.count += count
        return [next(self._dealt[language]) for _ in range(count)]

    def _sentences(self, language: str) -> Iterator[Sentence]:
        phrases = PHRASES[language]
        parts = [[line.strip() for line in phrases[n].strip().splitlines()] for n in _PARTS[:4]]
        known = set()
        while True:
            opening, speaker, claim, tail = map(self._draws[language].choice, parts)
            joined = tail[0] in "–—(" or tail.split()[0] in (
                "and",
                "but",
                "unless",
                "und",
                "і",
                "и",
                "et",
            )
            comma = "" if joined else "،" if language == "ar" else ","
            sentence = self._fill(f"{opening} {speaker} {claim}{comma} {tail}", language)
            if sentence.text not in known:
                known.add(sentence.text)
                yield sentence

    def _fill(self, frame: str, language: str) -> Sentence:
        pieces: list[Piece] = []
        for part in re.split(r"(\[\w+\])", frame):
            if part.startswith("["):
                role = part[1:-1]
                pieces.append(Piece(self._value(role, language), role))
            elif part:
                pieces.append(Piece(part.replace(",,", ",")))
        first = pieces[0]
        pieces[0] = Piece(first.text[0].upper() + first.text[1:], first.role)
        return Sentence(tuple(pieces), language)

    def _value(self, role: str, language: str) -> str:
        draw, phrases = self._draws[language], PHRASES[language]
        if role == "number":
            return draw.choice(
                [f"{draw.randint(3, 990)}", f"{draw.randint(1, 99)},{draw.randint(100, 999)}"]
            )
        if role == "time":
            return f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}"
        if role == "article":
            return f"{draw.randint(2, 48)}({draw.randint(1, 9)})"
        names = {"date": "DATES", "person": "PEOPLE", "place": "PLACES"}[role]
        return draw.choice([name.strip() for name in phrases[names].split(";")])
