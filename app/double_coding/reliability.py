"""How far two coders agree: Krippendorff's alpha over what each says of each option; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.models.vocabulary import Attitude

SILENT = "not stated"
VALUES = (*(str(a) for a in Attitude), SILENT)
Coding = Mapping[int, str]  # option number -> attitude; empty: no position


@dataclass(frozen=True, slots=True)
class Reliability:
    """`alpha` is None where it is not defined: with nothing coded twice, or with all the same everywhere."""

    alpha: float | None
    units: int  # coded by two or more
    values: int  # units x options that were compared
    differ: int  # of these, where not all coders say the same


def reliability(units: Sequence[Sequence[Coding]], options: Sequence[int]) -> Reliability:
    """Compare codings, those of one unit together; each option of each unit is a value, nominal, silence being one."""
    twice = [codings for codings in units if len(codings) > 1]
    counts = [
        [[coding.get(option, SILENT) for coding in codings].count(value) for value in VALUES]
        for codings in twice
        for option in options
    ]
    differ = sum(1 for row in counts if sum(1 for n in row if n) > 1)
    return Reliability(alpha(counts), len(twice), len(counts), differ)


def alpha(counts: Sequence[Sequence[int]]) -> float | None:
    """Krippendorff's alpha out of how many coders gave each value to each item; None where it is not defined."""
    used = [i for i in range(len(VALUES)) if any(row[i] for row in counts)]
    if len(used) < 2:
        return None
    import krippendorff  # brings numpy along, which nothing else needs: only whoever asks waits for it

    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def resolved(coding: Coding, merged: Mapping[int, int]) -> dict[int, str]:
    """A coding in the options that there are now, once those it names may have been merged."""
    found: dict[int, str] = {}
    for option, attitude in coding.items():
        while option in merged:
            option = merged[option]
        if found.get(option) != Attitude.PREFERS:
            found[option] = attitude
    return found
