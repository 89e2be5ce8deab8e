"""What becomes of a position's attitudes when the options of its issue are merged or split; pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from app.models.vocabulary import Attitude

Attitudes = Sequence[
    Mapping[str, Any]
]  # as in a position's document: option_id, attitude, condition, inferred


class Keep(StrEnum):
    """What stands where a position says different things of two options that become one."""

    SOURCE = "source"
    TARGET = "target"
    NEITHER = "neither"


class Part(StrEnum):
    """Which of the two options that one becomes a position speaks of."""

    OLD = "old"
    NEW = "new"
    BOTH = "both"


def find(attitudes: Attitudes, option_id: int) -> Mapping[str, Any] | None:
    return next((a for a in attitudes if a["option_id"] == option_id), None)


def clash(attitudes: Attitudes, source: int, target: int) -> bool:
    """Must somebody decide? Not where it says the same of both; who prefers one accepts the other too."""
    one, other = find(attitudes, source), find(attitudes, target)
    if one is None or other is None:
        return False
    rejected = {one["attitude"] == Attitude.REJECTS, other["attitude"] == Attitude.REJECTS}
    return len(rejected) == 2 or one["condition"] != other["condition"]


def merge(
    attitudes: Attitudes, source: int, target: int, keep: Keep | None = None
) -> list[dict[str, Any]]:
    """The attitudes once `source` is `target`, condition and mark carried along; ValueError for an undecided clash."""
    one, other = find(attitudes, source), find(attitudes, target)
    rest = [dict(a) for a in attitudes if a["option_id"] not in (source, target)]
    if clash(attitudes, source, target):
        if keep is None:
            raise ValueError("undecided")
        left = {Keep.SOURCE: one, Keep.TARGET: other, Keep.NEITHER: None}[keep]
    elif one and other:
        # The stronger says the weaker too; among equals what was said outright counts, not what was inferred.
        left = min((one, other), key=lambda a: (a["attitude"] != Attitude.PREFERS, a["inferred"]))
    else:
        left = one or other
    return ordered([*rest, *([{**left, "option_id": target}] if left else [])])


def split(attitudes: Attitudes, old: int, new: int, part: Part) -> list[dict[str, Any]]:
    """The attitudes once what was said of `old` is said of `new`, or of both; ValueError for two that are preferred."""
    said = find(attitudes, old)
    if said is None or part == Part.OLD:
        return ordered(attitudes)
    if part == Part.BOTH and said["attitude"] == Attitude.PREFERS:
        raise ValueError("a party prefers at most one option")
    rest = [a for a in attitudes if part == Part.BOTH or a["option_id"] != old]
    return ordered([*rest, {**said, "option_id": new}])


def ordered(attitudes: Attitudes) -> list[dict[str, Any]]:
    return sorted((dict(a) for a in attitudes), key=lambda a: a["option_id"])
