"""Keep page numbers of a document beside its text, which stays unchanged; pure functions."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from urllib.parse import urlsplit

MOST = 10_000  # pages


def page_at(pages: Sequence[int] | None, offset: int | None) -> int | None:
    """Return the number of the page that holds an offset of the text; None if not known."""
    if not pages or offset is None or offset < pages[0]:
        return None
    return bisect_right(pages, offset)


def write_pages(pages: Sequence[int], text: str) -> str:
    """Serialise page offsets for a hidden form field while an editor checks the text."""
    return f"{_mark(text)} {' '.join(map(str, pages))}" if pages else ""


def read_pages(carried: str, text: str) -> list[int] | None:
    """Read page offsets from a form field; None unless they belong to exactly this text."""
    mark, _, rest = carried.partition(" ")
    if mark != _mark(text) or not re.fullmatch(r"[0-9]{1,9}( [0-9]{1,9})*", rest):
        return None
    pages = [int(n) for n in rest.split(" ")]
    return (
        pages if len(pages) <= MOST and pages == sorted(pages) and pages[-1] <= len(text) else None
    )


def page_link(url: str | None, page: int | None) -> str | None:
    """Return the link to a page of a PDF; None if it is not a PDF on the web or has no page."""
    if url is None or page is None or urlsplit(url).scheme.lower() not in ("http", "https"):
        return None
    address = url.partition("#")[0]
    return f"{address}#page={page}" if address.partition("?")[0].lower().endswith(".pdf") else None


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
