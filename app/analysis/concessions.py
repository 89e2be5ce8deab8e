"""Find which parties would have to move for a package that nobody rejects; pure functions.

The rules: docs/analysis.md#packages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.analysis.package_search import count_open
from app.analysis.packages import Claim, Package, Table, broken
from app.models.vocabulary import Firmness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SECONDS = 5  # for the integer program
MOST_REJECTIONS = 20_000

FIRMNESS = (  # from the least to the most firm; what is unclear may be as firm as a preference
    Firmness.OPEN,
    Firmness.UNCLEAR,
    Firmness.PREFERENCE,
    Firmness.DEMAND,
    Firmness.RED_LINE,
)


@dataclass(frozen=True, slots=True)
class Concession:
    """A rejection that a party would have to give up, and how many packages that alone opens."""

    claim: Claim
    opens: int | None  # None: too many to count


@dataclass(frozen=True, slots=True)
class Fewest:
    """The fewest parties that would have to move for a package, and one such package."""

    package: Package
    parties: list[str]  # in their order
    gives_up: list[Claim]  # the rejections, and what was accepted only with something else


def firmness_rank(firmness: str) -> int:
    """Return how firm a word is, from 0 for open to 4 for a red line."""
    return FIRMNESS.index(Firmness(firmness))


def single_concessions(table: Table) -> list[Concession]:
    """List the rejections each of which alone keeps packages from being open to all.

    The least firm come first, of these the least salient, where a salience is stated, then those
    that open most.
    """
    found = []
    for (issue, option), claims in table.rejected.items():
        if len(claims) == 1 and option in table.options[issue]:
            opens = count_open(table, {issue: [option]})
            if opens != 0:
                found.append(Concession(claims[0], opens))
    return sorted(found, key=_ease)


def _ease(one: Concession) -> tuple[int, int, int]:
    salience = one.claim.salience
    opens = float("inf") if one.opens is None else one.opens
    return (
        firmness_rank(one.claim.firmness),
        101 if salience is None else salience,
        -int(min(opens, 2**62)),
    )


def fewest_movers(table: Table) -> Fewest | None:
    """Find a package for which the fewest parties would have to give something up.

    Of these, one with the fewest and least firm things given up. None if an issue has no option, or
    if it cannot be found in some seconds. It is an integer program: a variable for each option, of
    which each issue takes one, one for each party that moves, and one for each condition that
    is given up; solved exactly by HiGHS.
    """
    count = sum(len(claims) for claims in table.rejected.values())
    if not table.options or not all(table.options.values()) or count > MOST_REJECTIONS:
        return None
    # Not at the start: it takes 40 MB of memory.
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    choices = [(issue, option) for issue, options in table.options.items() for option in options]
    column = {choice: number for number, choice in enumerate(choices)}
    mover = {party: len(choices) + number for number, party in enumerate(table.parties)}
    bound = len(choices) + len(mover)  # the first variable of a condition that is given up
    cost = np.zeros(bound + len(table.bindings))
    given = [c for found in table.rejected.values() for c in found]
    given += [binding.claim for binding in table.bindings]
    weights = [1 + firmness_rank(claim.firmness) for claim in given]
    # One party more costs more than all that could be given up, whatever its firmness.
    cost[len(choices) : bound] = sum(weights) + 1
    rows: list[dict[int, int]] = []  # each sum is to be 0 or less
    for choice, claims in table.rejected.items():
        for claim in claims:
            rows.append({column[choice]: 1, mover[claim.party]: -1})
            cost[column[choice]] += 1 + firmness_rank(claim.firmness)
    for drops, binding in enumerate(table.bindings, start=bound):
        claim = binding.claim
        cost[drops] = 1 + firmness_rank(claim.firmness)
        rows.append({drops: 1, mover[claim.party]: -1})
        needed = [(binding.issue, o) for o in binding.options if (binding.issue, o) in column]
        held = {column[choice]: -1 for choice in needed}
        rows.append({column[claim.issue, claim.option]: 1, drops: -1} | held)
    takes_one = [{column[issue, o]: 1 for o in options} for issue, options in table.options.items()]

    def matrix(lines: Sequence[Mapping[int, int]]) -> Any:
        entries = [
            (n, place, value) for n, line in enumerate(lines) for place, value in line.items()
        ]
        down, across, values = zip(*entries, strict=True)
        return coo_array((values, (down, across)), shape=(len(lines), len(cost))).tocsr()

    limits = [LinearConstraint(matrix(takes_one), 1, 1)]
    if rows:
        limits.append(LinearConstraint(matrix(rows), -np.inf, 0))
    solved = milp(
        cost,
        constraints=limits,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0, "time_limit": MOST_SECONDS},
    )
    if solved.status != 0:  # not solved in time
        return None
    package = tuple(
        next(option for option in options if solved.x[column[issue, option]] > 0.5)
        for issue, options in table.options.items()
    )
    return Fewest(package, *given_up(table, package))


def given_up(table: Table, package: Package) -> tuple[list[str], list[Claim]]:
    """Return the parties that a package asks to move, and what each would have to give up."""
    chosen = zip(table.issues, package, strict=True)
    claims = [claim for choice in chosen for claim in table.rejected.get(choice, [])]
    claims += dict.fromkeys(binding.claim for binding in broken(table, package))
    movers = {claim.party for claim in claims}
    return [party for party in table.parties if party in movers], claims
