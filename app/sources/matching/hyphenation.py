"""Read words broken at the end of a line, with and without their hyphen; pure functions.

Which reading is taken depends on the words that are searched.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

import regex

from app.sources.matching.normalise import Folded

_PIECE = r"[\p{L}\p{M}\p{N}]"
_COMPOUND = regex.compile(rf"{_PIECE}++(?:[-/]{_PIECE}++)*+")
_PARTS = regex.compile(r"([-/])")
_BEFORE, _AFTER = regex.compile(rf"{_PIECE}++$"), regex.compile(rf"{_PIECE}++")
_LONGEST = 64  # characters in a part of a word
_PIECES = 4  # parts of one word, on as many lines
_MOST = 10_000  # broken words that are examined; a thousand pages have about as many
_HYPHENS = "-‐\u058a"
# Before these a hyphen may be a suspended one, as in "short- and long-term".
_CONJUNCTIONS = frozenset(
    "and or to nor und oder bis sowie et ou y o e u i o en of och eller og ja tai и или і й та або "
    "чи lub oraz".split()
)

Stretch = tuple[int, int]


@dataclass(frozen=True)
class Rejoined(Folded):
    """Folded text with some stretches left out."""

    _whole: Folded
    _left_out: Sequence[Stretch]

    @cached_property
    def _shifts(self) -> tuple[list[int], list[int]]:
        """For each stretch left out: its position in this text, and the total left out up to it."""
        at, sums, total = [], [], 0
        for start, end in self._left_out:
            at.append(start - total)
            total += end - start
            sums.append(total)
        return at, sums

    def _unit(self, position: int) -> Stretch:
        at, sums = self._shifts
        before = bisect_right(at, position)
        return self._whole._unit(position + (sums[before - 1] if before else 0))


def readings(text: Folded, words: str) -> Iterator[Folded]:
    """Yield readings of `text` that suit folded `words`: broken words joined, then as stored."""
    if text.breaks and (spelled := _spelled(words)):
        first, last = _choices(text, spelled)
        if first:
            yield _without(text, first)
        if last != first:
            yield _without(text, last)
    yield text


def _spelled(words: str) -> set[str]:
    """List all words, and also each part of compound words as a word of its own."""
    found = set()
    for compound in _COMPOUND.findall(words):
        parts = _PARTS.split(compound)
        for start in range(0, len(parts), 2):
            found |= {
                "".join(parts[start : end + 1])
                for end in range(start, min(start + 2 * _PIECES, len(parts)), 2)
            }
    return found


def _choices(text: Folded, spelled: set[str]) -> tuple[list[Stretch], list[Stretch]]:
    """Return the stretches to leave out, in two versions.

    They differ where a word could be read in two ways that both occur in the words searched.
    """
    first: list[Stretch] = []
    last: list[Stretch] = []
    for chain in _chains(text, spelled):
        whole = list(_ways(text, chain, spelled)) if len(chain) < _PIECES else []
        for ways in [whole] if whole else (list(_ways(text, [at], spelled)) for at in chain):
            first += ways[0] if ways else []
            last += ways[-1] if ways else []
    return first, last


def _chains(text: Folded, spelled: set[str]) -> Iterator[list[int]]:
    """Group line ends that break the same word; only those that the searched words may contain."""
    ends = {a + b for word in spelled for a, b in pairwise(_PARTS.sub("", word))}
    found = [
        at
        for at in text.breaks
        if text.text[_left(text, at) - 1] + text.text[_right(text, at)] in ends
    ]
    chain: list[int] = []
    for at in found[:_MOST]:
        if chain and _AFTER.match(text.text, _right(text, chain[-1])).end() != _left(text, at):
            yield chain
            chain = []
        chain.append(at)
    if chain:
        yield chain


def _left(text: Folded, at: int) -> int:
    """Return where the part of a word before a line end ends."""
    return at - 1 if text.text[at - 1] in "-/" else at


def _right(text: Folded, at: int) -> int:
    """Return where the part of a word after a line end begins."""
    return at + 2 if text.text[at + 1] == "-" else at + 1


def _ways(text: Folded, chain: Sequence[int], spelled: set[str]) -> Iterator[list[Stretch]]:
    """Yield stretches to leave out so that the broken word is one of the searched words."""
    pieces = [_piece_before(text, chain[0]), *(_piece_after(text, at) for at in chain)]
    for chosen in product(
        *(_options(text, at, *around) for at, around in zip(chain, pairwise(pieces), strict=True))
    ):
        word = pieces[0] + "".join(
            mark + piece for (mark, _), piece in zip(chosen, pieces[1:], strict=True)
        )
        if word in spelled:
            yield [stretch for _, stretch in chosen]


def _options(text: Folded, at: int, before: str, after: str) -> list[tuple[str, Stretch]]:
    """List the marks that may join two parts of a word, with what is left out for each."""
    left, right = _left(text, at), _right(text, at)
    mark = text.text[left:right].strip()
    if mark and text.spaced[left] in _HYPHENS:
        joined, kept = [("", (left, right))], [(mark, (at, at + 1))]
        if after in _CONJUNCTIONS and not text.text.startswith("-", right + len(after)):
            return joined
        # Numbers are not hyphenated, and a hyphenated word does not change its case at the hyphen.
        number = before[-1].isnumeric() or after[0].isnumeric()
        cases = after[0].islower() if before.isupper() and len(before) > 1 else after[0].isupper()
        mixed = cases and not (before.isupper() and after.isupper())
        return kept if number or mixed else joined + kept
    return [(mark, (at, at + 1))]


def _piece_before(text: Folded, at: int) -> str:
    end = _left(text, at)
    found = _BEFORE.search(text.text[max(end - _LONGEST, 0) : end])
    return found[0] if found else ""


def _piece_after(text: Folded, at: int) -> str:
    start = _right(text, at)
    found = _AFTER.match(text.text, start, start + _LONGEST)
    return found[0] if found else ""


def _without(text: Folded, stretches: Sequence[Stretch]) -> Rejoined:
    """Return a text without some stretches."""
    kept = [0, *(edge for stretch in stretches for edge in stretch), len(text.text)]
    spans = list(zip(kept[::2], kept[1::2], strict=True))
    spaced, folded = (
        "".join(form[start:end] for start, end in spans) for form in (text.spaced, text.text)
    )
    return Rejoined(text.source, spaced, folded, (), text._read, (), (), text, stretches)
