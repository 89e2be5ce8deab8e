"""Set text in lines: how wide it is about, where it wraps, which way it runs, which font it needs.

A picture is seen with fonts that nobody knows here, so widths are estimated, rather too wide.
"""

import re
import unicodedata
from functools import lru_cache

SANS = "'Source Sans 3', 'Source Sans Pro', Helvetica, Arial, sans-serif"
SERIF = "'Source Serif 4', 'Source Serif Pro', Georgia, 'Times New Roman', serif"
ARABIC = "'Noto Sans Arabic', 'Source Sans 3', Arial, sans-serif"
HEBREW = "'Noto Sans Hebrew', 'Source Sans 3', Arial, sans-serif"
NARROW, WIDE = frozenset(" .,:;il|!'’‘“”\"()[]jtfrI·-"), frozenset("mwMW@%—…жшщюмфыЖШЩЮМФЫ")
BREAKS = re.compile(r"[^\S\u00a0\u2007\u202f]+")  # not at spaces that keep words together
# Isolates, so that full stops and brackets are where a text from right to left has them.
START_RTL, END_RTL = "\u2067", "\u2069"
UNSEEN = frozenset({"Cf", "Cc"})
INVISIBLE = UNSEEN | {"Mn", "Me"}
# Characters that the fonts have with which PNG is drawn, as far as texts are likely to use them.
COVERED = (
    (0x20, 0x7E), (0xA0, 0x12B), (0x12E, 0x131), (0x134, 0x165), (0x168, 0x17F), (0x218, 0x21B),
    (0x38E, 0x3A1), (0x3A3, 0x3CE), (0x400, 0x45F), (0x490, 0x493), (0x4AE, 0x4B3),
    (0x4D8, 0x4D9), (0x591, 0x5C7), (0x5D0, 0x5EA), (0x600, 0x6FF), (0x750, 0x77F),
    (0x1EA0, 0x1EF9), (0x2010, 0x2010), (0x2012, 0x2015), (0x2018, 0x201A), (0x201C, 0x201E),
    (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A),
    (0x20AC, 0x20AC), (0x20B4, 0x20B4), (0x20BD, 0x20BD), (0x2116, 0x2116), (0x2122, 0x2122),
    (0x2190, 0x2193), (0x25B2, 0x25B2), (0x25BD, 0x25BD), (0x25CB, 0x25CB), (0x25CF, 0x25CF),
)  # fmt: skip


@lru_cache(maxsize=4096)
def _share(char: str) -> float:
    """Return a character's width as a share of the size of its font."""
    if unicodedata.category(char) in INVISIBLE:
        return 0
    if unicodedata.east_asian_width(char) in "WF":
        return 1
    if char in NARROW:
        return 0.34
    if char in WIDE:
        return 0.9
    if char.isupper():
        return 0.66
    return 0.6 if ord(char) > 0x2FF else 0.56


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate the width of a text in pixels."""
    return sum(map(_share, text)) * size * (1.14 if bold else 1)


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most a width; only a word longer than a line is broken."""
    lines: list[str] = []
    line = ""
    for word in filter(None, BREAKS.split(text)):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _broken(word, size, width, bold=bold)
        lines += whole
    return [*lines, line] if line else lines


def _broken(word: str, size: float, width: float, *, bold: bool) -> list[str]:
    parts, taken = [""], 0.0
    for char in word:
        wide = width_of(char, size, bold=bold)
        if parts[-1] and taken + wide > width and wide:
            parts.append("")
            taken = 0.0
        parts[-1] += char
        taken += wide
    return parts


def cut(text: str, size: float, width: float) -> str:
    """Shorten a text to one line, with "…" where something was left out."""
    first, *more = wrap(text, size, width) or [""]
    if not more:
        return first
    while first and width_of(f"{first}…", size) > width:
        first = first[:-1]
    return f"{first.rstrip()}…"


def is_rtl(text: str) -> bool:
    """Tell whether a text runs from right to left: its first letter says so."""
    for char in text:
        match unicodedata.bidirectional(char):
            case "R" | "AL":
                return True
            case "L":
                return False
    return False


def font_of(text: str, family: str) -> str:
    """Return the font of a line: another one for scripts that the given one does not have."""
    if any("\u0600" <= c <= "\u077f" or "\ufb50" <= c <= "\ufefc" for c in text):
        return ARABIC
    if any("\u0590" <= c <= "\u05ff" for c in text):
        return HEBREW
    return family


def is_covered(text: str) -> bool:
    """Tell whether the fonts that come with Parley have all characters of a text."""
    found = {c for c in set(text) if not c.isspace() and unicodedata.category(c) not in UNSEEN}
    return all(any(low <= ord(c) <= high for low, high in COVERED) for c in found)
