"""Make the link that opens a source at the quoted words: a text fragment, by the WICG's draft; pure."""

import re
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

import regex

from app.sources.folding import ELISION, count_words

_LONGEST = 300  # characters of a quotation that a link carries in full
_FEW_WORDS = 3  # so few words are often said more than once
_WORDS = 6  # at either end of a range, and in what is beside it
_TERM = 100  # characters of one end, also where nothing parts words
_DIRECTIVE = ":~:"
_BREAK = regex.compile(r"[\n\r\x85\u2028\u2029]")
_PARTED = re.compile(r"[…\n\r\x85\u2028\u2029]")  # or three dots: without, there is one block, which is usual
_WORD = regex.compile(r"\S+?(?:[、。，；：！？]++|(?=\s)|$)\s*+")


def link(
    url: str | None,
    exact: str,
    prefix: str | None = None,
    suffix: str | None = None,
    *,
    repeated: bool = False,
) -> str | None:
    """Return the address at which a browser selects `exact`, with what is beside it where the words alone would not do.

    `exact` is best the passage as the source has it: a term of a fragment may not cross paragraphs, a range may.
    `repeated`: the words occur more than once in the source. None without a web address; a PDF takes no fragment.
    """
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    page, _, anchor = url.partition("#")
    anchor = anchor.partition(_DIRECTIVE)[0]
    plain = f"{page}#{anchor}" if anchor else page
    blocks = [exact] if exact.strip() else []
    if _PARTED.search(exact) or "..." in exact:
        blocks = [block for part in ELISION.split(exact) for block in _BREAK.split(part) if block.strip()]
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


kept_link = lru_cache(maxsize=50_000)(link)  # for pages, which show the same quotes again and again


class _Escapes(dict[int, str]):
    """Percent-encodings by code point, made when they are first asked for: a page may carry thousands of links."""

    def __missing__(self, point: int) -> str:
        made = self[point] = quote(chr(point), safe="", errors="replace").replace("-", "%2D")
        return made


_ESCAPES = _Escapes()


def _term(words: str) -> str:
    return "%20".join([w if w.isalnum() and w.isascii() else w.translate(_ESCAPES) for w in words.split()])


def _first(block: str) -> str:
    words = [word[0] for word in islice(_WORD.finditer(block), _WORDS)]
    return _within(words, drop=-1)[:_TERM].strip()


def _last(block: str) -> str:
    return _within(_WORD.findall(block)[-_WORDS:], drop=0)[-_TERM:].strip()


def _within(words: list[str], *, drop: int) -> str:
    while len(words) > 1 and sum(map(len, words)) > _TERM:
        del words[drop]
    return "".join(words)
