"""Pages of a document in its text: kept beside the text, which stays as it is; pure."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from urllib.parse import urlsplit

MOST = 10_000  # pages


def page_at(pages: Sequence[int] | None, offset: int | None) -> int | None:
    """The number of the page on which a place of the text stands; None where that is not known."""
    if not pages or offset is None or offset < pages[0]:
        return None
    return bisect_right(pages, offset)


def write_pages(pages: Sequence[int], text: str) -> str:
    """What a form carries along beside the text of a file that is looked over first."""
    return f"{_mark(text)} {' '.join(map(str, pages))}" if pages else ""


def read_pages(carried: str, text: str) -> list[int] | None:
    """The pages that a form carries; None where its text is not, to the character, the one that they count in."""
    mark, _, rest = carried.partition(" ")
    if mark != _mark(text) or not re.fullmatch(r"[0-9]{1,9}( [0-9]{1,9})*", rest):
        return None
    pages = [int(n) for n in rest.split(" ")]
    return (
        pages if len(pages) <= MOST and pages == sorted(pages) and pages[-1] <= len(text) else None
    )


def page_link(url: str | None, page: int | None) -> str | None:
    """The address of a page of a PDF; None for what is no PDF on the web, or where the page is not known."""
    if url is None or page is None or urlsplit(url).scheme.lower() not in ("http", "https"):
        return None
    address = url.partition("#")[0]
    return f"{address}#page={page}" if address.partition("?")[0].lower().endswith(".pdf") else None


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
