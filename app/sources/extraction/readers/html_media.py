"""Tell whether a media query holds for a reader with a wide screen."""

import operator
import re

WIDTH, HEIGHT = 1280, 720  # pixels
_EM = 16
_FEATURE = re.compile(r"\(\s*((?:min-|max-)?[a-z-]+)\s*(?::\s*([^()]+?)\s*)?\)")
_RANGE = re.compile(r"\(\s*(width|height)\s*([<>]=?)\s*([0-9.]+)(px|em|rem)\s*\)")
_LENGTH = re.compile(r"([0-9.]+)(px|em|rem)?")
_COMPARED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CHOICES = {
    "orientation": "landscape", "hover": "hover", "any-hover": "hover", "pointer": "fine",
    "any-pointer": "fine", "prefers-color-scheme": "light", "scripting": "enabled",
    "prefers-reduced-motion": "no-preference", "prefers-contrast": "no-preference", "grid": "0",
}  # fmt: skip


def applies(query: str) -> bool:
    """Tell whether one of the queries of a list holds; an unknown query does not hold."""
    query = query.strip().lower()
    return not query or any(_one_applies(part.strip()) for part in query.split(","))


def _one_applies(query: str) -> bool:
    terms = re.split(r"\s+and\s+", query)
    turned = terms[0].startswith("not ")
    terms[0] = re.sub(r"^(?:not|only)\s+", "", terms[0])
    results = [_term(term.strip()) for term in terms]
    if None in results:
        return False
    return all(results) != turned


def _term(term: str) -> bool | None:
    if term in ("all", "screen", "print", "speech"):
        return term in ("all", "screen")
    if found := _RANGE.fullmatch(term):
        length = _pixels(found[3] + found[4])
        return None if length is None else _COMPARED[found[2]](_size(found[1]), length)
    found = _FEATURE.fullmatch(term)
    return _feature(found[1], found[2]) if found else None


def _feature(name: str, value: str | None) -> bool | None:
    if name in _CHOICES:
        return value is None or value == _CHOICES[name]
    edge, _, what = name.rpartition("-")
    length = _pixels(value or "")
    if what not in ("width", "height") or length is None:
        return None
    size = _size(what)
    return size >= length if edge == "min" else size <= length if edge == "max" else size == length


def _size(what: str) -> float:
    return WIDTH if what == "width" else HEIGHT


def _pixels(value: str) -> float | None:
    found = _LENGTH.fullmatch(value)
    try:
        return float(found[1]) * (1 if found[2] in (None, "px") else _EM) if found else None
    except ValueError:
        return None
