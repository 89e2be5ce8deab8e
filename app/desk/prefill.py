"""What the form is filled in with when words are taken from a text: only what the text and the record say; pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.models.vocabulary import QuoteKind, Verification
from app.sources.candidates import Candidate, in_quotation_marks
from app.sources.matching.anchor import check
from app.sources.matching.normalise import SPACES, ZERO_WIDTH, is_edge

_MARKS = '"“”„‟«»‹›＂「」『』' + SPACES + ZERO_WIDTH
_FURTHEST = 60  # code points to the next boundary between words
_CONTEXTS = (64, 200, 1000)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(rf"\b(?:on|last|this) ({'|'.join(_DAYS)})\b", re.IGNORECASE)
_NEAR = 240
_TITLES = frozenset(
    "president minister premier chancellor secretary ambassador envoy senator representative governor mayor king queen"
    " prince princess general admiral colonel chief chairman chairwoman chair spokesman spokeswoman spokesperson"
    " director commissioner adviser advisor mediator negotiator".split()
)  # fmt: skip


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a selection to where words begin and end, without the quotation marks around them."""
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


def taken(
    text: str,
    start: int,
    end: int,
    found: Sequence[Candidate],
    *,
    source_id: int,
    language: str | None,
    published_on: str | None,
    parties: Sequence[str],
) -> dict[str, str]:
    """The fields of a new position for words of a text, by the names that `prefilled` takes.

    Words beside them only where these are needed to tell which place is meant: else an editor who trims the words would
    have to trim those too. Of dates only what the source says: a weekday beside the words, or its own day.
    """
    start, end = snapped(text, start, end)
    given = {"source": str(source_id), "exact": text[start:end], **_context(text, start, end)}
    if language:
        given["language"] = language
    candidate = max(found, key=lambda c: min(c.end, end) - max(c.start, start), default=None)
    if candidate and min(candidate.end, end) > max(candidate.start, start):
        who = candidate.who
        if who and who.party in parties:
            given["party"] = who.party or ""
        if who and who.speaker:
            given["speaker"] = who.speaker
        elif not who and candidate.name and " " in candidate.name:
            # Only a name to look at: whether it is somebody new is for the editor to say.
            given |= {
                name: text for name, text in parted(candidate.name).items() if name == "speaker"
            }
    if not in_quotation_marks(text, start, end):
        given["kind"] = QuoteKind.REPORTED
    day = weekday(text, start, end, published_on)
    return given | (
        {"said_on": day} if day else {"stated_on": published_on} if published_on else {}
    )


def parted(name: str) -> dict[str, str]:
    """Part "Foreign Minister Irena Volk", as a source has it, into the office and the name of who is not on file."""
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
    """The day that "on Sunday" beside the words means in a document of a certain day: the last one up to it."""
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
