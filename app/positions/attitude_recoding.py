"""Recode a position's attitudes when options of its issue are merged or split; no database."""

from collections.abc import Sequence
from enum import StrEnum

from app.log.documents import AttitudeDocument
from app.models.vocabulary import Attitude

Attitudes = Sequence[AttitudeDocument]


class Keep(StrEnum):
    """Which attitude to keep where a position has different attitudes to two merged options."""

    SOURCE = "source"
    TARGET = "target"
    NEITHER = "neither"


class SplitPart(StrEnum):
    """Which of the two options a position is about after an option was split."""

    OLD = "old"
    NEW = "new"
    BOTH = "both"


def find(attitudes: Attitudes, option_id: int) -> AttitudeDocument | None:
    """Return the attitude to an option, or None."""
    return next((a for a in attitudes if a["option_id"] == option_id), None)


def clash(attitudes: Attitudes, source: int, target: int) -> bool:
    """Tell whether an editor has to decide which attitude to keep when two options are merged.

    Nobody has to where both are accepted or preferred, or both rejected, on the same condition: a
    party that prefers one of them accepts the other too.
    """
    one, other = find(attitudes, source), find(attitudes, target)
    if one is None or other is None:
        return False
    rejected = {one["attitude"] == Attitude.REJECTS, other["attitude"] == Attitude.REJECTS}
    return len(rejected) == 2 or one["condition"] != other["condition"]


def merge(
    attitudes: Attitudes, source: int, target: int, keep: Keep | None = None
) -> list[AttitudeDocument]:
    """Return the attitudes after `source` was merged into `target`.

    The condition and the mark "inferred" are kept. Raise ValueError for a clash without `keep`.
    """
    one, other = find(attitudes, source), find(attitudes, target)
    rest = [a.copy() for a in attitudes if a["option_id"] not in (source, target)]
    if clash(attitudes, source, target):
        if keep is None:
            raise ValueError("undecided")
        left = {Keep.SOURCE: one, Keep.TARGET: other, Keep.NEITHER: None}[keep]
    elif one and other:
        # The stronger attitude includes the weaker; of equals, the one not inferred counts.
        left = min((one, other), key=lambda a: (a["attitude"] != Attitude.PREFERS, a["inferred"]))
    else:
        left = one or other
    if left:
        rest.append({**left, "option_id": target})
    return ordered(rest)


def split(attitudes: Attitudes, old: int, new: int, part: SplitPart) -> list[AttitudeDocument]:
    """Return the attitudes after the attitude to `old` was moved to `new`, or copied to it.

    Raise ValueError if both options would then be preferred.
    """
    said = find(attitudes, old)
    if said is None or part == SplitPart.OLD:
        return ordered(attitudes)
    if part == SplitPart.BOTH and said["attitude"] == Attitude.PREFERS:
        raise ValueError("a party prefers at most one option")
    rest = [a for a in attitudes if part == SplitPart.BOTH or a["option_id"] != old]
    return ordered([*rest, {**said, "option_id": new}])


def ordered(attitudes: Attitudes) -> list[AttitudeDocument]:
    """Return copies of the attitudes, sorted by option id as in a position's document."""
    return sorted((a.copy() for a in attitudes), key=lambda a: a["option_id"])
