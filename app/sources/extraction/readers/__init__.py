"""Read the text of a file, a module for each format. Runs in the limited process of `extractor.py` alone."""

from typing import Any

TEXT = 5 * 1024**2  # bytes of text in UTF-8, at most

Found = dict[str, Any]


class Unreadable(Exception):
    """Says to an editor why there is no text."""
