"""Merge what two people made of the same fields; pure functions."""

from collections.abc import Mapping
from enum import StrEnum


class Side(StrEnum):
    """Who changed a field in which two texts differ."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


def three_way(
    base: Mapping[str, str] | None, mine: Mapping[str, str], theirs: Mapping[str, str]
) -> dict[str, Side]:
    """Tell of each field in which mine and theirs differ who changed it since the base.

    Without a base, both are taken to have changed it. A field that is missing counts as empty.
    """
    sides: dict[str, Side] = {}
    for name in dict.fromkeys([*theirs, *mine, *(base or {})]):
        here, there = mine.get(name, ""), theirs.get(name, "")
        if here == there:
            continue
        was = None if base is None else base.get(name, "")
        if here == was:
            sides[name] = Side.THEIRS
        elif there == was:
            sides[name] = Side.MINE
        else:
            sides[name] = Side.BOTH
    return sides
