"""Follow all links of the site, and find given words in the pages and files they lead to."""

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import openpyxl
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.support.factories import Desk

APART = ("/static/", "/api/", "/login", "/account", "/admin/")
DATA = (".json", ".zip", ".graphml", ".dna")  # texts as typed, for programs
# Parameters that change what an address shows.
TELLING = {
    "into",
    "q",
    "shape",
    "start",
    "transpose",
}
ENTRY = "{http://www.w3.org/2005/Atom}entry"


def crawl(desk: Desk, *starts: str) -> dict[str, Any]:
    """Return responses by address.

    Of addresses that differ only in parameters other than TELLING, one is requested.
    """
    left, seen, found = [*starts], set(), {}
    while left:
        address = left.pop()
        parts = urlsplit(address)
        kind = (
            parts.path,
            frozenset(name for name, _ in parse_qsl(parts.query) if name in TELLING),
        )
        if kind in seen or parts.path.startswith(APART) or parts.path.endswith(DATA):
            continue
        seen.add(kind)
        found[address] = answer = desk.page(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            links = LexborHTMLParser(answer.text).css("a[href], form[method=get][action]")
            for link in links:
                to = urljoin(
                    address, link.attributes.get("href") or link.attributes.get("action") or ""
                )
                if to.startswith("/"):
                    left.append(to.partition("#")[0])
    return found


def pieces(answer: Any, words: str, beside: str) -> Iterator[str]:
    """Yield, wherever `words` occur in a response, its smallest part that also has `beside`."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    match kind:
        case "text/html":
            yield from _of_page(LexborHTMLParser(answer.text), words, beside)
        case "text/csv":
            rows = csv.DictReader(io.StringIO(answer.content.decode(), newline=""))
            yield from _with(
                words,
                (" | ".join(v for k, v in r.items() if v and k != "conditions") for r in rows),
            )
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            sheets = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
            rows_of = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
            yield from _with(
                words, (" | ".join(str(v) for v in row if v is not None) for row in rows_of)
            )
        case "application/atom+xml":
            entries = ET.fromstring(answer.content).iter(ENTRY)  # noqa: S314  (our own)
            yield from _with(words, (ET.tostring(entry, "unicode") for entry in entries))
        case "image/svg+xml":  # its lines one after the other, as they are read
            picture = ET.fromstring(answer.content)  # noqa: S314  (our own)
            yield from _with(words, [" ".join(picture.itertext())])
        case _:
            yield from _with(words, [answer.text])


def _with(words: str, texts: Any) -> Iterator[str]:
    yield from (flat for text in texts if words in (flat := " ".join(text.split())))


def _of_page(html: LexborHTMLParser, words: str, beside: str) -> Iterator[str]:
    head = html.head.html if html.head else ""
    yield from _with(words, [head or ""])
    assert html.body
    for node in html.body.traverse(include_text=True):
        if node.is_text_node and words in " ".join((node.text_content or "").split()):
            part: LexborNode = node
            while part.parent and not (words in _text(part) and beside in _text(part)):
                part = part.parent
            yield _text(part)


def _text(node: LexborNode) -> str:
    return " ".join((node.text(separator=" ") or "").split())
