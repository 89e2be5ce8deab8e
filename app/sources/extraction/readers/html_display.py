"""Tell how an element is laid out and whether it is seen, by browsers' defaults and by CSS."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from app.sources.extraction.readers.html_tree import OPAQUE

_DISPLAYS = {
    "none": "area base basefont datalist head link meta param rp template annotation annotation-xml"
    " clippath defs desc filter lineargradient marker mask metadata pattern radialgradient symbol"
    " amp-analytics amp-lightbox amp-pixel",
    "block": "address article aside blockquote body center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer foreignobject form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html"
    " legend li listing main menu nav ol optgroup option p plaintext pre search section summary"
    " text ul xmp caption table tbody thead tfoot",
    "inline-block": "button",
    "table-row": "tr",
    "table-cell": "td th",
    "contents": "slot",
}
_BY_TAG = {tag: kind for kind, tags in _DISPLAYS.items() for tag in tags.split()}
_BY_TAG |= dict.fromkeys(OPAQUE, "none")
_NEVER = OPAQUE | set(_DISPLAYS["none"].split())
_BLOCKS = frozenset(
    "block flow-root flex grid list-item table table-caption table-row-group table-header-group"
    " table-footer-group -webkit-box -webkit-flex -ms-flexbox -ms-grid".split()
)
_ATOMIC = frozenset("inline-block inline-flex inline-grid inline-table".split())
_FLEXIBLE = frozenset(
    "flex grid inline-flex inline-grid -webkit-flex -webkit-box -ms-flexbox".split()
)
_PREFORMATTED = frozenset("listing plaintext pre xmp".split())
_ON_ONE_LINE = frozenset(("nobr", "option"))
_ZERO = re.compile(r"0*\.?0+(?:[a-z]+|%)?")
_RELATIVE = re.compile(r"[0-9.]+(?:em|%)|smaller|larger|inherit|unset")
_FAR = re.compile(r"-(?:[0-9]{4,}(?:\.[0-9]+)?|999)(?:px|em|rem|%|vw)?")
_TINY = re.compile(r"[01](?:\.0+)?(?:px)?")
_CLIPPED = re.compile(
    r"rect\(\s*(?:[01](?:px|em)?[\s,]*){4}\)|inset\(\s*(?:50|100)%\s*\)|circle\(0\)"
)


class InheritedStyle(NamedTuple):
    """Properties that elements inherit."""

    visible: bool = True
    sized: bool = True  # its letters have a size above zero
    spaces: str = ""  # white space that is kept: `all`, `lines` (line breaks only), or none
    transform: str = ""
    language: str = ""
    quotes: str = "auto"
    quoted: int = 0  # number of `q` elements around it
    linked: bool = False  # inside a link to another page
    searched: bool = True  # whether the browser's search finds its words


def display(element: Element, declared: Mapping[str, str], *, in_flexible: bool) -> str:
    """Return `none`, `contents`, `inline`, `inline-block`, `block`, `table-row` or `table-cell`.

    `in_flexible`: the parent lays out its children as blocks.
    """
    tag = element.tag.lower()
    if tag in _NEVER or (tag == "object" and "data" in element.attrib):
        return "none"
    kind = _BY_TAG.get(tag, "inline")
    if "hidden" in element.attrib or "popover" in element.attrib or _closed(element):
        kind = "none"
    value = declared.get("display", "").lower()
    if value and "var(" not in value and value not in ("revert", "revert-layer"):
        kind = _kind(value)
    if tag in ("html", "body") and kind == "none":
        return "block"  # a page that hides itself is later shown by its script
    return "block" if in_flexible and kind in ("inline", "inline-block") else kind


def is_flexible(declared: Mapping[str, str]) -> bool:
    """Tell whether an element lays out all its children as blocks: a flex or grid container."""
    return declared.get("display", "").lower() in _FLEXIBLE


def is_out_of_flow(element: Element, declared: Mapping[str, str]) -> bool:
    """Tell whether an element within a line is drawn elsewhere; the line continues without it."""
    positioned = declared.get("position", "").lower() in ("absolute", "fixed")
    return positioned and element.tag not in _BY_TAG


def is_unseen(element: Element, declared: Mapping[str, str]) -> bool:
    """Tell whether an element is laid out, but in a way that nobody can see it."""
    if element.get("hidden", "").lower() == "until-found":
        return True
    if not declared or element.tag in ("html", "body"):
        return False
    said = {name: value.lower() for name, value in declared.items()}
    if said.get("content-visibility") == "hidden" or _FAR.fullmatch(said.get("text-indent", "")):
        return True
    if element.tag not in _BY_TAG and _ZERO.fullmatch(said.get("opacity", "")):
        return True  # not for blocks: these are often faded in by a script
    if said.get("position") not in ("absolute", "fixed"):
        return False
    if any(_FAR.fullmatch(said.get(side, "")) for side in ("left", "right", "top")):
        return True
    if _CLIPPED.fullmatch(said.get("clip", "")) or _CLIPPED.fullmatch(said.get("clip-path", "")):
        return True
    small = all(_TINY.fullmatch(said.get(size, "")) for size in ("width", "height"))
    return small and said.get("overflow") in ("hidden", "clip")


def look_within(
    element: Element, declared: Mapping[str, str], look: InheritedStyle
) -> InheritedStyle:
    """Return the properties that the content of an element inherits."""
    attributes = element.attrib
    plain = not declared and not attributes
    if plain and element.tag not in _PREFORMATTED and element.tag not in _ON_ONE_LINE:
        return look
    said = {name: value.lower() for name, value in declared.items()}
    return look._replace(
        visible=_visible(element, said.get("visibility"), look.visible),
        sized=_sized(said.get("font-size"), look.sized),
        spaces=_spaces(element.tag, said, look.spaces),
        transform=_transform(said.get("text-transform"), look.transform),
        language=attributes.get("lang") or attributes.get("xml:lang") or look.language,
        quotes=declared.get("quotes", look.quotes),
        linked=look.linked or (element.tag == "a" and _leads_away(attributes.get("href"))),
    )


def _closed(element: Element) -> bool:
    return element.tag == "dialog" and "open" not in element.attrib


def _kind(value: str) -> str:
    if value in ("none", "contents", "table-row", "table-cell"):
        return value
    words = value.split()
    if value in _ATOMIC or ("inline" in words and len(words) > 1):
        return "inline-block"
    return "block" if _BLOCKS.intersection(words) else "inline"


def _visible(element: Element, declared: str | None, inherited: bool) -> bool:
    if declared is None or element.tag in ("html", "body"):
        return inherited
    return inherited if declared in ("inherit", "unset") else declared not in ("hidden", "collapse")


def _sized(declared: str | None, inherited: bool) -> bool:
    if declared is None or (_RELATIVE.fullmatch(declared) and not _ZERO.fullmatch(declared)):
        return inherited
    return not _ZERO.fullmatch(declared)


def _spaces(tag: str, said: Mapping[str, str], inherited: str) -> str:
    value = said.get("white-space-collapse") or said.get("white-space")
    if value is None:
        return "all" if tag in _PREFORMATTED else "" if tag in _ON_ONE_LINE else inherited
    if value in ("inherit", "unset"):
        return inherited
    words = value.split()
    if "pre-line" in words or "preserve-breaks" in words:
        return "lines"
    return "all" if {"pre", "pre-wrap", "break-spaces", "preserve"} & set(words) else ""


def _transform(declared: str | None, inherited: str) -> str:
    if declared is None or declared in ("inherit", "unset"):
        return inherited
    return declared if declared in ("uppercase", "lowercase", "capitalize") else ""


def _leads_away(href: str | None) -> bool:
    return href is not None and not href.strip().startswith("#")
