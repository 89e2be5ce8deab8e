"""Say what parties needed for a deal think of packages of options; pure functions.

A package takes one option for each of the chosen issues. The rules: docs/analysis.md#packages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

from app.models.vocabulary import Attitude, Firmness

Choice = tuple[str, str]  # an issue and one of its options
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
    # What it takes the option only with: options of other issues that its position links to. Of
    # several options of one issue any will do, since a package has only one of them.
    needs: tuple[Choice, ...] = ()
    supposed: bool = False

    @property
    def stated(self) -> bool:
        """Whether the party said it itself: it is neither inferred by the coder nor hearsay."""
        return not self.inferred and not self.attributed_by

    @property
    def plain(self) -> bool:
        """Whether the party said it itself and without a condition."""
        return self.condition is None and self.stated

    @property
    def rejects(self) -> bool:
        """Whether it rules the option out: as in common ground, only what is said plainly does."""
        return self.attitude == Attitude.REJECTS and self.plain

    @property
    def takes(self) -> bool:
        """Whether the party prefers or accepts the option."""
        return self.attitude != Attitude.REJECTS


@dataclass(frozen=True, slots=True)
class Binding:
    """A condition between issues: a claim holds only with one of these options of another issue."""

    claim: Claim
    issue: str
    options: frozenset[str]

    def is_broken(self, chosen: Mapping[str, str]) -> bool:
        """Tell whether options, by issue, have what is claimed without what it needs."""
        return (
            chosen.get(self.claim.issue) == self.claim.option
            and chosen[self.issue] not in self.options
        )


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
        return prod(len(options) for options in self.options.values()) if self.options else 0

    @cached_property
    def rejected(self) -> dict[Choice, list[Claim]]:
        """The plain rejections of each option that has any."""
        found: dict[Choice, list[Claim]] = {}
        for claim in self.claims:
            if claim.rejects and claim.option in self.options.get(claim.issue, ()):
                found.setdefault((claim.issue, claim.option), []).append(claim)
        return found

    @cached_property
    def bindings(self) -> list[Binding]:
        """The conditions between the chosen issues; as of rejections, only stated ones count."""
        found = []
        for claim in self.claims:
            if claim.takes and claim.stated and claim.option in self.options.get(claim.issue, ()):
                for issue in dict.fromkeys(issue for issue, _ in claim.needs):
                    if issue in self.options and issue != claim.issue:
                        needed = frozenset(o for other, o in claim.needs if other == issue)
                        found.append(Binding(claim, issue, needed))
        return found

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


def broken(table: Table, package: Package) -> list[Binding]:
    """List the conditions between issues that a package breaks."""
    chosen = dict(zip(table.issues, package, strict=True))
    return [binding for binding in table.bindings if binding.is_broken(chosen)]
