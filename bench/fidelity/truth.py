"""What a document truly says, by a matcher of its own that shares nothing with the program's."""

import re
import unicodedata
from collections.abc import Iterable

_QUOTES = dict.fromkeys(map(ord, "'’‘‚‛`´′\"“”„‟«»‹›″"), "'")
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−"), "-")
_NOTHING = dict.fromkeys(map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), None)


def plain(text: str) -> str:
    """Bring words to the form in which they are compared."""
    text = unicodedata.normalize("NFKC", text.translate(_NOTHING))
    return " ".join(text.translate(_QUOTES).translate(_DASHES).split())


def squash(text: str) -> str:
    """Letters, marks and digits alone: what is not in a text so cannot be in it in any reading."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text.translate(_NOTHING)))


class Truth:
    """The true words of a document, flow by flow, and all of them on end."""

    def __init__(self, flows: Iterable[Iterable[str]]) -> None:
        joined = [plain(" ".join(flow)) for flow in flows]
        self._texts = [*joined, " ".join(joined)]

    def says(self, words: str) -> bool:
        """Tell whether the words occur, from the beginning of a word to the end of one."""
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
