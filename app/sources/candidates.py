"""Find what may be taken: passages in quotation marks with a "said X" nearby, and sentences that report; pure.

Nothing is taken: an editor chooses. Where the speaker is unclear a candidate names nobody, rather than somebody wrong.
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

LONGEST_TEXT = 1_000_000  # characters looked through
MOST = 1_000  # candidates
_LEAST_WORDS = 3  # of a passage: fewer are a word held at arm's length
_NEAR = 240  # characters beside a passage in which it is attributed

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
    """A passage without its marks, in code points of the text, and who seems to have said it."""

    start: int
    end: int
    who: Person | None  # on file
    name: str | None  # as written, where nobody on file goes by it
    kind: QuoteKind = QuoteKind.DIRECT


def candidates(text: str, people: Sequence[Person] = ()) -> list[Candidate]:
    """List the passages that a verb of saying stands beside, in their order."""
    known = Known(people)
    made: list[Candidate] = []
    last: Speaker = NOBODY
    for begin, stop in paragraphs(text[:LONGEST_TEXT]):
        passages = list(_passages(text, begin, stop))
        said: Speaker | None = None  # by whom, as far as this paragraph has told
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
    """Tell whether all words from `start` to `end` stand in quotation marks: else they are the source's own report."""
    found = (p for p in paragraphs(text) if p[0] <= start and end <= p[1])
    begin, stop = next(found, (end, end))
    return any(at <= start and end <= to for at, to in _passages(text, begin, stop))


def _passages(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what stands in quotation marks, these included; one left open goes on to the end of its paragraph."""
    while mark := _MARKS.search(text, at, end):
        at = mark.end()
        before = text[mark.start() - 1] if mark.start() else " "
        if before.isalnum() or at >= end or text[at].isspace():
            continue  # an apostrophe, a mark of inches, a closing mark
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
    """Tell who the words beside a passage say has said it; None where no verb does."""
    closed = text[passage[1] - 1] in _OPENING[text[passage[0]]]
    inner_end = text[passage[1] - 2 : passage[1] - 1] if closed else ""
    after_end = sentence_end(text, after[0], min(after[1], after[0] + _NEAR))
    tail = text[after[0] : after_end].lstrip()
    # After a full stop a new sentence begins, which tells of what comes next.
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
