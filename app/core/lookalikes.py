"""Find characters that are invisible and words that look alike; pure functions."""

import unicodedata
from functools import lru_cache

import regex

# Control and format characters (including bidi controls), unassigned characters, separators except
# the space, and letters and marks that are drawn as nothing.
_UNSEEN = regex.compile(r"(?V1)[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800--\ ]")
# The list of look-alikes has right-to-left text between two of these marks.
_MARK = "\u200e"
# Sets of scripts that are written together; text in no single one of these counts as mixed.
_WRITINGS = (
    "Latn", "Cyrl", "Grek", "Armn", "Geor", "Hebr", "Arab", "Ethi", "Deva", "Beng", "Guru", "Gujr",
    "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Tibt", "Mymr", "Khmr",
    "Hang Hani Latn", "Hani Hira Kana Latn", "Hani Bopo Latn",
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
    """Return place and name of the first invisible character, as in "U+200B ZERO WIDTH SPACE"."""
    found = _UNSEEN.search(text)
    return (found.start(), name_of(found[0])) if found else None


def escape_unseen(text: str) -> str:
    """Percent-encode every invisible character of a URL, as in `%E2%80%8B`."""
    return str(
        _UNSEEN.sub(
            lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "replace")), text
        )
    )


def name_of(character: str) -> str:
    """Return a character's code point and Unicode name."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{' ' if name else ''}{name}"


def is_one_script(text: str) -> bool:
    """Tell whether a word is in the scripts of one writing system, not in a mix of several."""
    return any(writing.fullmatch(text) for writing in _ONE_SCRIPT)


def look_alike(one: str, other: str) -> bool:
    """Tell whether readers may confuse two texts; ASCII texts (`l`, `1`) count as distinct."""
    return not (one.isascii() and other.isascii()) and not _looks(one).isdisjoint(_looks(other))


def skeleton(text: str) -> str:
    """Return a form that all texts of the same look share, after Unicode's UTS #39."""
    drawn = "".join(map(_prototype, unicodedata.normalize("NFD", text)))
    return unicodedata.normalize("NFD", drawn)


def _looks(text: str) -> set[str]:
    return {skeleton(case).casefold() for case in (text, text.casefold(), text.upper())}


@lru_cache(maxsize=4096)
def _prototype(character: str) -> str:
    """Return the character that represents all those drawn like this one."""
    from confusable_homoglyphs.confusables import confusables_data  # seven megabytes

    listed = confusables_data.get(character) or confusables_data.get(
        f"{_MARK}{character}{_MARK}", ()
    )
    alike = [entry["c"] for entry in listed]
    if len(alike) != 1:
        return character  # nothing is drawn like it, or it represents others
    [other] = alike
    chosen = other if len(confusables_data.get(other, ())) > 1 else min(character, other)
    return chosen.strip(_MARK)
