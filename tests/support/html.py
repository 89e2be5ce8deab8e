"""Read pages as a test sees them."""

from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.support.factories import Desk


def tree(desk: Desk, address: str, **query: Any) -> LexborHTMLParser:
    """Return a page that is answered with 200."""
    got = desk.page(address, **query)
    assert got.status_code == 200, got.text[:500]
    return LexborHTMLParser(got.text)


def words(node: LexborNode | None) -> str:
    """Return the text of a node that is there, with single spaces."""
    assert node
    return " ".join(node.text().split())
