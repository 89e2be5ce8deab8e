"""Recognise copies of words that have to go, whole or in part; pure functions."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import regex

from app.sources.matching.normalise import ELISION, UNSPACED, ZERO_WIDTH, says_something

LONGEST_CONTEXT = 200  # words
# Half words in a row that make a copy: three words, or six characters in scripts without spaces.
ENOUGH = 6
_INNER = rf"[[\p{{L}}\p{{M}}\p{{N}}{ZERO_WIDTH}]--{UNSPACED}]"
_TOKEN = regex.compile(rf"(?V1){UNSPACED}\p{{M}}*+|{_INNER}++")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_ONE = regex.compile(rf"(?V1){UNSPACED}\p{{M}}*+")
_NOTHING = dict.fromkeys(map(ord, ZERO_WIDTH), "")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Token:
    """A word as written and as compared, its start and end, and its weight in half words."""

    raw: str
    word: str
    start: int
    end: int
    counts: int


def tokens(text: str) -> list[Token]:
    """Split a text into words without regard to case, punctuation and composition.

    Zero-width characters are ignored too.
    """
    found = []
    for match in _TOKEN.finditer(text):
        raw = unicodedata.normalize("NFC", match[0].translate(_NOTHING))
        if _LETTER.search(raw):
            counts = 1 if _ONE.fullmatch(raw) else 2
            found.append(Token(raw, raw.casefold(), match.start(), match.end(), counts))
    return found


@dataclass(frozen=True)
class Wording:
    """Texts that have to go, split at their elisions."""

    texts: tuple[str, ...]

    @cached_property
    def parts(self) -> list[list[Token]]:
        """Return the words of each part between elisions."""
        pieces = (piece for text in self.texts for piece in ELISION.split(text))
        return [tokens(piece) for piece in pieces if says_something(piece)]

    @cached_property
    def runs(self) -> dict[int, set[tuple[str, ...]]]:
        """Return the runs of words that make a copy, by their weight in half words.

        A part lighter than ENOUGH makes a copy only as a whole.
        """
        found: dict[int, set[tuple[str, ...]]] = {}
        for part in self.parts:
            if enough := _enough(part):
                found.setdefault(enough, set()).update(_words(run) for run in runs_of(part))
        return found

    def shared(self, text: str) -> list[Span]:
        """Return where a text has runs of these words in order; runs that touch are joined."""
        there = tokens(text)
        hit = [False] * len(there)
        for enough, known in self.runs.items():
            for first, last in _runs(there, enough):
                if _words(there[first:last]) in known:
                    hit[first:last] = [True] * (last - first)
        return list(_spans(there, hit))

    def places(self, text: str) -> list[Span]:
        """Return where a text has a whole part in the same letter case.

        There it is the words themselves, not a copy in part.
        """
        there = tokens(text)
        at: dict[str, list[int]] = {}
        for i, token in enumerate(there):
            at.setdefault(token.raw, []).append(i)
        found: set[Span] = set()
        for part in self.parts:
            sought = [t.raw for t in part]
            for i in at.get(sought[0], ()) if sought else ():
                if [t.raw for t in there[i : i + len(sought)]] == sought:
                    found.add((there[i].start, there[i + len(sought) - 1].end))
        return sorted(found)

    def left_before(self, context: str) -> str:
        """Return what may stay of the text before a passage: all after the last of these words."""
        there = tokens(context)
        ends = [end for _, end in self.shared(context)]
        for part in self.parts:
            ends += [
                there[n - 1].end
                for n in _sizes(part, there)
                if _words(part[-n:]) == _words(there[:n])
            ]
        return context[max(ends, default=0) :]

    def left_after(self, context: str) -> str:
        """Return what may stay of the text after a passage: all before the first of these words."""
        there = tokens(context)
        starts = [start for start, _ in self.shared(context)]
        for part in self.parts:
            starts += [
                there[-n].start
                for n in _sizes(part, there)
                if _words(part[:n]) == _words(there[-n:])
            ]
        return context[: min(starts, default=len(context))]


def _sizes(part: list[Token], there: list[Token]) -> range:
    return range(1, min(len(part), len(there), LONGEST_CONTEXT) + 1)


def runs_of(part: list[Token]) -> list[list[Token]]:
    """List the runs of words that make a copy of a part."""
    return [part[first:last] for first, last in _runs(part, _enough(part))]


def _enough(part: list[Token]) -> int:
    return min(ENOUGH, sum(t.counts for t in part))


def _runs(there: list[Token], enough: int) -> Iterator[Span]:
    """Yield the shortest run from each word on that is heavy enough, as indexes of words."""
    last = total = 0
    for first, token in enumerate(there):
        while last < len(there) and total < enough:
            total += there[last].counts
            last += 1
        if total < enough or not enough:
            return
        yield first, last
        total -= token.counts


def _words(there: Iterable[Token]) -> tuple[str, ...]:
    return tuple(token.word for token in there)


def _spans(there: list[Token], hit: list[bool]) -> Iterator[Span]:
    start: int | None = None
    for i, marked in enumerate(hit):
        if marked and start is None:
            start = there[i].start
        if start is not None and (not marked or i == len(hit) - 1):
            yield start, there[i if marked else i - 1].end
            start = None
