"""Read words of the interface, such as "red line", in what is typed, to offer them as filters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.search.names import Named

MOST = 4
SHORTEST = 3  # letters of a name
# How the pages call the values of filters.
WORDS = {
    "red line": ("firmness", "red_line"),
    "red lines": ("firmness", "red_line"),
    "demand": ("firmness", "demand"),
    "demands": ("firmness", "demand"),
    "preference": ("firmness", "preference"),
    "preferences": ("firmness", "preference"),
    "unclear": ("firmness", "unclear"),
    "direct quotes": ("kind", "direct"),
    "reported": ("kind", "reported"),
}
LANGUAGES = {
    "english": "en", "ukrainian": "uk", "russian": "ru", "german": "de", "french": "fr",
    "arabic": "ar",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """A filter in place of some of the words."""

    name: str
    value: str
    words: str  # as they were typed
    rest: str  # what is left to search for


def offers(typed: str, names: Sequence[Named]) -> list[Offer]:
    """Return the filters that words of a search may mean, those of several words first."""
    if '"' in typed or re.search(r"(^|\s)-|\sor\s", typed, re.IGNORECASE):
        return []
    found: dict[tuple[str, str], Offer] = {}
    for words, name, value in sorted(_meant(typed, names), key=lambda each: -len(each[0])):
        spelled = "[ -]".join(map(re.escape, words.split()))
        place = re.search(rf"(?<!\w){spelled}(?!\w)", typed, re.IGNORECASE)
        if place:
            rest = " ".join(f"{typed[: place.start()]} {typed[place.end() :]}".split())
            found.setdefault((name, value), Offer(name, value, place[0], rest))
    return list(found.values())[:MOST]


def _meant(typed: str, names: Sequence[Named]) -> Iterator[tuple[str, str, str]]:
    for words, (name, value) in WORDS.items():
        yield words, name, value
    for language, code in LANGUAGES.items():
        yield f"in {language}", "language", code
    lower = typed.lower()
    for one in names:
        for name in one.names if one.slug else ():
            if len(name) >= SHORTEST and name.lower() in lower:
                yield name, one.kind, str(one.slug)
