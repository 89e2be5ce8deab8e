"""Mark places where a browser's search sees a line differently from its reader.

The places are marked in the text while it is written, by characters that no text contains, and
returned as offsets when the text is complete.
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

SEAM, FROM, TO = "\ufdd0", "\ufdd1", "\ufdd2"
_MARKED = re.compile(f"[{SEAM}{FROM}{TO}]")
# Elements drawn within a line that end the search, whether or not they contain words.
_INTERRUPTING = frozenset("button canvas input marquee math svg textarea".split())
_FLOATING = ("left", "right", "inline-start", "inline-end")


def interrupts(element: Element, declared: Mapping[str, str]) -> bool:
    """Tell whether a search stops at the edges of an element within a line."""
    display = declared.get("display", "").lower()
    if display in ("none", "contents"):
        return False
    boxed = (
        display.startswith(("inline-", "-webkit-inline-"))
        or declared.get("float", "").lower() in _FLOATING
    )
    return boxed or element.tag.lower() in _INTERRUPTING


def unsearched(text: str) -> str:
    """Mark text that is shown but not searched."""
    return f"{FROM}{text}{TO}"


def take_out(text: str) -> tuple[str, list[int]]:
    """Return the text without marks, and start and end of each seam in it, in code points."""
    pieces, seams, length, done = [], list[int](), 0, 0
    for mark in _MARKED.finditer(text):
        pieces.append(text[done : mark.start()])
        length += len(pieces[-1])
        done = mark.end()
        if mark[0] == TO:
            seams[-1] = length
        elif mark[0] == FROM or seams[-2:] != [length, length]:
            seams += [length, length]
    pieces.append(text[done:])
    return "".join(pieces), seams
