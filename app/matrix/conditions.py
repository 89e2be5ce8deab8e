"""Say how the other parties stand on what a position depends on; pure functions.

A position depends on another issue by a link of the kind `condition`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.matrix.common_ground import Stand
from app.matrix.contradictions import Kind


class Standing(StrEnum):
    """How a party stands on one option, at present."""

    PREFERS = "prefers"
    ACCEPTS = "accepts"
    REJECTS = "rejects"
    UNMENTIONED = "unmentioned"
    SILENT = "silent"


STANDINGS = {
    Standing.PREFERS: "preferred by",
    Standing.ACCEPTS: "accepted by",
    Standing.REJECTS: "rejected by",
    Standing.UNMENTIONED: "not mentioned by",
    Standing.SILENT: "no position yet from",
}


@dataclass(frozen=True, slots=True)
class Depends:
    """A position, and the issue, perhaps the option there, that it is linked to."""

    party: str
    issue: str
    position: int
    on: date  # the day by which it had been said
    needs_issue: str
    needs_option: str | None


@dataclass(frozen=True, slots=True)
class OnNeeded:
    """How one party stands on the issue that a position depends on."""

    party: str
    standing: Standing | None  # on the option; None if the link names none and it has a position
    position: int | None
    preferred: str | None  # the option that it prefers there
    condition: str | None = None  # of its attitude to the option
    inferred: bool = False
    attributed: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A position that holds only with something on another issue, and how that stands now."""

    depends: Depends
    own: OnNeeded  # the party itself, on the issue that its position depends on
    others: tuple[OnNeeded, ...]
    kind: Kind = Kind.CONDITIONS

    @property
    def on(self) -> date:
        """The day by which the position had been said."""
        return self.depends.on

    @property
    def parties(self) -> Collection[str]:
        """Whom it is about."""
        return (self.depends.party,)

    @property
    def issues(self) -> Collection[str]:
        """What it is about."""
        return (self.depends.issue, self.depends.needs_issue)

    def by_standing(self) -> dict[Standing, list[OnNeeded]]:
        """Group the other parties by how they stand, in the order of the words above."""
        found = {s: [one for one in self.others if one.standing == s] for s in Standing}
        return {standing: some for standing, some in found.items() if some}


Held = Mapping[tuple[str, str], Stand]  # by party and issue


def conditions_of(
    depending: Iterable[Depends], held: Held, parties: Collection[str]
) -> list[Condition]:
    """Say of each dependence how the party itself and the others stand on what it needs."""
    return [
        Condition(
            one,
            _on_needed(one, one.party, held),
            tuple(_on_needed(one, party, held) for party in parties if party != one.party),
        )
        for one in depending
    ]


def _on_needed(depends: Depends, party: str, held: Held) -> OnNeeded:
    stand, option = held.get((party, depends.needs_issue)), depends.needs_option
    if stand is None:
        return OnNeeded(party, Standing.SILENT, None, None)
    if option is None:
        return OnNeeded(party, None, stand.position, stand.preferred, attributed=stand.attributed)
    attitude = stand.attitudes.get(option)
    return OnNeeded(
        party,
        Standing(attitude) if attitude else Standing.UNMENTIONED,
        stand.position,
        stand.preferred,
        stand.conditions.get(option),
        option in stand.inferred,
        stand.attributed,
    )
