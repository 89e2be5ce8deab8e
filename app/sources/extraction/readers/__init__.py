"""Readers of files, one module for each format; they run only in the process of `worker`."""

from typing import Any

TEXT = 5 * 1024**2  # bytes of text in UTF-8, at most

Found = dict[str, Any]


class UnreadableContent(Exception):
    """Tell an editor why a file gives no text."""
