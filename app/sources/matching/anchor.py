"""Find a quote in the text of its source, letter by letter; pure functions.

The rule for what matches is rule 2 of docs/rules.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, product

from app.models.vocabulary import Mismatch, Verification
from app.sources.matching.fuzzy_match import ClosestPassage, approximate
from app.sources.matching.hyphenation import readings as rejoined
from app.sources.matching.normalise import (
    ELISION,
    SPACES,
    WINDOW,
    Folded,
    count_words,
    fold,
    is_edge,
    says_something,
    skip_word,
    strip,
)

_LEAST_WORDS = 3  # in each part of a quote with elisions
_CONTEXT = 64  # code points of context at most, where none was given
# Hits inside words, and questions about word edges, from which on there may be very many.
_PATIENCE, _FEW = 50, 1_000
# up to so many parts are searched one by one, to say why they do not match together
_FEW_PARTS = 20
# Code points: a search for fewer than the first is cheap; where hits are closer to each other than
# the second, the search continues from word to word.
_SHORT, _DENSE = 64, 4

Span = tuple[int, int]  # start and end, in code points
Layouts = tuple[list[Span], list[Span]]  # the earliest and the latest layout of the parts


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """Result of comparing a quote with a text; offsets are code points of the stored text."""

    verification: Verification
    start: int | None
    end: int | None
    segments: tuple[Span, ...] | None  # the parts around elisions
    prefix: str | None  # as given, or else taken from the text if verified
    suffix: str | None
    closest: ClosestPassage | None  # only if the quote does not occur
    repeated: bool = False  # the words occur again; `prefix` and `suffix` tell which are meant
    reason: Mismatch | None = None  # only if it does not match

    @property
    def why(self) -> str:
        """Say why it does not match, as a predicate of the quote."""
        return _WHY[self.reason or Mismatch.ABSENT]


_WHY = {
    Mismatch.ABSENT: "does not occur in the text of its source",
    Mismatch.INSIDE_WORDS: "occurs in the text of its source, but begins or ends inside a word "
    "there",
    Mismatch.CONTEXT: "occurs in the text of its source, but not beside the words given before or "
    "after it",
    Mismatch.SHORT_PART: "occurs in the text of its source, but with fewer than three words beside "
    "an elision",
    Mismatch.ORDER: "occurs in the text of its source in parts, but not in this order",
}


@dataclass(frozen=True, slots=True)
class _Needle:
    """Part of a quote with its required context: its first `lead` and last `trail` characters."""

    text: str
    lead: int = 0
    trail: int = 0

    def mirrored(self) -> "_Needle":
        return _Needle(self.text[::-1], self.trail, self.lead)


@dataclass(frozen=True, slots=True)
class _Direction:
    """A form of the text, read from its start or from its end."""

    hay: str
    is_edge: Callable[[int], bool]
    patient: bool  # if False, it gives up where there are many hits inside words

    def lay(self, parts: Sequence[Sequence[_Needle]]) -> list[Span] | None:
        """Place each part as early as possible after the previous one; None if one has no place."""
        layout: list[Span] = []
        at = 0
        for needles in parts:
            places = [place for needle in needles if (place := self._place(needle, at))]
            if not places:
                return None
            layout.append(min(places))
            at = layout[-1][1]
        return layout

    def _place(self, needle: _Needle, at: int) -> Span | None:
        hay, sought, missed = self.hay, needle.text, 0
        inner = len(sought) - needle.trail
        position = hay.find(sought, max(at - needle.lead, 0))
        while position >= 0:
            start, end = position + needle.lead, position + inner
            if self.is_edge(start) and self.is_edge(end):
                return start, end
            missed += 1
            following = hay.find(sought, position + 1)
            if missed >= _PATIENCE and following >= 0:
                if not self.patient:
                    return None
                if len(sought) > _SHORT and following - position < len(sought):
                    place, following = self._among_repeats(needle, position, following)
                    if place:
                        return place
                elif following - position < _DENSE:
                    following = hay.find(
                        sought, max(following, skip_word(hay, start) - needle.lead)
                    )
            position = following
        return None

    def _among_repeats(self, needle: _Needle, first: int, second: int) -> tuple[Span | None, int]:
        """Search among hits that overlap each other, for the first with word edges on both sides.

        Returns its place; or None and the position of the next hit after all of these. A search
        costs the length of the needle, so that one search per hit would cost the product of both
        lengths.
        """
        hay, size, period = self.hay, len(needle.text), second - first
        end, step = second + size, size
        # find where the text stops to repeat itself with this period
        while step:
            while (
                end + step <= len(hay)
                and hay[end : end + step] == hay[end - period : end - period + step]
            ):
                end += step
                step *= 2
            step //= 2
        last = first + (end - size - first) // period * period
        free = first + 1
        for hit in _unlike(first, last, period):
            if hit >= free:
                place = hit + needle.lead, hit + size - needle.trail
                if self.is_edge(place[0]) and self.is_edge(place[1]):
                    return place, -1
                free = skip_word(hay, place[0]) - needle.lead
        return None, hay.find(needle.text, last + 1)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One way to compare: forms of the text, of the parts of a quote, and of its context."""

    parts: Sequence[str]
    before: Sequence[str]  # one of these must be directly before the first part
    after: Sequence[str]  # one of these must be directly after the last part
    forwards: _Direction
    span: Callable[[int, int], Span]  # converts offsets to those of the stored text

    def layouts(self, *, context: bool = True) -> Layouts | None:
        """Return the earliest and the latest layout of the parts; all others lie between them."""
        needles = [[_Needle(part)] for part in self.parts]
        if context:
            needles[0] = [
                _Needle(b + n.text, len(b), 0) for b, n in product(self.before, needles[0])
            ]
            needles[-1] = [
                _Needle(n.text + a, n.lead, len(a)) for n, a in product(needles[-1], self.after)
            ]
        if (earliest := self.forwards.lay(needles)) is None:
            return None
        # An impatient direction may have given up, and then does not know.
        if (
            latest := self._backwards().lay(
                [[n.mirrored() for n in part] for part in reversed(needles)]
            )
        ) is None:
            return None
        length = len(self.forwards.hay)
        return earliest, [(length - end, length - start) for start, end in reversed(latest)]

    def occurs(self) -> bool:
        """Tell whether the parts occur in this order, even inside words."""
        anywhere = _Direction(self.forwards.hay, lambda at: True, patient=False)
        return anywhere.lay([[_Needle(part)] for part in self.parts]) is not None

    def _backwards(self) -> _Direction:
        hay, is_edge = self.forwards.hay, self.forwards.is_edge
        return _Direction(hay[::-1], lambda at: is_edge(len(hay) - at), self.forwards.patient)


def _unlike(first: int, last: int, period: int) -> Iterator[int]:
    """Yield those of equally spaced hits whose surroundings may differ.

    In the middle the surroundings repeat as the hits do.
    """
    steps, near = (last - first) // period, WINDOW // period + 5
    for n in (
        range(steps + 1)
        if steps <= 2 * near
        else chain(range(near), range(steps - near, steps + 1))
    ):
        yield first + n * period


def check(
    text: str | Folded | None, exact: str, prefix: str | None = None, suffix: str | None = None
) -> QuoteMatch:
    """Compare a quote with the text of its source by rule 2 of docs/rules.md.

    To check many quotes against one text, fold the text once and pass the result.
    """
    if text is None:
        return QuoteMatch(Verification.UNVERIFIED, None, None, None, prefix, suffix, None)
    if not says_something(exact):
        return QuoteMatch(
            Verification.MISMATCH, None, None, None, prefix, suffix, None, reason=Mismatch.ABSENT
        )
    before, after = (context if context and strip(context) else "" for context in (prefix, suffix))
    source = text if isinstance(text, str) else text.source
    literal = _literal(source, exact, before, after)
    if found := literal.layouts():
        return _found(source, literal, found, before, after)
    folded = fold(text) if isinstance(text, str) else text
    ways = list(rejoined(folded, fold(f"{before} {exact} {after}").text))
    wholes = [_tolerant(way, [exact], before, after) for way in ways]
    for whole in wholes:
        if found := whole.layouts():
            return _found(source, whole, found, before, after)
    parts = [part for part in ELISION.split(exact) if strip(part)]
    elided = [_tolerant(way, parts, before, after) for way in ways] if parts != [exact] else []
    long_enough = len(parts) == 1 or all(count_words(part) >= _LEAST_WORDS for part in parts)
    for reading in elided if long_enough else []:
        if found := reading.layouts():
            return _found(source, reading, found, before, after)
    longest = max((elided or wholes)[-1].parts, key=len)
    closest = _elsewhere(source, wholes + elided if before or after else elided) or approximate(
        folded, longest
    )
    reason = _reason(wholes, elided, long_enough=long_enough)
    return QuoteMatch(
        Verification.MISMATCH, None, None, None, prefix, suffix, closest, reason=reason
    )


def _reason(
    wholes: Sequence["_Comparison"], elided: Sequence["_Comparison"], *, long_enough: bool
) -> Mismatch:
    """Say why a quote does not match, as far as it occurs at all."""
    for reading in [*wholes, *elided]:
        if reading.layouts(context=False):
            return Mismatch.CONTEXT if long_enough or reading in wholes else Mismatch.SHORT_PART
    for reading in [*wholes, *elided]:
        if reading.occurs():
            return Mismatch.INSIDE_WORDS
    parts = elided[0].parts if elided and len(elided[0].parts) <= _FEW_PARTS else []
    alone = [[replace(reading, parts=[part]) for reading in elided] for part in parts]
    if alone and all(any(one.layouts(context=False) for one in ways) for ways in alone):
        return Mismatch.ORDER
    return Mismatch.ABSENT


def _literal(text: str, exact: str, prefix: str, suffix: str) -> _Comparison:
    # It gives up where there are many hits inside words, and leaves these to the tolerant reading.
    forwards = _Direction(text, partial(is_edge, text), patient=False)
    return _Comparison(
        [strip(exact)], [prefix], [suffix], forwards, lambda start, end: (start, end)
    )


def _tolerant(text: Folded, parts: Sequence[str], prefix: str, suffix: str) -> _Comparison:
    """Read with all tolerances; white space between a quote and its context is optional."""
    before, after = (fold(context).text.strip() for context in (prefix, suffix))
    return _Comparison(
        [fold(part).text.strip() for part in parts],
        [before, before + " "] if before else [""],
        [after, " " + after] if after else [""],
        _Direction(text.text, _asked_often(text), patient=True),
        text.span,
    )


def _asked_often(text: Folded) -> Callable[[int], bool]:
    """Return a function that tells where words begin and end in `text`.

    Preparing the text for many such questions only pays off after many of them.
    """
    left = _FEW

    def tell(at: int) -> bool:
        nonlocal left
        if left > 0:
            left -= 1
            return is_edge(text.spaced, at)
        return text.is_edge(at)

    return tell


def _found(
    source: str, reading: _Comparison, found: Layouts, prefix: str, suffix: str
) -> QuoteMatch:
    earliest, latest = found
    if earliest != latest:
        return QuoteMatch(
            Verification.AMBIGUOUS,
            None,
            None,
            None,
            prefix or None,
            suffix or None,
            None,
            repeated=True,
        )
    segments = tuple(reading.span(*place) for place in earliest)
    start, end = segments[0][0], segments[-1][1]
    anywhere = reading.layouts(context=False) if prefix or suffix else found
    return QuoteMatch(
        Verification.VERIFIED,
        start,
        end,
        segments,
        prefix or source[_cut(source, start - _CONTEXT, start) : start],
        suffix or source[end : _cut(source, end + _CONTEXT, end)],
        None,
        repeated=anywhere is not None and anywhere[0] != anywhere[1],
    )


def _cut(text: str, far: int, near: int) -> int:
    """Return the first place from `far` to `near` where a word begins, or ends if going back.

    Without such a place it is `near`.
    """
    step = 1 if far < near else -1
    for at in range(min(max(far, 0), len(text)), near, step):
        outer = text[at] if step > 0 else text[at - 1]
        if outer not in SPACES and is_edge(text, at):
            return at
    return near


def _elsewhere(source: str, readings: Sequence[_Comparison]) -> ClosestPassage | None:
    """Return the passage that only its context or a too short part keeps from being a match."""
    for reading in readings:
        if found := reading.layouts(context=False):
            start, end = found[0][0][0], found[0][-1][1]
            if end - start <= 4 * sum(map(len, reading.parts)) + 400:
                first, last = reading.span(start, end)
                return ClosestPassage(source[first:last], first, last)
    return None
