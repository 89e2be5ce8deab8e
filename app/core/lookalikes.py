"""Characters that cannot be seen, and words that look like others though they are written otherwise; pure."""

import unicodedata
from functools import lru_cache

import regex
from confusable_homoglyphs.confusables import confusables_data

# Controls, formats (those that turn the direction among them), what is not assigned, separators but for the space, and
# letters and marks that show as nothing.
_UNSEEN = regex.compile(r"(?V1)[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800--\ ]")
_MARK = (
    "\u200e"  # between two of which the list of look-alikes has what is written from right to left
)
# What is written with more than one script at a time; whatever is in none of these counts as mixed.
_WRITINGS = (
    "Latn", "Cyrl", "Grek", "Armn", "Geor", "Hebr", "Arab", "Ethi", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml",
    "Telu", "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Tibt", "Mymr", "Khmr", "Hang Hani Latn", "Hani Hira Kana Latn",
    "Hani Bopo Latn",
)  # fmt: skip
_ONE_SCRIPT = tuple(
    regex.compile(
        "["
        + "".join(rf"\p{{scx={script}}}" for script in ("Zyyy", "Zinh", *writing.split()))
        + "]*"
    )
    for writing in _WRITINGS
)


def find_unseen(text: str) -> tuple[int, str] | None:
    """Where the first character stands that readers do not see as one, and its name: "U+200B ZERO WIDTH SPACE"."""
    found = _UNSEEN.search(text)
    return (found.start(), name_of(found[0])) if found else None


def escape_unseen(text: str) -> str:
    """Write in an address every character that readers do not see by its bytes, as in `%E2%80%8B`."""
    return str(
        _UNSEEN.sub(
            lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "replace")), text
        )
    )


def name_of(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{' ' if name else ''}{name}"


def is_one_script(text: str) -> bool:
    """Tell whether a word is written as people write, and not with letters of several scripts."""
    return any(writing.fullmatch(text) for writing in _ONE_SCRIPT)


def look_alike(one: str, other: str) -> bool:
    """Tell whether readers may take one for the other; plain letters are told apart as they are (`l`, `1`)."""
    return not (one.isascii() and other.isascii()) and not _looks(one).isdisjoint(_looks(other))


def skeleton(text: str) -> str:
    """Return what all words that look alike have in common, in the manner of Unicode's UTS #39."""
    drawn = "".join(map(_prototype, unicodedata.normalize("NFD", text)))
    return unicodedata.normalize("NFD", drawn)


def _looks(text: str) -> set[str]:
    return {skeleton(case).casefold() for case in (text, text.casefold(), text.upper())}


@lru_cache(maxsize=4096)
def _prototype(character: str) -> str:
    """The character that stands for all that are drawn like this one."""
    listed = confusables_data.get(character) or confusables_data.get(
        f"{_MARK}{character}{_MARK}", ()
    )
    alike = [entry["c"] for entry in listed]
    if len(alike) != 1:
        return character  # nothing is drawn like it, or it is the one that stands for others
    [other] = alike
    chosen = other if len(confusables_data.get(other, ())) > 1 else min(character, other)
    return chosen.strip(_MARK)
