"""Note where a browser's search for words sees something else in a line than its reader does.

Such places are marked in the text while it is written down, by characters that no text has, and told as offsets when
the text is done.
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

SEAM, FROM, TO = "\ufdd0", "\ufdd1", "\ufdd2"
_MARKED = re.compile(f"[{SEAM}{FROM}{TO}]")
# What is drawn amid a line and ends the search, whether there is a word in it or not.
_INTERRUPTING = frozenset("button canvas input marquee math svg textarea".split())
_FLOATING = ("left", "right", "inline-start", "inline-end")


def interrupts(element: Element, declared: Mapping[str, str]) -> bool:
    """Tell whether no search goes on over the edges of an element amid a line."""
    display = declared.get("display", "").lower()
    if display in ("none", "contents"):
        return False
    boxed = (
        display.startswith(("inline-", "-webkit-inline-"))
        or declared.get("float", "").lower() in _FLOATING
    )
    return boxed or element.tag.lower() in _INTERRUPTING


def unsearched(text: str) -> str:
    """Mark what is shown but not searched."""
    return f"{FROM}{text}{TO}"


def take_out(text: str) -> tuple[str, list[int]]:
    """Return the text without the marks, and from and to of each seam in it, in code points."""
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
