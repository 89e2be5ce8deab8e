"""Find passages in a text that could become quotes; pure functions.

A candidate is a passage in quotation marks with a verb of saying ("said X") nearby, or a sentence
that reports what somebody said. Nothing is saved: an editor chooses. Where the speaker is unclear a
candidate names nobody, rather than somebody wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from app.models.vocabulary import QuoteKind
from app.sources.matching.paragraphs import paragraphs
from app.sources.reported_speech import reported
from app.sources.speakers_in_text import (
    NOBODY,
    Known,
    Person,
    Speaker,
    sentence_end,
    sentence_start,
    subject,
    through,
)

LONGEST_TEXT = 1_000_000  # characters that are searched
MOST = 1_000  # candidates that are returned at most
# in a passage; fewer are usually a single word that the author distances himself from
_LEAST_WORDS = 3
_NEAR = 240  # characters on either side of a passage in which its speaker may be named

_OPENING = {
    "“": "”“",
    "„": "“”‟",
    "«": "»",
    "»": "«",
    "‘": "’",
    "‹": "›",
    '"': '"',
    "＂": "＂",
    "「": "」",
    "『": "』",
    "‚": "‘’",
}
_MARKS = regex.compile("[" + "".join(_OPENING) + "]")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}’'-]*+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Passage without its quotation marks, in code points of the text, and its likely speaker."""

    start: int
    end: int
    who: Person | None  # a speaker that is stored already
    name: str | None  # the name as written, where no stored speaker has it
    kind: QuoteKind = QuoteKind.DIRECT


def candidates(text: str, people: Sequence[Person] = ()) -> list[Candidate]:
    """List the passages beside a verb of saying and the reporting sentences, in text order."""
    known = Known(people)
    made: list[Candidate] = []
    last: Speaker = NOBODY
    for begin, stop in paragraphs(text[:LONGEST_TEXT]):
        passages = list(_passages(text, begin, stop))
        said: Speaker | None = None  # speaker of the latest passage of this paragraph
        edges = [begin, *(edge for p in passages for edge in p), stop]
        gaps = list(zip(edges[::2], edges[1::2], strict=True))
        for n, (start, end) in enumerate(passages):
            if n == 0:
                last = through(text, *gaps[0], known, last)
            found = _attributed(text, gaps[n], (start, end), gaps[n + 1], known, last)
            said = found or said
            inner = (start + 1, end - 1 if text[end - 1] in _OPENING[text[start]] else end)
            if said is not None:
                last = said if said != NOBODY else last
                if len(_WORD.findall(text, *inner)) >= _LEAST_WORDS:
                    made.append(Candidate(*_trimmed(text, *inner), *said))
            last = through(text, *gaps[n + 1], known, last)
        if not passages:
            for at, to, who in reported(text, begin, stop, known, last):
                made.append(Candidate(at, to, *who, QuoteKind.REPORTED))
            last = through(text, begin, stop, known, last)
        if len(made) >= MOST:
            break
    return made[:MOST]


def in_quotation_marks(text: str, start: int, end: int) -> bool:
    """Tell whether all words from `start` to `end` are in quotation marks.

    Words outside of quotation marks are the source's own report.
    """
    found = (p for p in paragraphs(text) if p[0] <= start and end <= p[1])
    begin, stop = next(found, (end, end))
    return any(at <= start and end <= to for at, to in _passages(text, begin, stop))


def _passages(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield passages with their quotation marks; an unclosed one ends with its paragraph."""
    while mark := _MARKS.search(text, at, end):
        at = mark.end()
        before = text[mark.start() - 1] if mark.start() else " "
        if before.isalnum() or at >= end or text[at].isspace():
            continue  # an apostrophe, an inch mark or a closing mark
        closing = next(
            (i for i in range(at, end) if text[i] in _OPENING[mark[0]] and _closes(text, i, end)),
            None,
        )
        if closing is None:
            if mark[0] in "“„«":
                yield mark.start(), end
                return
            continue
        yield mark.start(), closing + 1
        at = closing + 1


def _closes(text: str, at: int, end: int) -> bool:
    return text[at] != "’" or not (at + 1 < end and text[at + 1].isalnum())


def _attributed(
    text: str,
    before: tuple[int, int],
    passage: tuple[int, int],
    after: tuple[int, int],
    known: "Known",
    last: Speaker,
) -> Speaker | None:
    """Return the speaker whom the text beside a passage names; None without a verb of saying."""
    closed = text[passage[1] - 1] in _OPENING[text[passage[0]]]
    inner_end = text[passage[1] - 2 : passage[1] - 1] if closed else ""
    after_end = sentence_end(text, after[0], min(after[1], after[0] + _NEAR))
    tail = text[after[0] : after_end].lstrip()
    # After a full stop a new sentence begins, which speaks about the passage that follows.
    if tail and (inner_end not in (".", "…") or tail[0].islower() or tail[0] in "—–-,"):
        found = subject(text, after[0], after_end, known, last)
        if found is not None:
            return found
    begin = max(before[0], before[1] - _NEAR)
    return subject(
        text, sentence_start(text, begin, before[1]), before[1], known, last, newest=True
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
