"""Compute how far coders agree on each option: Krippendorff's alpha and Gwet's AC1; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.models.vocabulary import Attitude

SILENT = "not stated"
VALUES = (*(str(a) for a in Attitude), SILENT)
Coding = Mapping[int, str]  # attitude by option id; empty: no position


@dataclass(frozen=True, slots=True)
class Reliability:
    """Agreement of codings; `alpha` is None if it is not defined.

    It is not defined if nothing was coded twice, or if all values are the same.
    """

    alpha: float | None
    units: int  # coded by two or more
    values: int  # units x options that were compared
    differ: int  # of these, where not all coders say the same


def reliability(units: Sequence[Sequence[Coding]], options: Sequence[int]) -> Reliability:
    """Compare codings, grouped by unit.

    Each option of each unit is one nominal value; not being stated is a value too.
    """
    twice = [codings for codings in units if len(codings) > 1]
    counts = [
        [[coding.get(option, SILENT) for coding in codings].count(value) for value in VALUES]
        for codings in twice
        for option in options
    ]
    differ = sum(1 for row in counts if sum(1 for n in row if n) > 1)
    return Reliability(alpha(counts), len(twice), len(counts), differ)


def alpha(counts: Sequence[Sequence[int]]) -> float | None:
    """Return Krippendorff's alpha, or None if it is not defined.

    Each row counts, for one item, how many coders gave each of VALUES.
    """
    used = [i for i in range(len(VALUES)) if any(row[i] for row in counts)]
    if len(used) < 2:
        return None
    import krippendorff  # here, since it loads numpy, which nothing else needs

    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def ac1(counts: Sequence[Sequence[int]]) -> float | None:
    """Return Gwet's AC1 of two coders, or None if nothing was compared.

    Unlike alpha it stays meaningful where nearly all values are the same, such as "not stated".
    """
    if not counts:
        return None
    agreed = sum(1 for row in counts if max(row) == sum(row)) / len(counts)
    shares = [sum(row[i] / sum(row) for row in counts) / len(counts) for i in range(len(VALUES))]
    chance = sum(share * (1 - share) for share in shares) / (len(VALUES) - 1)
    return (agreed - chance) / (1 - chance)


def resolved(coding: Coding, merged: Mapping[int, int]) -> dict[int, str]:
    """Return a coding with merged options replaced by those they were merged into."""
    found: dict[int, str] = {}
    for option, attitude in coding.items():
        while option in merged:
            option = merged[option]
        if found.get(option) != Attitude.PREFERS:
            found[option] = attitude
    return found
