"""Find what contradicts each other in one negotiation; pure functions over frozen values.

Nothing is decided here: two positions that exclude each other may be a change of mind.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.matrix.contradictions import Kind, are_others, days_between, excluded_options
from app.positions.views import SpeakerView


@dataclass(frozen=True, slots=True)
class Stance:
    """What a position says, by whom and when: all that another one can contradict."""

    position: int
    party: str
    issue: str
    first: date  # on which it may have been said
    last: date
    first_published: datetime
    act: str
    attitudes: Mapping[str, str]
    attributed: bool  # only other parties' speakers say so
    speakers: tuple[SpeakerView, ...]
    unnamed: bool = False  # a quote has no speaker: the source itself says it

    @property
    def order(self) -> tuple[date, date, datetime, int]:
        """The order of rule 3 of docs/rules.md, oldest first."""
        return (self.first, self.last, self.first_published, self.position)

    @property
    def own_speakers(self) -> list[SpeakerView]:
        """The speakers of the party itself."""
        return [speaker for speaker in self.speakers if speaker.party == self.party]


@dataclass(frozen=True, slots=True)
class Opposed:
    """Two positions of one cell that exclude each other, and were stated near each other."""

    kind: Kind
    party: str
    issue: str
    days: int  # at least so many lie between the two; 0 if their days overlap
    options: tuple[str, ...]  # on which the two exclude each other
    before: int
    after: int
    on: date  # the day by which both had been said

    @property
    def parties(self) -> Collection[str]:
        """Whom it is about."""
        return (self.party,)

    @property
    def issues(self) -> Collection[str]:
        """What it is about."""
        return (self.issue,)


def opposed_to(later: Stance, earlier: Iterable[Stance], within: int) -> list[Opposed]:
    """Pair a position with those before it in its cell that exclude it."""
    found = []
    for other in earlier:
        days = days_between((other.first, other.last), (later.first, later.last))
        options = excluded_options(other, later) if days <= within else ()
        if options:
            found.append(
                Opposed(
                    _kind(other, later),
                    later.party,
                    later.issue,
                    days,
                    options,
                    other.position,
                    later.position,
                    max(other.last, later.last),
                )
            )
    return found


def _kind(one: Stance, other: Stance) -> Kind:
    if one.attributed or other.attributed:
        return Kind.HEARSAY
    if one.unnamed or other.unnamed or not are_others(one.own_speakers, other.own_speakers):
        return Kind.STANCES
    return Kind.SPEAKERS


@dataclass(frozen=True, slots=True)
class Use:
    """A published position that has a quote with certain words."""

    party: str
    position: int
    quote: int
    on: date


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """Words of one source that are quoted for several parties' positions on one issue."""

    issue: str
    source: int
    exact: str
    uses: tuple[Use, ...]
    kind: Kind = Kind.WORDS

    @property
    def on(self) -> date:
        """The day by which the last of them had been said."""
        return max(use.on for use in self.uses)

    @property
    def parties(self) -> Collection[str]:
        """Whom it is about."""
        return {use.party for use in self.uses}

    @property
    def issues(self) -> Collection[str]:
        """What it is about."""
        return (self.issue,)


def shared_passages(uses: Iterable[tuple[str, int, str, Use]]) -> list[SharedPassage]:
    """Group uses by issue, source and words; those of one party alone are left out."""
    grouped: dict[tuple[str, int, str], list[Use]] = {}
    for issue, source, exact, use in uses:
        grouped.setdefault((issue, source, exact), []).append(use)
    return [
        SharedPassage(*words, tuple(sorted(some, key=lambda use: (use.on, use.position))))
        for words, some in grouped.items()
        if len({use.party for use in some}) > 1
    ]


def cells_that_differ(stances: Iterable[Stance]) -> list[list[Stance]]:
    """Group stances by cell, oldest first; cells in which all say the same are left out."""
    cells: dict[tuple[str, str], list[Stance]] = {}
    for one in stances:
        cells.setdefault((one.issue, one.party), []).append(one)
    return [
        sorted(cell, key=lambda one: one.order)
        for cell in cells.values()
        if any(one.attitudes != cell[0].attitudes for one in cell)
    ]
