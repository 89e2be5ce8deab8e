"""Tell what a document truly says, with a matcher that shares no code with the program's."""

import re
import unicodedata
from collections.abc import Iterable

_QUOTES = dict.fromkeys(map(ord, "'’‘‚‛`´′\"“”„‟«»‹›″"), "'")
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−"), "-")
_NOTHING = dict.fromkeys(map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), None)


def plain(text: str) -> str:
    """Normalise words for comparison."""
    text = unicodedata.normalize("NFKC", text.translate(_NOTHING))
    return " ".join(text.translate(_QUOTES).translate(_DASHES).split())


def squash(text: str) -> str:
    """Reduce to letters, marks and digits.

    Words whose reduced form is not in that of a text cannot be in the text in any reading.
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text.translate(_NOTHING)))


class Truth:
    """The true words of a document, flow by flow, and all in one."""

    def __init__(self, flows: Iterable[Iterable[str]]) -> None:
        joined = [plain(" ".join(flow)) for flow in flows]
        self._texts = [*joined, " ".join(joined)]

    def says(self, words: str) -> bool:
        """Tell whether the words occur, at word boundaries on both sides."""
        sought = plain(words)
        return any(self._occurs(sought, text) for text in self._texts)

    @staticmethod
    def _occurs(sought: str, text: str) -> bool:
        at = text.find(sought)
        while at >= 0:
            before, after = text[at - 1 : at], text[at + len(sought) : at + len(sought) + 1]
            if not (before.isalnum() and sought[0].isalnum()) and not (
                after.isalnum() and sought[-1].isalnum()
            ):
                return True
            at = text.find(sought, at + 1)
        return False
