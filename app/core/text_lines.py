"""Normalise line ends, and find characters that cannot be stored; pure functions."""

import re
from typing import TypeVar

# Form feeds (page breaks from PDF converters) and vertical tabs (line breaks of Word) end a line
# too.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c]")

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

T = TypeVar("T")


def line_ends(text: str) -> str:
    """Return a text with every line end as a line feed."""
    return _LINE_END.sub("\n", text)


def alike(one: T, other: T) -> bool:
    """Tell whether two values are equal except for line ends, stored as sent by old releases."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or line_ends(one) == line_ends(other)
    return one == other


def unstorable(text: str) -> str | None:
    """Describe the first character that cannot be stored, with its place; None if there is none.

    These are characters that PostgreSQL or UTF-8 cannot hold, or that nobody types.
    """
    found = UNSTORABLE.search(text)
    if found is None:
        return None
    where = place(text, found.start())
    if "\ud800" <= found[0] <= "\udfff":
        return f"contains half of a surrogate pair, which is not a character: {where}"
    return f"contains the control character U+{ord(found[0]):04X}, which cannot be saved: {where}"


def place(text: str, at: int) -> str:
    """Describe the position of a character for users, by line and column."""
    lines = line_ends(text[:at]).split("\n")
    return f"line {len(lines):,}, column {len(lines[-1]) + 1:,}"
