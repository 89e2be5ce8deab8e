"""Mark the passages of a text that are quoted, proposed, or may be worth quoting; pure functions.

The text of a paragraph is the stored text, code point for code point, so that a selection in the
browser can be located in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from app.sources.matching.paragraphs import paragraphs

Kind = Literal["quoted", "now", "proposed", "maybe"]
# Where marks overlap, the first of these kinds is shown.
_FIRST: tuple[Kind, ...] = ("now", "quoted", "proposed", "maybe")


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage of the text, in code points; `key` names what it belongs to."""

    start: int
    end: int
    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with the same marks throughout.

    `anchor` is the mark's key if the first mark with that key begins here.
    """

    text: str
    kind: Kind | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text, cut into runs."""

    start: int
    end: int
    runs: Sequence[Run]
    keys: Sequence[str]  # of the marks that begin here


def marked(text: str, marks: Sequence[Mark]) -> list[Paragraph]:
    """Cut a text into paragraphs, and these into runs at the ends of marks."""
    rest = sorted(marks, key=lambda m: (m.start, m.end))
    open_: list[Mark] = []
    anchored: set[str] = set()
    made = []
    for start, end in paragraphs(text):
        began: list[Mark] = []
        while rest and rest[0].start < end:
            began.append(rest.pop(0))
        open_ = [m for m in open_ if m.end > start] + began
        cuts = sorted(
            {start, end, *(at for m in open_ for at in (m.start, m.end) if start < at < end)}
        )
        runs = [_run(text, a, b, open_, anchored) for a, b in pairwise(cuts)]
        made.append(Paragraph(start, end, runs, list(dict.fromkeys(m.key for m in began))))
    return made


def _run(text: str, start: int, end: int, marks: Sequence[Mark], anchored: set[str]) -> Run:
    # Browsers turn CRLF into one line break, and so would count one character less.
    shown = text[start:end].replace("\r", " ")
    here = [m for m in marks if m.start <= start and m.end >= end]
    if not here:
        return Run(shown)
    mark = min(here, key=lambda m: _FIRST.index(m.kind))
    if mark.key in anchored:
        return Run(shown, mark.kind)
    anchored.add(mark.key)
    return Run(shown, mark.kind, mark.key)
