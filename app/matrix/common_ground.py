"""Compute for each option how far the parties whose consent is required agree on it.

The rules: docs/rules.md#common-ground.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from app.models.vocabulary import Act, Attitude, CommonGround


@dataclass(frozen=True, slots=True)
class Stand:
    """What the analyses need of a position; parties and options are slugs.

    A position that withdraws has no attitudes.
    """

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
        """Whether the position is hearsay: only other parties' speakers say so."""
        return bool(self.attributed_by)

    @property
    def withdrawn(self) -> bool:
        """Whether the party gave its position up."""
        return self.act == Act.WITHDRAWS

    @property
    def preferred(self) -> str | None:
        """The option that it prefers, also if on a condition, by inference or by hearsay."""
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
        """Whether it has no condition and is neither inferred by the coder nor hearsay."""
        return self.condition is None and not self.inferred and not self.attributed


@dataclass(frozen=True, slots=True)
class OptionGround:
    """How the consenting parties, in their order, stand on one option.

    Field for field as the API answers it.
    """

    option: str
    state: CommonGround
    accepted_by: list[Voice]
    rejected_by: list[Voice]
    silent: list[str]  # parties without an attitude to this option, whatever else they say
    # Those of the silent that prefer another option of the issue: no page calls them silent.
    elsewhere: list[str]

    @property
    def reserved(self) -> list[Voice]:
        """Those that accept it on a condition, by inference or by hearsay.

        They are the reasons why it is only qualified.
        """
        return [voice for voice in self.accepted_by if not voice.plain]

    @property
    def blockers(self) -> list[Voice]:
        """Those that reject it plainly, and so block it."""
        return [voice for voice in self.rejected_by if voice.plain]


class Unsaid(Enum):
    """Why no attitude of a party to an option is known."""

    NOT_SAID = "has a position that does not name the option, or was searched in vain"
    GIVEN_UP = "gave up its position"
    UNCERTAIN = "may have said something, but not for certain by that day"
    NOT_LOOKED = "nobody has looked yet"


@dataclass(frozen=True, slots=True)
class IssueCommonGround:
    """The common ground on one issue.

    Besides the options, it has what is needed to tell a party that has said nothing from one for
    which nobody has searched.
    """

    options: list[OptionGround]
    stands: Mapping[str, Stand | None]  # by consenting party, in their order
    searched: Collection[str]  # parties whose cells have been searched
    possible: Collection[str]  # parties that may have stated a position by that day

    def unsaid(self, option: OptionGround) -> dict[Unsaid, list[str]]:
        """Group the parties without an attitude to an option by the reason.

        Parties that prefer another option are left out.
        """
        found: dict[Unsaid, list[str]] = {reason: [] for reason in Unsaid}
        elsewhere = set(option.elsewhere)
        for party in option.silent:
            if party not in elsewhere:
                found[self.reason(party)].append(party)
        return found

    def reason(self, party: str) -> Unsaid:
        """Return the reason why no attitude of a party to an option is known."""
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
) -> IssueCommonGround:
    """Compute the common ground on one issue.

    `stands` are the current positions on it by party; `consenting` are the parties whose consent is
    required, in their order.
    """
    asked = {party: stands.get(party) for party in consenting}
    return IssueCommonGround(common_ground(options, asked, consenting), asked, searched, possible)


def common_ground(
    options: Sequence[str], stands: Mapping[str, Stand | None], consenting: Sequence[str]
) -> list[OptionGround]:
    """Compute the state of each option from the consenting parties' positions on its issue.

    See docs/rules.md#common-ground.
    """
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
