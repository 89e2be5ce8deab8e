"""Find the paragraphs of a text; pure functions."""

import re

_BLANK_LINE = re.compile(r"\r?\n[^\S\n]*\n\s*")
_LINE = re.compile(r"[\r\n\x85\u2028\u2029]+")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """List the range of each paragraph: separated by blank lines, or by line ends without any."""
    parting = _BLANK_LINE if _BLANK_LINE.search(text.strip()) else _LINE
    edges = [0, *(edge for gap in parting.finditer(text) for edge in gap.span()), len(text)]
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        words = text[start:end]
        if words.strip():
            found.append((start + len(words) - len(words.lstrip()), start + len(words.rstrip())))
    return found
