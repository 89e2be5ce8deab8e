"""Compute from style sheets inside a page and `style` attributes what changes its visible text."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

import tinycss2
from cssselect2 import ElementWrapper, Matcher, SelectorError, compile_selector_list

from app.sources.extraction.readers.html_media import applies
from app.sources.extraction.readers.html_tree import HtmlPage, StyleSheet

PROPERTIES = frozenset(
    "display visibility white-space white-space-collapse text-transform font-size opacity position"
    " clip clip-path overflow width height left right top text-indent content-visibility quotes"
    " content float".split()
)
# Classes that hide words except for screen readers, often in style sheets that are not at hand.
_UNSEEN_CLASSES = (
    ".sr-only:not(:focus), .visually-hidden, .visuallyhidden, .screen-reader-text,"
    " .element-invisible"
    "{position: absolute; clip: rect(0, 0, 0, 0)}"
)
_MENTIONED = re.compile("|".join(sorted(PROPERTIES, key=len, reverse=True)), re.IGNORECASE)
# States that cssselect2 does not know, as they are in a freshly opened, untouched page.
_STATES = (
    (re.compile(r"(?<!:):defined(?![\w-])", re.IGNORECASE), ":not(:hover)"),
    (re.compile(r"(?<!:):open(?![\w-])", re.IGNORECASE), "[open]"),
    (
        re.compile(
            r"(?<!:):(?:-webkit-autofill|autofill|fullscreen|indeterminate|invalid|modal"
            r"|picture-in-picture|popover-open)(?![\w-])",
            re.IGNORECASE,
        ),
        ":hover",
    ),
)
_NO_MARKS = ("none", "normal", "''", '""')

Declared = tuple[tuple[str, str, bool], ...]  # property, value, important
Styles = dict[Element, dict[str, str]]


def read_styles(page: HtmlPage) -> tuple[Styles, set[Element]]:
    """Return the declared properties of each element, and the `q` drawn without quotation marks."""
    matcher = Matcher()
    layered = Matcher()  # rules in cascade layers yield to all others
    if page.linked:
        _add_sheet(StyleSheet(_UNSEEN_CLASSES), matcher, layered)
    for sheet in page.sheets:
        if applies(sheet.media):
            _add_sheet(sheet, matcher, layered)
    if not (matcher.order or layered.order):
        return _inline_styles(page), set()
    styles: Styles = {}
    unmarked: set[Element] = set()
    for wrapper in ElementWrapper.from_html_root(page.root).iter_subtree():
        element = wrapper.etree_element
        tree = page.trees.get(element, 0)
        matched = [
            (pseudo, declared)
            for *_, pseudo, (of, declared) in layered.match(wrapper) + matcher.match(wrapper)
            if of == tree
        ]
        own = [declared for pseudo, declared in matched if pseudo is None]
        inline = _inline(element.get("style", ""))
        if own or inline:
            styles[element] = _cascade(own, inline)
        if element.tag == "q":
            before = [declared for pseudo, declared in matched if pseudo == "before"]
            if _cascade(before, ()).get("content", "") in _NO_MARKS:
                unmarked.add(element)
    return styles, unmarked


def _inline_styles(page: HtmlPage) -> Styles:
    """Return the properties of elements on a page that has no style sheet."""
    return {
        element: _cascade([], _inline(element.attrib["style"]))
        for element in page.root.iter()
        if "style" in element.attrib
    }


def _cascade(matched: Iterable[Declared], inline: Declared) -> dict[str, str]:
    everything = [declared for block in matched for declared in block] + list(inline)
    found = {name: value for name, value, important in everything if not important}
    return found | {name: value for name, value, important in everything if important}


@lru_cache(maxsize=4096)
def _inline(style: str) -> Declared:
    if not _MENTIONED.search(style):
        return ()
    return _declared(
        tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    )


def _declared(content: Iterable[Any]) -> Declared:
    return tuple(
        (node.lower_name, tinycss2.serialize(node.value).strip(), node.important)
        for node in content
        if node.type == "declaration" and node.lower_name in PROPERTIES
    )


def _add_sheet(sheet: StyleSheet, matcher: Matcher, layered: Matcher) -> None:
    rules = tinycss2.parse_stylesheet(sheet.css, skip_comments=True, skip_whitespace=True)
    for prelude, declared, in_layer in _rules(rules, in_layer=False):
        for selector in _selectors(prelude):
            if selector.pseudo_element in (None, "before"):
                (layered if in_layer else matcher).add_selector(selector, (sheet.tree, declared))


def _selectors(prelude: str) -> list[Any]:
    for state, at_rest in _STATES:
        prelude = state.sub(at_rest, prelude)
    try:
        return list(compile_selector_list(prelude))
    except (SelectorError, NotImplementedError, SyntaxError, RecursionError):
        # Invalid, unknown to the library, or too deep: one unknown selector makes the whole rule
        # void.
        return []


def _rules(
    rules: Iterable[Any], *, in_layer: bool, parent: str = ""
) -> Iterator[tuple[str, Declared, bool]]:
    """Yield the rules that apply on a screen in their order, with selectors and declarations."""
    for rule in rules:
        if rule.type == "at-rule" and rule.content is not None and _holds(rule):
            within = _within(rule, nested=bool(parent))
            if parent and (declared := _declared(within)):
                yield parent, declared, in_layer
            layer = in_layer or rule.lower_at_keyword == "layer"
            yield from _rules(within, in_layer=layer, parent=parent)
        elif rule.type == "qualified-rule":
            prelude = _nested(tinycss2.serialize(rule.prelude).strip(), parent)
            within = _within(rule, nested=True)
            if declared := _declared(within):
                yield prelude, declared, in_layer
            yield from _rules(within, in_layer=in_layer, parent=prelude)


def _within(rule: Any, *, nested: bool) -> list[Any]:
    parse = tinycss2.parse_blocks_contents if nested else tinycss2.parse_rule_list
    found: list[Any] = parse(rule.content, skip_comments=True, skip_whitespace=True)
    return found


def _holds(rule: Any) -> bool:
    condition = tinycss2.serialize(rule.prelude)
    if rule.lower_at_keyword == "media":
        return applies(condition)
    if rule.lower_at_keyword == "supports":
        return not condition.strip().lower().startswith("not")
    return rule.lower_at_keyword == "layer"


def _nested(prelude: str, parent: str) -> str:
    if not parent:
        return prelude
    outer = f":is({parent})"
    return prelude.replace("&", outer) if "&" in prelude else f"{outer} {prelude}"
