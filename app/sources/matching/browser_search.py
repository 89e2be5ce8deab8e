"""Search a text as coarsely as any browser does, to tell which passage a link would find first; pure.

A browser compares by the base letters alone: case, accents, marks and invisible characters are passed over, and each
browser passes over a little more. What differs even in this form differs in all of them.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.sources.matching.normalise import DASHES, QUOTATION_MARKS, SPACES, ZERO_WIDTH, is_edge

Span = tuple[int, int]  # from and to, in code points

_GONE = "\0"
_RUN = re.compile("[\0 ]{2,}|\0")
_BREAK = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029█]")  # blocks stand for redacted words
_NEAR = 1_000  # characters
_MOST_MISSES = 200  # hits inside words from which on a term counts as said elsewhere
# Searches in Arabic read these letters as one.
_ALIKE = str.maketrans("ىةٱیک", "يهايك")


class _Coarse(dict[int, str]):
    """One character for each code point, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        made = self[point] = _coarse(chr(point))
        return made


def _coarse(character: str) -> str:
    if character in SPACES:
        return " "
    if character in QUOTATION_MARKS:
        return "'"
    if character in DASHES:
        return "-"
    if character in ZERO_WIDTH or unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return _GONE
    if (
        "가" <= character <= "힣"
    ):  # a syllable, of which the first letter alone would say too little
        return character
    base = unicodedata.normalize("NFKD", character).casefold().translate(_ALIKE)[0]
    value = unicodedata.decimal(base, None)
    return base if value is None else str(value)


_TABLE = _Coarse()


@dataclass(frozen=True, slots=True)
class Searched:
    """A text beside its coarse form."""

    source: str
    text: str
    _source_at: Sequence[int]  # after each run that was shortened, in `source`
    _text_at: Sequence[int]  # and in `text`
    _seams: Sequence[Span]

    def is_first(self, before: Span | None, words: Span, after: Span | None) -> bool:
        """Tell whether no earlier passage reads like these words with what is required around them."""
        pieces = [self._piece(span) for span in (before, words, after) if span]
        start = self._at((before or words)[0])
        return self._finds(pieces, 0, start)

    def is_next(self, start: int, words: Span, after: Span | None) -> bool:
        """Tell whether these words, with what is required after them, are the first of their kind from `start` on."""
        pieces = [self._piece(span) for span in (words, after) if span]
        return self._finds(pieces, self._at(start), self._at(words[0]))

    def lines(self, start: int, end: int) -> list[Span]:
        """List the stretches of a passage that no break parts, without space around them."""
        edges = [start]
        for first, last in self._breaks(start, end):
            edges += [first, last]
        edges.append(end)
        stripped = (self._strip(*span) for span in zip(edges[::2], edges[1::2], strict=True))
        return [(first, last) for first, last in stripped if first < last]

    def line_around(self, start: int, end: int) -> Span:
        """Where the line that holds `start` begins, and the one that holds `end` ends, if that is near."""
        near = max(start - _NEAR, 0), min(end + _NEAR, len(self.source))
        before = [last for _, last in self._breaks(near[0], start)]
        after = [first for first, _ in self._breaks(end, near[1])]
        return before[-1] if before else near[0], after[0] if after else near[1]

    def is_beside(self, before: int, after: int) -> bool:
        """Tell whether a browser sees nothing but white space from one place to another."""
        return not self._piece((before, after)).strip()

    def _breaks(self, start: int, end: int) -> list[Span]:
        """Where no term goes on: at line breaks, and at seams."""
        found = [found.span() for found in _BREAK.finditer(self.source, start, end)]
        for n in range(bisect_right(self._seams, (start, -1)), len(self._seams)):
            first, last = self._seams[n]
            if first > end:
                break
            found.append((first, min(last, end)))
        return sorted(found)

    def _strip(self, start: int, end: int) -> Span:
        words = self.source[start:end]
        left = len(words) - len(words.lstrip(SPACES + ZERO_WIDTH))
        right = len(words.rstrip(SPACES + ZERO_WIDTH))
        return start + min(left, right), start + right

    def _at(self, offset: int) -> int:
        run = bisect_right(self._source_at, offset)
        at = self._text_at[run - 1] + offset - self._source_at[run - 1]
        return at if run == len(self._text_at) else min(at, self._text_at[run])

    def _piece(self, span: Span) -> str:
        return self.text[self._at(span[0]) : self._at(span[1])]

    def _finds(self, pieces: Sequence[str], start: int, wanted: int) -> bool:
        return all(self._first(words, start, wanted) == wanted for words in _spellings(pieces))

    def _first(self, words: str, start: int, wanted: int) -> int:
        """Where these words are found first, up to the place that is wanted."""
        misses = 0
        at = self.text.find(words, start, wanted + len(words) - 1)
        while at >= 0:
            misses += 1
            whole = is_edge(self.text, at) and is_edge(self.text, at + len(words))
            if whole or misses > _MOST_MISSES:
                return at
            at = self.text.find(words, at + 1, wanted + len(words) - 1)
        return wanted


def _spellings(pieces: Sequence[str]) -> Iterator[str]:
    """The pieces one after another: a browser passes over white space between them, whether there is any or not."""
    made = [""]
    for piece in pieces:
        made = [one + gap + piece for one in made for gap in (("", " ") if one else ("",))]
    yield from made


@lru_cache(maxsize=2)
def searched(text: str, seams: tuple[Span, ...] = ()) -> Searched:
    """Make a text ready to be searched; kept for the quotes of one source, which are checked one after another.

    `seams`, in order: where a browser's search sees an end of its own, and what it does not see.
    """
    coarse = text.translate(_TABLE)
    if any(first < last for first, last in seams):
        edges = [0, *(edge for seam in seams for edge in seam), len(text)]
        kept = [coarse[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]
        unseen = [_GONE * (last - first) for first, last in seams] + [""]
        coarse = "".join(piece for pair in zip(kept, unseen, strict=True) for piece in pair)
    source_at, text_at, pieces, length, done = [0], [0], [], 0, 0
    for run in _RUN.finditer(coarse):
        pieces.append(coarse[done : run.start()])
        pieces.append(" " if " " in run[0] else "")
        length += len(pieces[-2]) + len(pieces[-1])
        done = run.end()
        source_at.append(done)
        text_at.append(length)
    pieces.append(coarse[done:])
    return Searched(text, "".join(pieces), source_at, text_at, seams)
