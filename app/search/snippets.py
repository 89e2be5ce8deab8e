"""Cut out of texts the part that best shows why they were found, with marks."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import memory_of
from app.db.prepared import Prepared

# Two characters for private use, which no text is searched with.
START, STOP = "\ue000", "\ue001"
NONE = str.maketrans(dict.fromkeys(START + STOP))
SIGN = re.compile(f"([{START}{STOP}])")
SHORT = 40  # words of a text that is shown whole
OPTIONS = f'StartSel="{START}", StopSel="{STOP}", MinWords=15, MaxWords={SHORT}'
LONGEST_WORD = 60  # letters by which an end is moved to the end of a word
BYTES_OF_SNIPPET = 400  # in memory, beside its text
BEFORE = 4  # words that lead to what was found


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text; `marks` are places in it, in code points."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    cut_start: bool = False
    cut_end: bool = False

    def after(self, whole: str) -> "Snippet":
        """Return the snippet with what a text that ends with it has before it."""
        by = len(whole) - len(self.text)
        marks = tuple((start + by, end + by) for start, end in self.marks)
        return replace(self, text=whole, marks=marks)


# Where stems of English show nothing, the words are marked as they are written.
HEADLINES = Prepared(
    lambda: text(
        """
SELECT CASE WHEN strpos(english, chr(57344)) > 0 THEN english
    ELSE ts_headline('simple', body, CAST(:words AS tsquery), options) END AS found
FROM unnest(CAST(:texts AS text[]), CAST(:options AS text[])) WITH ORDINALITY
    AS given (body, options, n), LATERAL (
    SELECT ts_headline('english', body, CAST(:words AS tsquery), options) AS english OFFSET 0
) AS stemmed
ORDER BY n
"""
    )
)


async def snippets(session: AsyncSession, words: str, texts: Sequence[str]) -> list[Snippet]:
    """Return for each text the part that best shows why it was found.

    The same words in the same text show the same, so another filter of a search asks for nothing.
    """
    bodies = [" ".join(each.translate(NONE).split()) for each in texts]
    if not words:
        return [beginning(body) for body in bodies]
    memory, searched = memory_of(session), _digest(words)
    found = {"": Snippet("")}  # most quotes have no translation
    for body in dict.fromkeys(bodies):
        kept: Snippet | None = memory.get(("snippet", searched, _digest(body))) if memory else None
        if kept is not None:
            found[body] = kept
    asked = [body for body in dict.fromkeys(bodies) if body not in found]
    if asked:
        for body, marked in zip(asked, await _headlines(session, words, asked), strict=True):
            found[body] = cut(marked, body)
            if memory:
                size = BYTES_OF_SNIPPET + 2 * len(found[body].text)
                memory.keep(("snippet", searched, _digest(body)), found[body], size)
    return [found[body] for body in bodies]


async def _headlines(session: AsyncSession, words: str, bodies: Sequence[str]) -> list[str]:
    options = [
        OPTIONS + (", HighlightAll=true" if body.count(" ") < SHORT else "") for body in bodies
    ]
    values: dict[str, Any] = {"words": words, "options": options, "texts": bodies}
    return [marked for (marked,) in await HEADLINES.all(session, **values)]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def beginning(body: str, words: int = SHORT) -> Snippet:
    """Return the first words of a text."""
    parts = body.split(" ")
    return Snippet(" ".join(parts[:words]), cut_end=len(parts) > words)


def cut(marked: str, body: str) -> Snippet:
    """Read a marked part of a text, and let it begin and end with whole words."""
    plain: list[str] = []
    marks: list[tuple[int, int]] = []
    begun = length = 0
    for piece in SIGN.split(" ".join(marked.split())):
        if piece == START:
            begun = length
        elif piece == STOP:
            marks.append((begun, length))
        else:
            plain.append(piece)
            length += len(piece)
    part = "".join(plain)
    place = body.find(part)
    if place < 0:  # the database leaves out what looks like a tag
        return Snippet(part, tuple(marks), cut_end=True)
    end = place + len(part)
    while end < len(body) and end < place + len(part) + LONGEST_WORD and not body[end].isspace():
        end += 1
    start = _lead(body, place)
    by = place - start
    moved = tuple((first + by, last + by) for first, last in marks)
    return Snippet(body[start:end], moved, start > 0, end < len(body))


def _lead(body: str, place: int) -> int:
    """Return where a part begins that leads to a place: a few whole words before it."""
    start = place
    for words in range(BEFORE + 1):
        while start > 0 and not body[start - 1].isspace():
            start -= 1
            if place - start > LONGEST_WORD:  # no spaces part the words here
                return start if words else place
        if words < BEFORE and start > 0:
            start -= 1
    return start
