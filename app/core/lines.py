"""Line ends: one character ends a line, whatever system a text comes from; pure."""

import re
from typing import TypeVar

# A form feed, which programs for PDF put between pages, and a vertical tab, Word's break, end a line too.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c]")

T = TypeVar("T")


def line_ends(text: str) -> str:
    """Return `text` with every line end as a line feed."""
    return _LINE_END.sub("\n", text)


def alike(one: T, other: T) -> bool:
    """Tell whether two values are equal, line ends aside: rows written by an older release hold others."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or line_ends(one) == line_ends(other)
    return one == other


def place(text: str, at: int) -> str:
    """Say where a character stands, for people: by its line and column."""
    lines = line_ends(text[:at]).split("\n")
    return f"line {len(lines):,}, column {len(lines[-1]) + 1:,}"
