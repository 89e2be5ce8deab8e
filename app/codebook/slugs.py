"""Make slugs from names: Cyrillic is transliterated, accents are removed; pure functions."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 80  # characters of a slug
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ё": "e",
    "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "iu", "я": "ia", "’": "", "'": "", "ʼ": "", "ß": "ss", "ø": "o",
    "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i",
}  # fmt: skip


_SPELLED = {ord(letter): spelled for letter, spelled in _CYRILLIC.items()}


def slug_of(name: str) -> str:
    """Return the slug that a name suggests.

    Empty if the name has no digit and no letter that can be written in Latin script.
    """
    latin = name.lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.findall("[a-z0-9]+", plain)
    while len(words) > 1 and len("-".join(words)) > LONGEST:
        words.pop()
    return "-".join(words)[:LONGEST]


def slugs_of(names: Iterable[str], fallback: str) -> list[str]:
    """Return a unique slug for each name; `fallback` with a number where a name suggests none."""
    made: list[str] = []
    for n, name in enumerate(names, 1):
        first = slug_of(name) or f"{fallback}-{n}"
        slug, again = first, 1
        while slug in made:
            again += 1
            slug = f"{first[: LONGEST - 5]}-{again}"
        made.append(slug)
    return made
