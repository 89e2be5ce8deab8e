"""Rebuild links as they were made before quote checks stored them; pure functions.

An earlier moment (`known_at`) must show the link that it showed then.
"""

import re
from itertools import islice
from urllib.parse import quote

import regex

from app.sources.matching.normalise import ELISION, count_words

_LONGEST = 300  # characters of a quote that a link carries in full
_FEW_WORDS = 3  # a quote this short often occurs more than once in a page
_WORDS = 6  # at either end of a range, and in its context
_TERM = 100  # characters at one end of a range, also in scripts without spaces between words
_DIRECTIVE = ":~:"
_BREAK = regex.compile(r"[\n\r\x85\u2028\u2029]")
# Without an ellipsis (also three dots) or a line break there is one block, the usual case.
_PARTED = re.compile(r"[…\n\r\x85\u2028\u2029]")
_WORD = regex.compile(r"\S+?(?:[、。，；：！？]++|(?=\s)|$)\s*+")


def earlier_link(
    url: str | None, exact: str, prefix: str | None, suffix: str | None, *, repeated: bool
) -> str | None:
    """Return the link to a quote, made from its words as they were typed.

    `repeated`: the words occur more than once in the source, so the link needs their context. None
    if the address is not one of the web.
    """
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    page, _, anchor = url.partition("#")
    anchor = anchor.partition(_DIRECTIVE)[0]
    plain = f"{page}#{anchor}" if anchor else page
    blocks = [exact] if exact.strip() else []
    if _PARTED.search(exact) or "..." in exact:
        blocks = [
            block for part in ELISION.split(exact) for block in _BREAK.split(part) if block.strip()
        ]
    if not blocks or page.partition("?")[0].lower().endswith(".pdf"):
        return plain
    if len(blocks) == 1 and len(exact) < _LONGEST:
        terms = [_term(blocks[0])]
    else:
        terms = [_term(_first(blocks[0])), _term(_last(blocks[-1]))]
    if repeated or count_words(exact, _FEW_WORDS) <= _FEW_WORDS:
        before = _last(_BREAK.split((prefix or "").rstrip())[-1])
        after = _first(_BREAK.split((suffix or "").lstrip())[0])
        terms = [f"{_term(before)}-"] * bool(before) + terms + [f"-{_term(after)}"] * bool(after)
    return f"{page}#{anchor}{_DIRECTIVE}text={','.join(terms)}"


def _term(words: str) -> str:
    return "%20".join(
        quote(w, safe="", errors="replace").replace("-", "%2D") for w in words.split()
    )


def _first(block: str) -> str:
    words = [word[0] for word in islice(_WORD.finditer(block), _WORDS)]
    return _within(words, drop=-1)[:_TERM].strip()


def _last(block: str) -> str:
    return _within(_WORD.findall(block)[-_WORDS:], drop=0)[-_TERM:].strip()


def _within(words: list[str], *, drop: int) -> str:
    while len(words) > 1 and sum(map(len, words)) > _TERM:
        del words[drop]
    return "".join(words)
