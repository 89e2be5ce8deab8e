"""Parse HTML as browsers do: the same tree for invalid markup, with elements for CSS selection."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.sources.extraction.readers import UnreadableContent

NESTED = 5_000  # elements within each other; parsing time grows with the square of this number
DEEPEST = 400  # levels; deeper elements are put on this level, as browsers do from level 512
# Their content is not text of the page, or is drawn only if a browser cannot show the element.
OPAQUE = frozenset(
    "applet audio canvas embed iframe meter noembed noframes noscript progress script style"
    " textarea title video".split()
)
_VOID = "area base br col embed hr img input link meta param source track wbr".split()
_SELF_CLOSED = re.compile(
    rf"<(?!(?:{'|'.join(_VOID)})\b)([a-z][a-z0-9]*)((?:\s[^<>]*)?)(?<!/)/>", re.IGNORECASE
)
# Tags of elements that are closed implicitly do not nest.
_TAG = re.compile(
    rf"<(/?)(?!(?:{'|'.join(_VOID)}|body|colgroup|d[dt]|head|html|li|optgroup|option|p|r[bpt]|rtc"
    r"|t[dhr]|tbody|tfoot|thead)\b)[a-z]",
    re.IGNORECASE,
)
# Comments and raw-text elements come before tags, so that `<noscript>` inside them is no tag.
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(script|style|textarea|title|xmp|iframe|noembed|noframes|noscript)(?=[\s/>])"
    r".*?(?:</\1(?=[\s/>])|\Z)"
    r"""|<[a-z/!?](?:=\s*(?:"[^"]*"|'[^']*')|[^>=]++|=)*+>""",
    re.IGNORECASE | re.DOTALL,
)


class StyleSheet(NamedTuple):
    """Style sheet with its media query and the number of the element tree that it applies to."""

    css: str
    media: str = ""
    tree: int = 0


@dataclass(slots=True)
class HtmlPage:
    """Elements of a page as they are drawn, and its style sheets."""

    root: Element
    sheets: list[StyleSheet] = field(default_factory=list)
    linked: bool = False  # it has external style sheets, which are not at hand
    trees: dict[Element, int] = field(default_factory=dict)  # for elements in shadow trees only


@dataclass(slots=True)
class _Tree:
    """The page, or a shadow tree, which is drawn in place of the content of its host."""

    number: int = 0
    light: Sequence[LexborNode] = ()  # content of the host, for the slots
    outer: "_Tree | None" = None


def parse(html: str) -> HtmlPage:
    """Parse a page as if scripting were on, as for its reader, but without running any script.

    Raises UnreadableContent if it is nested too deeply.
    """
    if html.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        html = _SELF_CLOSED.sub(r"<\1\2></\1>", html)
    if _nesting(html) > NESTED:
        raise UnreadableContent("This page is too deeply nested to be read here: paste its text.")
    if "<noscript" in html.lower():
        html = _MARKUP.sub(_without_noscript, html)
    document = LexborHTMLParser(html)
    page = HtmlPage(Element("html", _attributes(document.root) if document.root else {}))
    if document.root is not None:
        shadows = _shadows(document.root) if "shadowrootmode" in html.lower() else {}
        _copy(document.root, page, shadows)
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


def _shadows(root: LexborNode) -> dict[int, LexborNode]:
    """Return the shadow trees that a page declares, by the ids of their hosts."""
    found: dict[int, LexborNode] = {}
    waiting = [root]
    while waiting:
        for fragment in waiting.pop().template_fragments():
            template = fragment.parent
            if template is not None and template.parent and "shadowrootmode" in template.attributes:
                found.setdefault(template.parent.mem_id, fragment)
            waiting.append(fragment)
    return found


def _copy(root: LexborNode, page: HtmlPage, shadows: dict[int, LexborNode]) -> None:
    waiting = [(_children(root), page.root, 1, _Tree())]
    trees = count(1)
    while waiting:
        nodes, parent, depth, tree = waiting[-1]
        node = next(nodes, None)
        if node is None:
            waiting.pop()
        elif node.is_text_node:
            _append(parent, node.text_content or "")
        elif node.is_element_node and node.tag:
            element = SubElement(parent, node.tag, _attributes(node))
            if tree.number:
                page.trees[element] = tree.number
            _note_style(page, element, node, tree.number)
            if node.tag in OPAQUE:
                continue
            inside, within = _inside(node, tree), tree
            if shadow := shadows.get(node.mem_id):
                within = _Tree(next(trees), list(_children(node)), tree)
                inside = _children(shadow)
            elif inside is None:
                inside = _children(node)
            elif tree.outer is not None:
                within = tree.outer
            waiting.append((inside, element if depth < DEEPEST else parent, depth + 1, within))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _inside(node: LexborNode, tree: _Tree) -> Iterator[LexborNode] | None:
    """Return the host's nodes that are drawn in a slot; None if not a slot or with own content."""
    if node.tag != "slot" or tree.outer is None:
        return None
    name = node.attributes.get("name") or ""
    drawn = [child for child in tree.light if child.tag != "template" and _slot(child) == name]
    return iter(drawn) if drawn else None


def _slot(node: LexborNode) -> str | None:
    if node.is_text_node:
        return ""
    return node.attributes.get("slot") or "" if node.is_element_node else None


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _note_style(page: HtmlPage, element: Element, node: LexborNode, tree: int) -> None:
    if element.tag == "style":
        page.sheets.append(StyleSheet(node.text() or "", element.get("media", ""), tree))
    elif element.tag == "link" and "stylesheet" in element.get("rel", "").lower().split():
        page.linked = True
