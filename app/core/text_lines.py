"""Line ends are one character, whatever system a text comes from; and what no text may hold; pure."""

import re
from typing import TypeVar

# A form feed, which programs for PDF put between pages, and a vertical tab, Word's break, end a line too.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c]")

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

T = TypeVar("T")


def line_ends(text: str) -> str:
    """Return `text` with every line end as a line feed."""
    return _LINE_END.sub("\n", text)


def alike(one: T, other: T) -> bool:
    """Tell whether two values are equal, line ends aside: rows written by an older release hold others."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or line_ends(one) == line_ends(other)
    return one == other


def unstorable(text: str) -> str | None:
    """Say which character of a text neither PostgreSQL nor UTF-8 holds, or nobody types, and where it stands."""
    found = UNSTORABLE.search(text)
    if found is None:
        return None
    where = place(text, found.start())
    if "\ud800" <= found[0] <= "\udfff":
        return f"contains half of a surrogate pair, which is no character: {where}"
    return f"contains the control character U+{ord(found[0]):04X}, which cannot be saved: {where}"


def place(text: str, at: int) -> str:
    """Say where a character stands, for people: by its line and column."""
    lines = line_ends(text[:at]).split("\n")
    return f"line {len(lines):,}, column {len(lines[-1]) + 1:,}"
