"""Fill in the form for a passage of a text; pure functions.

Only what the text and its metadata say is filled in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.models.vocabulary import QuoteKind, Verification
from app.sources.candidates import Candidate, in_quotation_marks
from app.sources.matching.anchor import check
from app.sources.matching.normalise import SPACES, ZERO_WIDTH, is_edge

_MARKS = '"“”„‟«»‹›＂「」『』' + SPACES + ZERO_WIDTH
_FURTHEST = 60  # code points within which the next word boundary is searched
_CONTEXTS = (64, 200, 1000)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(rf"\b(?:on|last|this) ({'|'.join(_DAYS)})\b", re.IGNORECASE)
_NEAR = 240
_FAR = 800  # code points within which parties are named near a passage
_TITLES = frozenset(
    "president minister premier chancellor secretary ambassador envoy senator representative"
    " governor mayor king queen"
    " prince princess general admiral colonel chief chairman chairwoman chair"
    " spokesman spokeswoman spokesperson"
    " director commissioner adviser advisor mediator negotiator".split()
)  # fmt: skip


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a selection to word boundaries, leaving out quotation marks around it."""
    start, end = sorted(max(0, min(at, len(text))) for at in (start, end))
    while start < end and text[start] in _MARKS:
        start += 1
    while end > start and text[end - 1] in _MARKS:
        end -= 1
    if start == end:
        return start, end
    left, right = start, end
    while left > max(0, start - _FURTHEST) and not is_edge(text, left):
        left -= 1
    while right < min(len(text), end + _FURTHEST) and not is_edge(text, right):
        right += 1
    return left, right


@dataclass(frozen=True, slots=True)
class TextOfSource:
    """The text of a source, with the quotes found in it and what its metadata say."""

    text: str
    found: Sequence[Candidate]
    source_id: int
    language: str | None
    published_on: str | None


def taken(source: TextOfSource, start: int, end: int, parties: Sequence[str]) -> dict[str, str]:
    """Return the fields of a new position for a passage, by the names that `prefilled` takes.

    Prefix and suffix are filled only if they are needed to identify the place: an editor who trims
    the quote would have to trim them too. Dates are only those of the source: a weekday beside the
    passage, or the day of publication.
    """
    text, published_on = source.text, source.published_on
    start, end = snapped(text, start, end)
    given = {
        "source": str(source.source_id),
        "exact": text[start:end],
        **_context(text, start, end),
    }
    if source.language:
        given["language"] = source.language
    candidate = max(source.found, key=lambda c: min(c.end, end) - max(c.start, start), default=None)
    if candidate and min(candidate.end, end) > max(candidate.start, start):
        who = candidate.who
        if who and who.party in parties:
            given["party"] = who.party or ""
        if who and who.speaker:
            given["speaker"] = who.speaker
        elif not who and candidate.name and " " in candidate.name:
            # A suggestion: only the editor can say whether this is a new speaker.
            given |= {
                name: text for name, text in parted(candidate.name).items() if name == "speaker"
            }
    if not in_quotation_marks(text, start, end):
        given["kind"] = QuoteKind.REPORTED
    day = weekday(text, start, end, published_on)
    return given | (
        {"said_on": day} if day else {"stated_on": published_on} if published_on else {}
    )


def named_near(
    text: str, start: int, end: int, names: Mapping[str, Sequence[str]], most: int = 3
) -> list[str]:
    """Return the parties, by slug, whose names stand near a passage, the nearest first."""
    first = max(0, start - _FAR)
    around = text[first : end + _FAR]
    found = {}
    for slug, spellings in names.items():
        words = "|".join(re.escape(s) for s in spellings if len(s) > 2)
        places = [m.start() + first for m in re.finditer(rf"\b(?:{words})\b", around) if words]
        if places:
            found[slug] = min(max(start - at, at - end, 0) for at in places)
    return sorted(found, key=lambda slug: found[slug])[:most]


def parted(name: str) -> dict[str, str]:
    """Split "Foreign Minister Irena Volk", an unknown speaker in a source, into office and name."""
    words = name.split()
    last = max((i for i, word in enumerate(words) if word.lower() in _TITLES), default=-1)
    found = {"office": " ".join(words[: last + 1]), "speaker": " ".join(words[last + 1 :])}
    return {field: text for field, text in found.items() if text}


def _context(text: str, start: int, end: int) -> Mapping[str, str]:
    if start == end or check(text, text[start:end]).verification == Verification.VERIFIED:
        return {}
    for width in _CONTEXTS:
        beside = {"prefix": text[max(0, start - width) : start], "suffix": text[end : end + width]}
        if check(text, text[start:end], **beside).verification == Verification.VERIFIED:
            break
    return {name: words for name, words in beside.items() if words}


def weekday(text: str, start: int, end: int, published_on: str | None) -> str | None:
    """Return the day that "on Sunday" beside a passage means, or None.

    It is the last such day up to the day of publication.
    """
    if published_on is None or len(published_on) != 10:
        return None
    after = text[end : end + _NEAR].split("\n", 1)[0]
    before = text[max(0, start - _NEAR) : start].rsplit("\n", 1)[-1]
    named = _WEEKDAY.search(after) or next(iter(reversed(list(_WEEKDAY.finditer(before)))), None)
    if named is None:
        return None
    published = date.fromisoformat(published_on)
    back = (published.weekday() - _DAYS.index(named[1].lower())) % 7
    return (published - timedelta(days=back)).isoformat()
