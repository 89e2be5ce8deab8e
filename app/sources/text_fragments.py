"""Make the link that opens a source at the quoted words, as a text fragment; pure functions.

By the WICG's draft a browser searches each term within one block of the page, takes the first
passage that fits, and marks it. So a term has the words exactly as in the source and never crosses
a line; a range leads from the first words to the last ones; and words that also occur earlier are
made unique by more words or by their context.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from string import ascii_letters, digits
from typing import NamedTuple
from urllib.parse import quote

import regex

from app.models.vocabulary import Verification
from app.sources.matching.anchor import QuoteMatch
from app.sources.matching.browser_search import COARSE, SearchedText, Span, searched
from app.sources.matching.normalise import ELISION, UNSPACED, count_words, says_something

_LONGEST = 300  # characters of a passage that a link carries in full
_MOST_ENCODED = 1_800  # characters of such a link; spreadsheets take no more than 2,079
_FEW_WORDS = 3  # as few words probably also occur on the page outside of the article
_BESIDE = (3, 6, 12, 24)  # words of context, as few as are enough
_UNSEEN = (6,)  # the same, without a text to try them on
_ENDS = (6, 12, 24)  # words at each end of a range
_TERM = 200  # characters of one end, or of the context
_NEAR = 1_000  # characters to the next line
_DIRECTIVE = ":~:"
_SOFT_HYPHEN = "\xad"
_MADE = regex.compile(r"text=[\w.~%,&=-]{1,20000}", regex.ASCII)
# Browsers break scripts without spaces by their own dictionaries: only punctuation surely ends a
# word.
_WORD = regex.compile(r"\S+?(?:[、。，；：！？]++|(?=\s)|$)")
_UNSPACED = regex.compile(rf"(?V1){UNSPACED}\p{{M}}*{UNSPACED}")
# Words between single spaces, in letters that browsers compare one by one.
_PLAIN = re.compile("[ -~À-ɏЀ-ҁҊ-ӿ–—‘’“”„«»]+")
_LETTER = re.compile("[A-Za-z0-9À-ÖØ-öø-ɏЀ-ҁҊ-ӿ]")
_UNESCAPED = frozenset(f"{ascii_letters}{digits}_.~%\n")


def directive(
    text: str, segments: Sequence[Sequence[int]], seams: Sequence[int] | None = None
) -> str | None:
    """Return the directive that makes a browser mark these parts of a text; None if impossible.

    It is impossible where the browser would mark other words. `seams`: start and end of what a
    browser shows but does not search, such as the marks that it draws around `<q>`; start equals
    end where something within a line only interrupts its search.
    """
    page = searched(text, tuple(zip(seams[::2], seams[1::2], strict=True)) if seams else ())
    found = [_select(page, start, end) for start, end in segments]
    return "&".join(f"text={terms}" for terms in found if terms) or None


def directive_of_words(
    exact: str,
    prefix: str | None,
    suffix: str | None,
    filled: tuple[str | None, str | None] = (None, None),
) -> str | None:
    """Return the same without a text to search in, by the words as they were typed.

    `filled`: context that was not given by the editor; it is used only for a quote of few words.
    """
    if not (prefix or suffix) and count_words(exact, _FEW_WORDS) <= _FEW_WORDS:
        prefix, suffix = filled
    if plain := _of_plain_words(exact, prefix or "", suffix or ""):
        return plain
    found, parts = [], [part for part in ELISION.split(exact) if says_something(part)]
    for n, part in enumerate(parts, 1):
        before = f"{prefix} " if prefix and n == 1 else ""
        after = f" {suffix}" if suffix and n == len(parts) else ""
        start, end = len(before), len(before) + len(part)
        page = searched(before + part + after)
        found.append(_select(page, start, end, _UNSEEN if before or after else _BESIDE))
    return "&".join(f"text={terms}" for terms in found if terms) or None


def _of_plain_words(exact: str, prefix: str, suffix: str) -> str | None:
    """Return the same for a quote of one line in usual letters; None if it has to be searched.

    Most quotes are so, and an import has very many of them. `regex` is not used here: it lets
    other threads go first at each search, which costs more than the search.
    """
    whole = " ".join([part for part in (prefix, exact, suffix) if part])
    if len(exact) >= _LONGEST or max(len(prefix), len(suffix)) > _TERM:
        return None
    if not _PLAIN.fullmatch(whole) or "..." in whole or "  " in f" {whole} ":
        return None
    if not _LETTER.search(exact):
        return None
    coarse, at = whole.translate(COARSE), len(prefix) + 1 if prefix else 0
    if coarse.find(coarse[at : at + len(exact)], 0, at + len(exact) - 1) >= 0:
        return None
    before, after = prefix.split(" ")[-_UNSEEN[0] :], suffix.split(" ")[: _UNSEEN[0]]
    said = "\n".join((" ".join(before), exact, " ".join(after))).replace("%", "%25")
    for character in set(said) - _UNESCAPED:
        said = said.replace(character, _ESCAPES[ord(character)])
    first, middle, last = said.split("\n")
    return f"text={first and f'{first}-,'}{middle}{last and f',-{last}'}"


def find_words(
    found: QuoteMatch, text: str | None, exact: str, seams: Sequence[int] | None = None
) -> str | None:
    """Return the directive for a checked quote, from all that is known about it."""
    if found.verification == Verification.MISMATCH:
        return None
    if text is not None and found.segments is not None:
        return directive(text, found.segments, seams)
    return directive_of_words(exact, found.prefix, found.suffix)


def read_directive(link: str | None) -> str | None:
    """Return the directive of a link that another copy of this program made."""
    found = (link or "").partition(_DIRECTIVE)[2]
    return found if found and _MADE.fullmatch(found) else None


def address(url: str | None, found: str | None, page: int | None = None) -> str | None:
    """Return the source's address with a directive; None without a web address.

    `page`: opens a paginated document at that page, as every browser can. An anchor in the address
    is kept.
    """
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    base, _, anchor = url.partition("#")
    anchor = anchor.partition(_DIRECTIVE)[0]
    if page is not None and (not anchor or is_pdf(url)):
        anchor = f"page={page}"
    if found:
        return f"{base}#{anchor}{_DIRECTIVE}{found}"
    return f"{base}#{anchor}" if anchor else base


def is_pdf(url: str) -> bool:
    """Tell by its address whether a source is a PDF."""
    return url.partition("#")[0].partition("?")[0].lower().endswith(".pdf")


def _select(
    page: SearchedText, start: int, end: int, counts: Sequence[int] = _BESIDE
) -> str | None:
    """Return the terms for one passage; `counts`: numbers of context words to try."""
    lines = page.lines(start, end)
    if not lines:
        return None
    if len(lines) == 1 and end - start < _LONGEST:
        term = _term(page, lines[0])
        if len(term) <= _MOST_ENCODED or len(_words(page, lines[0])) == 1:
            return _in_full(page, lines[0], term, counts)
    return _from_to(page, lines, counts)


def _in_full(page: SearchedText, words: Span, term: str, counts: Sequence[int]) -> str | None:
    few = counts is _UNSEEN or count_words(page.source[slice(*words)], _FEW_WORDS) <= _FEW_WORDS
    befores, afters = _befores(page, words[0], counts), _afters(page, words[1], counts)

    def cost(beside: tuple[_Beside, _Beside]) -> tuple[int, int, int]:
        before, after = beside
        missing = few * ((before.span is None) + (after.span is None))
        return before.far + after.far, missing, before.rank + after.rank

    for before, after in sorted(product(befores, afters), key=cost):
        if page.is_first(before.span, words, after.span):
            return _join(page, before.span, [term], after.span)
    return None


def _from_to(page: SearchedText, lines: Sequence[Span], counts: Sequence[int]) -> str | None:
    first, last = _words(page, lines[0]), _words(page, lines[-1])
    if len(lines) == 1:  # both ends are in one line and must not overlap
        half = len(first) // 2
        first, last = first[:half], first[half:]
    befores, afters = _befores(page, lines[0][0], counts), _afters(page, lines[-1][1], counts)
    starts, ends = _first(first, _ENDS), _last(last, _ENDS)
    for before, start in product(befores, starts):
        if page.is_first(before.span, start, None):
            break
    else:
        return None
    for after, end in product(afters, ends):
        if page.is_next(start[1], end, after.span):
            terms = [_term(page, start), _term(page, end)]
            return _join(page, before.span, terms, after.span)
    return None


class _Beside(NamedTuple):
    """Words that may be required as context."""

    span: Span | None
    rank: int = 0
    far: bool = False  # in the next line; on the page, something may be between the two lines


def _befores(page: SearchedText, at: int, counts: Sequence[int]) -> list[_Beside]:
    """List what may be required before a passage, the best first."""
    line = page.line_around(at, at)[0], at
    if found := _last(_words(page, line), counts):
        return _ranked(found, needed=_inside_a_run(page, at))
    near = page.line_before(line[0], _NEAR)
    if near is None or not page.is_beside(near[1], at):
        return [_Beside(None)]
    return _ranked(_last(_words(page, near), counts), far=True)


def _afters(page: SearchedText, at: int, counts: Sequence[int]) -> list[_Beside]:
    line = at, page.line_around(at, at)[1]
    if found := _first(_words(page, line), counts):
        return _ranked(found, needed=_inside_a_run(page, at))
    near = page.line_after(line[1], _NEAR)
    if near is None or not page.is_beside(at, near[0]):
        return [_Beside(None)]
    return _ranked(_first(_words(page, near), counts), far=True)


def _ranked(found: list[Span], *, needed: bool = False, far: bool = False) -> list[_Beside]:
    beside = [_Beside(span, rank, far) for rank, span in enumerate(found, 1)]
    return beside if needed else [_Beside(None), *beside]


def _inside_a_run(page: SearchedText, at: int) -> bool:
    """Tell whether a browser may see a word continue here, in a script without spaces.

    It does not look closer where context is required.
    """
    found = _UNSPACED.search(page.source, max(at - 3, 0), at + 1)
    return found is not None and found.end() > at


def _words(page: SearchedText, line: Span) -> list[Span]:
    return [word.span() for word in _WORD.finditer(page.source, *line)]


def _first(words: Sequence[Span], counts: Sequence[int]) -> list[Span]:
    """Return as many first words as each count says, within the length of a term."""
    fit = [word for word in words if word[1] - words[0][0] <= _TERM] or words[:1]
    return [(fit[0][0], fit[n - 1][1]) for n in _each(len(fit), counts)]


def _last(words: Sequence[Span], counts: Sequence[int]) -> list[Span]:
    fit = [word for word in words if words[-1][1] - word[0] <= _TERM] or words[-1:]
    return [(fit[-n][0], fit[-1][1]) for n in _each(len(fit), counts)]


def _each(there: int, counts: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(min(n, there) for n in counts)) if there else []


def _join(page: SearchedText, before: Span | None, terms: list[str], after: Span | None) -> str:
    beside = [f"{_term(page, before)}-"] if before else []
    return ",".join(beside + terms + ([f"-{_term(page, after)}"] if after else []))


def _term(page: SearchedText, span: Span) -> str:
    words = page.source[slice(*span)].replace(_SOFT_HYPHEN, "").split()
    return "%20".join(map(_escaped, words))


@lru_cache(maxsize=20_000)
def _escaped(word: str) -> str:
    return word if word.isascii() and word.isalnum() else word.translate(_ESCAPES)


class _Escapes(dict[int, str]):
    """Percent-encodings by code point, computed when first needed: a text may hold thousands."""

    def __missing__(self, point: int) -> str:
        made = self[point] = quote(chr(point), safe="", errors="replace").replace("-", "%2D")
        return made


_ESCAPES = _Escapes()
