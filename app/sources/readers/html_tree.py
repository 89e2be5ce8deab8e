"""Parse HTML as browsers do: the same tree for invalid markup, as elements that CSS can select."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.sources.readers import Unreadable

NESTED = 5_000  # elements within each other: parsing them takes time that grows with the square
DEEPEST = 400  # levels; what lies deeper stays at this level, as browsers have it from 512 on
# Their content is no text of the page, or is drawn only where a browser cannot show the element.
OPAQUE = frozenset(
    "applet audio canvas embed iframe meter noembed noframes noscript progress script style"
    " textarea title video".split()
)
_VOID = "area base br col embed hr img input link meta param source track wbr".split()
_SELF_CLOSED = re.compile(rf"<(?!(?:{'|'.join(_VOID)})\b)([a-z][a-z0-9]*)((?:\s[^<>]*)?)(?<!/)/>", re.IGNORECASE)
# Tags of elements that end by themselves do not nest.
_TAG = re.compile(
    rf"<(/?)(?!(?:{'|'.join(_VOID)}|body|colgroup|d[dt]|head|html|li|optgroup|option|p|r[bpt]|rtc"
    r"|t[dhr]|tbody|tfoot|thead)\b)[a-z]",
    re.IGNORECASE,
)
# Comments and elements of raw text before tags, so that `<noscript>` inside them is not taken for one.
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(script|style|textarea|title|xmp|iframe|noembed|noframes|noscript)(?=[\s/>]).*?(?:</\1(?=[\s/>])|\Z)"
    r"""|<[a-z/!?](?:=\s*(?:"[^"]*"|'[^']*')|[^>=]++|=)*+>""",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(slots=True)
class Page:
    """The elements of a page, and its style sheets, each with the media that it is for."""

    root: Element
    sheets: list[tuple[str, str]] = field(default_factory=list)
    linked: bool = False  # has style sheets of its own files, which are not at hand


def parse(html: str) -> Page:
    """Parse a page with scripting on, as its reader has it, but without running any."""
    if html.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        html = _SELF_CLOSED.sub(r"<\1\2></\1>", html)
    if _nesting(html) > NESTED:
        raise Unreadable("This page is too deeply nested to be read here: paste its text.")
    if "<noscript" in html.lower():
        html = _MARKUP.sub(_without_noscript, html)
    document = LexborHTMLParser(html)
    page = Page(Element("html", _attributes(document.root) if document.root else {}))
    if document.root is not None:
        _copy(document.root, page)
    return page


def _nesting(html: str) -> int:
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _without_noscript(markup: re.Match[str]) -> str:
    return "<noscript></noscript" if (markup[1] or "").lower() == "noscript" else markup[0]


def _attributes(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def _copy(root: LexborNode, page: Page) -> None:
    waiting: list[tuple[LexborNode | None, Element, int]] = [(root.first_child, page.root, 1)]
    while waiting:
        node, parent, depth = waiting.pop()
        while node is not None:
            following = node.next
            if node.is_text_node:
                _append(parent, node.text_content or "")
            elif node.is_element_node and node.tag:
                element = SubElement(parent, node.tag, _attributes(node))
                _note_style(page, element, node)
                if node.tag not in OPAQUE and node.first_child is not None:
                    waiting.append((following, parent, depth))
                    parent, depth = (element, depth + 1) if depth < DEEPEST else (parent, depth)
                    following = node.first_child
            node = following


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _note_style(page: Page, element: Element, node: LexborNode) -> None:
    if element.tag == "style":
        page.sheets.append((element.get("media", ""), node.text() or ""))
    elif element.tag == "link" and "stylesheet" in element.get("rel", "").lower().split():
        page.linked = True
