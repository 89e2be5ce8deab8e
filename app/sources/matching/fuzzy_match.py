"""Find the passage of a text that is closest to words that do not occur in it; pure functions."""

from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from app.sources.matching.normalise import Folded, edges, says_something

_PROBE = 256  # characters compared with a whole text; the cost is the product of both lengths
_SHORT = 64  # up to this length every place is compared, above it stretches that overlap by half
_REACH = 48  # characters by which the start and end of a passage may differ from the estimate
_COMPARED = 4096  # characters that decide whether a passage is close at all
_LEAST = 0.65  # similarity; below it, any text has some passage


@dataclass(frozen=True, slots=True)
class ClosestPassage:
    """Passage of the stored text, with offsets in code points."""

    exact: str
    start: int
    end: int

    @classmethod
    def at(cls, text: Folded, start: int, end: int) -> "ClosestPassage":
        """Make it from offsets into the folded form of the text."""
        first, last = text.span(start, end)
        return cls(text.source[first:last], first, last)


def approximate(text: Folded, words: str) -> ClosestPassage | None:
    """Return the whole words of `text` closest to folded `words`; None if nothing is close."""
    hay, words = _lower(text.text), _lower(words)
    size = min(len(words), _PROBE)
    head, tail = words[:size], words[-size:]
    _, start = max(
        _locate(hay, words[at : at + size], at)
        for at in {0, (len(words) - size) // 2, len(words) - size}
    )
    end = start + len(words)
    if len(words) > size:  # what is between head and tail may be longer or shorter
        start = _relocate(hay, head, start, len(words) // 4)
        end = _relocate(hay, tail, end - size, len(words) // 4) + size
    # Where the text begins or ends within the words, the estimate may lie outside of the text.
    start, end = max(start, 0), min(end, len(hay))
    right, left = start + size, end - size
    starts = (
        at for at in edges(text.spaced, start - _REACH, start + _REACH) if hay[at : at + 1].strip()
    )
    start = max(
        starts, key=lambda at: Indel.normalized_similarity(head, hay[at:right]), default=start
    )
    ends = (
        at
        for at in edges(text.spaced, max(end - _REACH, start + 1), end + _REACH)
        if hay[at - 1].strip()
    )
    end = max(
        ends,
        key=lambda at: Indel.normalized_similarity(tail, hay[max(left, start) : at]),
        default=end,
    )
    found = hay[start:end]
    like = Indel.normalized_similarity(words[:_COMPARED], found[:_COMPARED])
    return ClosestPassage.at(text, start, end) if like >= _LEAST and says_something(found) else None


def _locate(hay: str, probe: str, offset: int = 0) -> tuple[float, int]:
    """Return the similarity of the best place for `probe` in `hay`, and its start less `offset`."""
    first, best = 0, 0
    if len(probe) > _SHORT:
        # Every place lies within a stretch of twice the length, so the best stretch holds it.
        for at in range(0, len(hay), len(probe)):
            likeness = Indel.similarity(probe, hay[at : at + 2 * len(probe)], score_cutoff=best + 1)
            if likeness > best:
                first, best = at, likeness
        hay = hay[first : first + 2 * len(probe)]
    if len(hay) <= len(probe):
        return Indel.normalized_similarity(probe, hay), first - offset
    place = fuzz.partial_ratio_alignment(probe, hay)
    return (
        (place.score / 100, first + place.dest_start - offset) if place else (0.0, first - offset)
    )


def _relocate(hay: str, probe: str, near: int, reach: int) -> int:
    """Return where `probe` begins within `reach` of `near`; `near` if it is not found."""
    first = max(near - reach, 0)
    likeness, at = _locate(hay[first : near + len(probe) + reach], probe)
    return first + at if likeness >= _LEAST else near


def _lower(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else text
