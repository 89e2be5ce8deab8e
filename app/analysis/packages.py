"""Find the packages of options that no party needed for a deal rejects; pure functions.

A package takes one option for each of the chosen issues. The rules: docs/analysis.md#packages.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from app.models.vocabulary import Attitude, Firmness

MOST_COUNTED = 200_000  # packages of issues bound together by conditions that are tried

Choice = tuple[str, str]  # an issue and one of its options
Score = tuple[int, int, int]  # of an option: the lower, the better
Package = tuple[str, ...]  # an option for each chosen issue, in their order


@dataclass(frozen=True, slots=True)
class Claim:
    """What a party says of one option, from its current position."""

    party: str
    issue: str
    option: str
    attitude: str
    position: int | None  # None: only supposed
    firmness: str = "unclear"
    salience: int | None = None  # from 0 to 100
    condition: str | None = None
    inferred: bool = False
    attributed_by: tuple[str, ...] = ()
    # What it accepts the option only with: options of other issues that its position links to.
    needs: tuple[Choice, ...] = ()
    supposed: bool = False

    @property
    def plain(self) -> bool:
        """Whether it has no condition and is neither inferred by the coder nor hearsay."""
        return self.condition is None and not self.inferred and not self.attributed_by

    @property
    def rejects(self) -> bool:
        """Whether it rules the option out: as in common ground, only what is said plainly does."""
        return self.attitude == Attitude.REJECTS and self.plain

    @property
    def takes(self) -> bool:
        """Whether the party prefers or accepts the option."""
        return self.attitude != Attitude.REJECTS


@dataclass(frozen=True)
class Table:
    """The chosen issues with their options, and what the parties needed for a deal say of them."""

    options: Mapping[str, Sequence[str]]  # by issue: those that may be agreed on, in their order
    parties: Sequence[str]
    claims: Sequence[Claim]  # at most one for each party and option

    @cached_property
    def index(self) -> dict[tuple[str, str, str], Claim]:
        """The claims by party, issue and option."""
        return {(claim.party, claim.issue, claim.option): claim for claim in self.claims}

    @property
    def issues(self) -> list[str]:
        """The chosen issues, in their order."""
        return list(self.options)

    @property
    def size(self) -> int:
        """How many packages there are, whoever rejects them."""
        return prod(len(options) for options in self.options.values())

    @cached_property
    def rejected(self) -> dict[Choice, list[Claim]]:
        """The plain rejections of each option that has any."""
        found: dict[Choice, list[Claim]] = {}
        for claim in self.claims:
            if claim.rejects and claim.option in self.options.get(claim.issue, ()):
                found.setdefault((claim.issue, claim.option), []).append(claim)
        return found

    @cached_property
    def bindings(self) -> list[tuple[Claim, Choice]]:
        """What parties accept only with an option of another chosen issue, with that option."""
        return [
            (claim, need)
            for claim in self.claims
            if claim.takes and claim.option in self.options.get(claim.issue, ())
            for need in claim.needs
            if need[0] in self.options and need[0] != claim.issue
        ]

    @cached_property
    def red_lines(self) -> dict[str, list[Claim]]:
        """The options that are a red line to the party that prefers them, by issue."""
        found: dict[str, list[Claim]] = {issue: [] for issue in self.options}
        for claim in self.claims:
            if claim.attitude == Attitude.PREFERS and claim.firmness == Firmness.RED_LINE:
                found.setdefault(claim.issue, []).append(claim)
        return found

    def crossed(self, issue: str, option: str) -> list[Claim]:
        """List the red lines on other options of parties that have not spoken of this one."""
        return [
            claim
            for claim in self.red_lines[issue]
            if claim.option != option and (claim.party, issue, option) not in self.index
        ]

    def possible(self, issue: str) -> list[str]:
        """List the options of an issue that no party rejects."""
        return [o for o in self.options[issue] if (issue, o) not in self.rejected]

    @cached_property
    def spoken(self) -> dict[Choice, list[Claim]]:
        """What the parties say of each option that any speaks of, in their order."""
        places = {party: place for place, party in enumerate(self.parties)}
        found: dict[Choice, list[Claim]] = {}
        for claim in sorted(self.claims, key=lambda c: places[c.party]):
            found.setdefault((claim.issue, claim.option), []).append(claim)
        return found

    def claims_on(self, issue: str, option: str) -> list[Claim]:
        """List what the parties say of an option, in their order."""
        return self.spoken.get((issue, option), [])


@dataclass(frozen=True, slots=True)
class Support:
    """How a package stands with the parties, counted over its options."""

    prefers: int
    accepts: int
    reserved: int  # on a condition, by inference, or by hearsay: taken or rejected
    unsaid: int
    crossed: int  # red lines on other options, of parties that have said nothing of these


def support(table: Table, package: Package) -> Support:
    """Count what the parties say of the options of a package."""
    chosen = list(zip(table.issues, package, strict=True))
    said = [claim for choice in chosen for claim in table.claims_on(*choice)]
    plain = [claim for claim in said if claim.plain and not claim.rejects]
    prefers = sum(claim.attitude == Attitude.PREFERS for claim in plain)
    return Support(
        prefers=prefers,
        accepts=len(plain) - prefers,
        reserved=sum(not claim.plain for claim in said),
        unsaid=len(package) * len(table.parties) - len(said),
        crossed=sum(len(table.crossed(*choice)) for choice in chosen),
    )


def broken(table: Table, package: Package) -> list[tuple[Claim, Choice]]:
    """List the conditions between issues that a package breaks."""
    chosen = dict(zip(table.issues, package, strict=True))
    return [
        (claim, need)
        for claim, need in table.bindings
        if chosen[claim.issue] == claim.option and chosen[need[0]] != need[1]
    ]


def is_open(table: Table, package: Package) -> bool:
    """Tell whether no party rejects any option of a package, and no condition is broken."""
    chosen = zip(table.issues, package, strict=True)
    return not any(choice in table.rejected for choice in chosen) and not broken(table, package)


def open_packages(table: Table) -> Iterator[Package]:
    """Yield the packages that no party rejects, the best supported first.

    Those that cross the fewest red lines come first, then those on which the fewest parties have
    said nothing or something reserved, then those with the most preferences, then those whose
    options are listed first.
    """
    ranked: list[list[tuple[Score, str]]] = []
    for issue in table.issues:
        scored = []
        for option in table.possible(issue):
            said = table.claims_on(issue, option)
            plain = sum(claim.plain for claim in said)
            prefers = sum(claim.plain and claim.attitude == Attitude.PREFERS for claim in said)
            crossed = len(table.crossed(issue, option))
            scored.append(((crossed, len(table.parties) - plain, -prefers), option))
        ranked.append(sorted(scored, key=lambda one: one[0]))  # stable: the order of the options
    for places in _by_total([[score for score, _ in one] for one in ranked]):
        package = tuple(ranked[issue][place][1] for issue, place in enumerate(places))
        if not broken(table, package):
            yield package


def _by_total(scores: Sequence[Sequence[Score]]) -> Iterator[tuple[int, ...]]:
    """Yield a place of each sorted list, by the sum of the scores there, then by the places.

    No combination is made before those that it follows, so a few of billions cost little.
    """
    if not all(scores):
        return

    def entry(places: tuple[int, ...]) -> tuple[Score, tuple[int, ...]]:
        picked = [scores[issue][place] for issue, place in enumerate(places)]
        first, second, third = (sum(part) for part in zip(*picked, strict=True))
        return (first, second, third), places

    waiting = [entry((0,) * len(scores))]
    while waiting:
        _, places = heapq.heappop(waiting)
        yield places
        # Each combination follows from one other, so that none is met twice.
        last = max((issue for issue, place in enumerate(places) if place), default=0)
        for issue in range(last, len(places)):
            if places[issue] + 1 < len(scores[issue]):
                after = (*places[:issue], places[issue] + 1, *places[issue + 1 :])
                heapq.heappush(waiting, entry(after))


def count_open(table: Table, possible: Mapping[str, Sequence[str]] | None = None) -> int | None:
    """Count the packages that no party rejects; None where that would take too long.

    Issues that no condition binds together multiply. `possible` replaces the options that may be
    taken.
    """
    taken = {issue: (possible or {}).get(issue, table.possible(issue)) for issue in table.issues}
    total = 1
    for group in _bound_together(table):
        size = prod(len(taken[issue]) for issue in group)
        if len(group) == 1 or not size:
            total *= size
            continue
        if size > MOST_COUNTED:
            return None
        total *= sum(
            _holds(table, dict(zip(group, options, strict=True)))
            for options in product(*(taken[issue] for issue in group))
        )
    return total


def _holds(table: Table, chosen: Mapping[str, str]) -> bool:
    return not any(
        chosen.get(claim.issue) == claim.option and chosen[need[0]] != need[1]
        for claim, need in table.bindings
        if claim.issue in chosen
    )


def _bound_together(table: Table) -> list[list[str]]:
    """Group the issues that conditions bind together, directly or through others."""
    group = {issue: {issue} for issue in table.issues}
    for claim, need in table.bindings:
        joined = group[claim.issue] | group[need[0]]
        for issue in joined:
            group[issue] = joined
    found: list[list[str]] = []
    for issue in table.issues:
        if not any(issue in known for known in found):
            found.append([one for one in table.issues if one in group[issue]])
    return found
