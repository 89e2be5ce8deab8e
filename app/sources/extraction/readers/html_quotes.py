"""Choose the quotation marks that browsers draw around `<q>`, by the language around it."""

import re

_DEFAULT = "“”‘’"
# Marks of the outer level, then of inner levels, as Chromium draws them.
_MARKS = {
    "„“‚‘": "cs de et hr sk sl",
    "„“„“": "bg lt",
    "«»«»": "fr",
    "«»”“": "fr-ca",
    "«»„“": "ru uk",
    "«»“”": "ca el it pt-pt",
    "«»‹›": "am fa fr-ch",
    "«»‘’": "nb nn no",
    "„”«»": "pl ro",
    "„”»«": "hu",
    "”“’‘": "ar ur",
    "””’’": "fi he sv",
    "„”’’": "sr",
    "‘’‘’": "nl",
    "「」『』": "ja zh-hant",
}
_BY_LANGUAGE = {language: marks for marks, named in _MARKS.items() for language in named.split()}
_STRING = re.compile(r""""([^"\\]*)"|'([^'\\]*)'""")


def marks(language: str, depth: int, quotes: str) -> tuple[str, str]:
    """Return the opening and closing mark of a `<q>` inside `depth` others.

    `quotes` is the value that CSS declares; it counts before the language.
    """
    if quotes == "none":
        return "", ""
    declared = [first or second for first, second in _STRING.findall(quotes)]
    if len(declared) > 1:
        level = min(depth, len(declared) // 2 - 1) * 2
        return declared[level], declared[level + 1]
    tag = language.lower()
    found = _BY_LANGUAGE.get(tag) or _BY_LANGUAGE.get(tag.split("-")[0], _DEFAULT)
    return (found[2], found[3]) if depth else (found[0], found[1])
