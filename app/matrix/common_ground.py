"""Where the parties whose consent is required agree, option by option (contract, "Common ground"); pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.models.vocabulary import Act, Attitude, CommonGround


@dataclass(frozen=True, slots=True)
class Stand:
    """What the analyses read of a position; options are named by slug. A withdrawn one has no attitudes."""

    party: str
    position: int
    attitudes: Mapping[str, str]
    conditions: Mapping[str, str]
    inferred: Collection[str]
    attributed: bool  # only other parties' speakers say so
    firmness: str
    act: str

    @property
    def withdrawn(self) -> bool:
        return self.act == Act.WITHDRAWS

    @property
    def preferred(self) -> str | None:
        """The option that it prefers, also on a condition, by inference or hearsay."""
        return next((option for option, attitude in self.attitudes.items() if attitude == Attitude.PREFERS), None)


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
    elsewhere: list[str]  # those of them that prefer another option of the issue: no page calls these silent

    @property
    def reserved(self) -> list[Voice]:
        """Those who take it on a condition, by inference or hearsay: the reasons why it is only qualified."""
        return [voice for voice in self.accepted_by if not voice.plain]

    @property
    def blockers(self) -> list[Voice]:
        return [voice for voice in self.rejected_by if voice.plain]


def common_ground(
    options: Sequence[str], stands: Mapping[str, Stand | None], consenting: Sequence[str]
) -> list[OptionGround]:
    """Say of each option how far the consenting parties agree on it; `stands` are their positions on one issue."""
    return [_ground(option, stands, consenting) for option in options]


def _ground(option: str, stands: Mapping[str, Stand | None], consenting: Sequence[str]) -> OptionGround:
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
    )


def _state(accepted: Iterable[Voice], rejected: Sequence[Voice], silent: Sequence[str]) -> CommonGround:
    taken = [voice.plain for voice in accepted]
    if any(voice.plain for voice in rejected):
        return CommonGround.BLOCKED
    if rejected or silent or not taken:
        return CommonGround.OPEN
    return CommonGround.AGREED if all(taken) else CommonGround.QUALIFIED
