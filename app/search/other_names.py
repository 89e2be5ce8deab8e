"""Find the other names of people and parties, by a word of one of their names."""

import unicodedata
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from app.log.inflections import Form, other_forms
from app.log.search_terms import read_terms

ALIKE = 75  # of 100; Zelensky and Zelenskyy have 94


def other_names(typed: str, people: Iterable[Sequence[str | None]]) -> dict[str, tuple[str, ...]]:
    """Return, for each word typed that is part of a name, the same part of the other names.

    `people` has the names of each. The parts of two names are compared from their last words on: a
    part is the same if it is in another script, or spelled much alike.
    """
    words = {t.text.lower() for terms in read_terms(typed) for t in terms if not t.is_phrase}
    forms = {word: [Form(word), *other_forms(word)] for word in words}
    found: dict[str, set[str]] = {}
    for names in people:
        split = [unicodedata.normalize("NFKC", name).lower().split() for name in names if name]
        for one in split:
            for place, part in enumerate(reversed(one)):
                for word in (w for w in words if any(form.fits(part) for form in forms[w])):
                    parts = (other[-1 - place] for other in split if place < len(other))
                    found.setdefault(word, set()).update(p for p in parts if _is_same(part, p))
    named = {word: tuple(sorted(same - {word})) for word, same in found.items()}
    return {word: others for word, others in named.items() if others}


def _is_same(one: str, other: str) -> bool:
    return _script(one) != _script(other) or fuzz.ratio(one, other) >= ALIKE


def _script(word: str) -> str:
    """Return the script of a word's first letter, as the first word of that letter's name."""
    return unicodedata.name(word[:1], "").partition(" ")[0]
