"""Find the running lines of PDF pages: headers, footers and page numbers; pure functions."""

import re
from collections.abc import Sequence

from app.sources.extraction.readers.pdf_lines import PdfLine

_OUTERMOST = 3  # lines that are searched at the top and at the bottom of a page
_NEAR = 3.0  # points
_TOKEN = re.compile(r"\d+|[^\W\d]+|\S")
_NUMBER = re.compile(r"\d{1,5}")
_ROMAN = re.compile(r"[ivxlc]+", re.IGNORECASE)
_WORTH = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
# A line that holds nothing else is a page number.
_PAGE = re.compile(
    r"\W*(?:(?:page|p|pg|seite|s|стр|страница|сторінка|с|página|pagina|sivu|strona|side|sida|صفحة)"
    r"\W*)?"
    r"(?P<n>\d{1,5})(?:\W*(?:of|von|de|sur|из|з|di|van|af|av|/|\|)?\W*\d{1,5})?\W*",
    re.IGNORECASE,
)


def running(pages: Sequence[Sequence[PdfLine]]) -> list[dict[int, bool]]:
    """Return the running lines of each page, and whether an earlier page has the same words."""
    outer = [_outermost(page) for page in pages]
    found: list[dict[int, bool]] = [{} for _ in pages]
    for at, page in enumerate(pages):
        for before in (at - 1, at - 2):
            for here in outer[at] if before >= 0 else ():
                there = next(
                    (n for n in outer[before] if _same(pages[before][n], page[here], at - before)),
                    None,
                )
                if there is not None:
                    found[before].setdefault(there, False)
                    found[at][here] = True
    if len(pages) > 1:
        for at, page in enumerate(pages):
            for here in outer[at]:
                number = _PAGE.fullmatch(page[here].text)
                if number and (here in found[at] or int(number["n"]) == at + 1):
                    found[at][here] = True
    return found


def _outermost(page: Sequence[PdfLine]) -> list[int]:
    """List the lines nearest to the top and to the bottom of a page."""
    order = sorted((n for n, line in enumerate(page) if line.turn == 0), key=lambda n: page[n].base)
    lowest, highest = _within(page, order), _within(page, order[::-1])
    return [n for n in order if n in lowest or n in highest]


def _within(page: Sequence[PdfLine], order: Sequence[int]) -> set[int]:
    found, bases = set(), set[int]()
    for n in order:
        bases.add(round(page[n].base / _NEAR))
        if len(bases) > _OUTERMOST:
            break
        found.add(n)
    return found


def _same(one: PdfLine, other: PdfLine, pages: int) -> bool:
    """Tell whether two lines, `pages` pages apart, have the same height and words.

    Numbers that count the pages may differ by as much.
    """
    if abs(one.base - other.base) > _NEAR or abs(one.size - other.size) > 0.5:
        return False
    here, there = _TOKEN.findall(one.text), _TOKEN.findall(other.text)
    return len(here) == len(there) and all(
        a == b or _count(b) - _count(a) == pages != 0 for a, b in zip(here, there, strict=True)
    )


def _count(token: str) -> int:
    """Return the page number that a token stands for; a number that never fits for other tokens."""
    if _NUMBER.fullmatch(token):
        return int(token)
    if _ROMAN.fullmatch(token):
        worths = [_WORTH[c] for c in token.lower()]
        return sum(-a if a < b else a for a, b in zip(worths, [*worths[1:], 0], strict=True))
    return -(10**9) - sum(map(ord, token)) * 1_000
