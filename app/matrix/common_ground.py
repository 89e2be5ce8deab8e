"""Where the parties whose consent is required agree, option by option (docs/rules.md, common ground); pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from app.models.vocabulary import Act, Attitude, CommonGround


@dataclass(frozen=True, slots=True)
class Stand:
    """What the analyses read of a position; options are named by slug. A withdrawn one has no attitudes."""

    party: str
    position: int
    attitudes: Mapping[str, str]
    conditions: Mapping[str, str]
    inferred: Collection[str]
    attributed_by: Sequence[str]  # the parties whose speakers alone say so
    firmness: str
    act: str

    @property
    def attributed(self) -> bool:
        return bool(self.attributed_by)

    @property
    def withdrawn(self) -> bool:
        return self.act == Act.WITHDRAWS

    @property
    def preferred(self) -> str | None:
        """The option that it prefers, also on a condition, by inference or hearsay."""
        return next(
            (option for option, attitude in self.attitudes.items() if attitude == Attitude.PREFERS),
            None,
        )


@dataclass(frozen=True, slots=True)
class Voice:
    """The attitude of one party to one option, field for field as the API answers it."""

    party: str
    position: int
    attitude: str
    firmness: str
    condition: str | None
    inferred: bool
    attributed: bool
    attributed_by: list[str]  # parties

    @property
    def plain(self) -> bool:
        """Is it on no condition, not the coder's reading and not hearsay?"""
        return self.condition is None and not self.inferred and not self.attributed


@dataclass(frozen=True, slots=True)
class OptionGround:
    """How the consenting parties, in their order, stand on one option, field for field as the API answers it."""

    option: str
    state: CommonGround
    accepted_by: list[Voice]
    rejected_by: list[Voice]
    silent: list[str]  # no attitude to this option, whatever else the party says
    elsewhere: list[
        str
    ]  # those of them that prefer another option of the issue: no page calls these silent

    @property
    def reserved(self) -> list[Voice]:
        """Those who take it on a condition, by inference or hearsay: the reasons why it is only qualified."""
        return [voice for voice in self.accepted_by if not voice.plain]

    @property
    def blockers(self) -> list[Voice]:
        return [voice for voice in self.rejected_by if voice.plain]


class Unsaid(Enum):
    """Why no attitude of a party to an option is known."""

    NOT_SAID = "has a position that does not name the option, or was searched in vain"
    GIVEN_UP = "gave its position up"
    UNCERTAIN = "may have said something, but not for certain by that day"
    NOT_LOOKED = "nobody has looked yet"


@dataclass(frozen=True, slots=True)
class IssueGround:
    """One issue's options, and what tells a consenting party that says nothing from one nobody has asked about."""

    options: list[OptionGround]
    stands: Mapping[str, Stand | None]  # by consenting party, in their order
    searched: Collection[str]  # those without a position in whose cell somebody has looked
    possible: Collection[str]  # those of whom a position may have been stated by that day

    def unsaid(self, option: OptionGround) -> dict[Unsaid, list[str]]:
        """Sort those that say nothing of an option, nor prefer another, by the reason that is known."""
        found: dict[Unsaid, list[str]] = {reason: [] for reason in Unsaid}
        elsewhere = set(option.elsewhere)
        for party in option.silent:
            if party not in elsewhere:
                found[self.reason(party)].append(party)
        return found

    def reason(self, party: str) -> Unsaid:
        """Tell why nothing is known of a party that has no attitude to an option."""
        stand = self.stands.get(party)
        if stand is not None:
            return Unsaid.GIVEN_UP if stand.withdrawn else Unsaid.NOT_SAID
        if party in self.possible:
            return Unsaid.UNCERTAIN
        return Unsaid.NOT_SAID if party in self.searched else Unsaid.NOT_LOOKED


def issue_ground(
    options: Sequence[str],
    stands: Mapping[str, Stand | None],
    consenting: Sequence[str],
    searched: Collection[str] = (),
    possible: Collection[str] = (),
) -> IssueGround:
    """Sum up one issue; `stands` are the positions of its parties, `consenting` those whose consent is required."""
    asked = {party: stands.get(party) for party in consenting}
    return IssueGround(common_ground(options, asked, consenting), asked, searched, possible)


def common_ground(
    options: Sequence[str], stands: Mapping[str, Stand | None], consenting: Sequence[str]
) -> list[OptionGround]:
    """Say of each option how far the consenting parties agree on it; `stands` are their positions on one issue."""
    return [_ground(option, stands, consenting) for option in options]


def _ground(
    option: str, stands: Mapping[str, Stand | None], consenting: Sequence[str]
) -> OptionGround:
    accepted: list[Voice] = []
    rejected: list[Voice] = []
    silent: list[str] = []
    for party in consenting:
        voice = _voice(stands.get(party), option)
        if voice is None:
            silent.append(party)
        elif voice.attitude == Attitude.REJECTS:
            rejected.append(voice)
        else:
            accepted.append(voice)
    elsewhere = [party for party in silent if (stand := stands.get(party)) and stand.preferred]
    state = _state(accepted, rejected, silent)
    return OptionGround(option, state, accepted, rejected, silent, elsewhere)


def _voice(stand: Stand | None, option: str) -> Voice | None:
    if stand is None or option not in stand.attitudes:
        return None
    return Voice(
        party=stand.party,
        position=stand.position,
        attitude=stand.attitudes[option],
        firmness=stand.firmness,
        condition=stand.conditions.get(option),
        inferred=option in stand.inferred,
        attributed=stand.attributed,
        attributed_by=list(stand.attributed_by),
    )


def _state(
    accepted: Iterable[Voice], rejected: Sequence[Voice], silent: Sequence[str]
) -> CommonGround:
    taken = [voice.plain for voice in accepted]
    if any(voice.plain for voice in rejected):
        return CommonGround.BLOCKED
    if rejected or silent or not taken:
        return CommonGround.OPEN
    return CommonGround.AGREED if all(taken) else CommonGround.QUALIFIED
