"""Search a text as tolerantly as any browser does, to tell what a link would find first; pure.

A browser compares base letters only: it ignores case, accents, marks and invisible characters, and
each browser ignores a little more. Words that differ in this coarse form differ in every browser.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.sources.matching.normalise import DASHES, QUOTATION_MARKS, SPACES, ZERO_WIDTH, is_edge

Span = tuple[int, int]  # start and end, in code points

BLANK = SPACES + ZERO_WIDTH
_GONE = "\0"
_RUN = re.compile("[\0 ]{2,}|\0")
# block characters stand for redacted words
_BREAK = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029█]")
_NEAR = 1_000  # characters
_MOST_MISSES = 200  # hits inside words above which a term counts as found elsewhere
# Browsers treat these letters as equal when they search in Arabic.
_ALIKE = str.maketrans("ىةٱیک", "يهايك")


class _Coarse(dict[int, str]):
    """One coarse character for each code point, computed when it is first needed."""

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
    if "가" <= character <= "힣":  # a syllable, whose first letter alone would say too little
        return character
    base = unicodedata.normalize("NFKD", character).casefold().translate(_ALIKE)[0]
    value = unicodedata.decimal(base, None)
    return base if value is None else str(value)


COARSE = _Coarse()


@dataclass(frozen=True, slots=True)
class SearchedText:
    """Text beside its coarse form."""

    source: str
    text: str
    _source_at: Sequence[int]  # end of each shortened run, in `source`
    _text_at: Sequence[int]  # end of the same run, in `text`
    _seams: Sequence[Span]

    def is_first(self, before: Span | None, words: Span, after: Span | None) -> bool:
        """Tell whether no earlier passage matches these words with their required context."""
        pieces = [self._piece(span) for span in (before, words, after) if span]
        start = self._at((before or words)[0])
        return self._finds(pieces, 0, start)

    def is_next(self, start: int, words: Span, after: Span | None) -> bool:
        """Tell whether these words, with the required `after`, match first from `start` on."""
        pieces = [self._piece(span) for span in (words, after) if span]
        return self._finds(pieces, self._at(start), self._at(words[0]))

    def lines(self, start: int, end: int) -> list[Span]:
        """List the parts of a passage between breaks, without white space around them."""
        return list(filter(None, (self._strip(*span) for span in self._parts(start, end))))

    def line_before(self, end: int, near: int) -> Span | None:
        """Return the last such part that ends before a place, if near."""
        parts = reversed(self._parts(max(end - near, 0), end))
        return next(filter(None, (self._strip(*span) for span in parts)), None)

    def line_after(self, start: int, near: int) -> Span | None:
        """Return the first such part that begins after a place, if near."""
        parts = self._parts(start, min(start + near, len(self.source)))
        return next(filter(None, (self._strip(*span) for span in parts)), None)

    def _parts(self, start: int, end: int) -> list[Span]:
        edges = [start]
        for first, last in self._breaks(start, end):
            edges += [first, last]
        edges.append(end)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def line_around(self, start: int, end: int) -> Span:
        """Return where the line of `start` begins and that of `end` ends, if near."""
        near = max(start - _NEAR, 0), min(end + _NEAR, len(self.source))
        before = [last for _, last in self._breaks(near[0], start)]
        after = [first for first, _ in self._breaks(end, near[1])]
        return before[-1] if before else near[0], after[0] if after else near[1]

    def is_beside(self, before: int, after: int) -> bool:
        """Tell whether a browser sees only white space between two places."""
        return not self._piece((before, after)).strip()

    def _breaks(self, start: int, end: int) -> list[Span]:
        """List the places where no search term continues: line breaks and seams."""
        found = [found.span() for found in _BREAK.finditer(self.source, start, end)]
        for n in range(bisect_right(self._seams, (start, -1)), len(self._seams)):
            first, last = self._seams[n]
            if first > end:
                break
            found.append((first, min(last, end)))
        return sorted(found)

    def _strip(self, start: int, end: int) -> Span | None:
        """Return a part without white space around it; None if there is nothing else in it."""
        words = self.source[start:end]
        left = len(words) - len(words.lstrip(BLANK))
        right = len(words.rstrip(BLANK))
        return (start + left, start + right) if left < right else None

    def _at(self, offset: int) -> int:
        run = bisect_right(self._source_at, offset)
        at = self._text_at[run - 1] + offset - self._source_at[run - 1]
        return at if run == len(self._text_at) else min(at, self._text_at[run])

    def _piece(self, span: Span) -> str:
        return self.text[self._at(span[0]) : self._at(span[1])]

    def _finds(self, pieces: Sequence[str], start: int, wanted: int) -> bool:
        return all(self._first(words, start, wanted) == wanted for words in _spellings(pieces))

    def _first(self, words: str, start: int, wanted: int) -> int:
        """Return the first place of these words from `start` on; `wanted` if none is before it."""
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
    """Yield the pieces joined with and without a space.

    A browser ignores white space between them, whether there is any or not.
    """
    made = [""]
    for piece in pieces:
        made = [one + gap + piece for one in made for gap in (("", " ") if one else ("",))]
    yield from made


@lru_cache(maxsize=2)
def searched(text: str, seams: tuple[Span, ...] = ()) -> SearchedText:
    """Prepare a text for searches; cached, since the quotes of one source are checked in sequence.

    `seams`, in order: (start, end) of what a browser's search does not see; start equals end where
    its search is only interrupted.
    """
    coarse = text.translate(COARSE)
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
    return SearchedText(text, "".join(pieces), source_at, text_at, seams)
