"""Put a line in a right-to-left script into reading order; pure functions."""

import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise

_RIGHT_TO_LEFT = {"R", "AL"}
_FIRST = "\u0590"  # the first character of any such script
_NUMBER = {"EN", "AN"}
_PARTS_OF_NUMBERS = ".,:/-−%٫٬"
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def is_right_to_left(text: str) -> bool:
    """Tell whether a character belongs to a script that is written from right to left."""
    return text >= _FIRST and unicodedata.bidirectional(text[0]) in _RIGHT_TO_LEFT


def in_reading_order(signs: Sequence[str]) -> list[str]:
    """Reorder the characters of a line from visual order, left to right, to reading order."""
    kinds = [_kind(sign) for sign in signs]
    if kinds.count("R") >= kinds.count("L"):
        kinds = _settled(kinds, "L", signs)
        return [sign for run in reversed(_runs(signs, kinds)) for sign in run]
    kinds = _settled(kinds, "R", signs)
    return [sign for run in _runs(signs, kinds) for sign in run]


def _kind(sign: str) -> str:
    """Return R or L for letters, N for digits, and "" for characters without a direction."""
    found = unicodedata.bidirectional(sign[0])
    if found in _RIGHT_TO_LEFT:
        return "R"
    return "N" if found in _NUMBER else "L" if found == "L" else ""


def _settled(kinds: list[str], inner: str, signs: Sequence[str]) -> list[str]:
    """Give each character a direction.

    Characters between two of the rarer direction get that direction.
    """
    outer = "R" if inner == "L" else "L"
    made = list(kinds)
    strong = [at for at, kind in enumerate(kinds) if kind in (inner, "N")] if inner == "L" else []
    if inner == "R":
        strong = [at for at, kind in enumerate(kinds) if kind == "R"]
    for at, following in pairwise(strong):
        between = range(at + 1, following)
        if all(kinds[n] == "" for n in between) and _together(kinds, at, following, signs):
            for n in between:
                made[n] = inner
    return [inner if kind in (inner, "N") and inner == "L" else kind or outer for kind in made]


def _together(kinds: list[str], at: int, following: int, signs: Sequence[str]) -> bool:
    """Tell whether the characters between two others belong to the run of these.

    Between two numbers only punctuation of numbers does.
    """
    if kinds[at] == kinds[following] == "N":
        return all(sign in _PARTS_OF_NUMBERS for sign in signs[at + 1 : following])
    return True


def _runs(signs: Sequence[str], kinds: Sequence[str]) -> list[list[str]]:
    """Group characters by direction, each group in reading order."""
    made = []
    for kind, group in groupby(zip(signs, kinds, strict=True), key=lambda pair: pair[1]):
        run = [sign for sign, _ in group]
        made.append([sign.translate(_MIRRORED) for sign in reversed(run)] if kind == "R" else run)
    return made
