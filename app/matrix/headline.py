"""One issue's common ground in two short lines, for the matrix; pure. The common-ground page names everything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.matrix.common_ground import OptionGround, Voice
from app.models.vocabulary import Attitude, CommonGround, Firmness
from app.positions.phrases import only_if

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Headline:
    state: CommonGround
    text: str
    detail: str


def headline(grounds: Sequence[OptionGround], labels: Mapping[str, str], names: Mapping[str, str]) -> Headline:
    """Answer first where a deal is possible: agreed, else qualified, else what is still open, else what is blocked.

    An open option counts as a way out only where somebody takes it: one that nobody has spoken for hides no blockade.
    """
    states = {state: [ground for ground in grounds if ground.state == state] for state in CommonGround}
    speech = _Speech(labels, names)
    if agreed := states[CommonGround.AGREED]:
        return Headline(CommonGround.AGREED, f"Agreed: {speech.options(agreed)}", speech.taken(agreed))
    if qualified := states[CommonGround.QUALIFIED]:
        return Headline(CommonGround.QUALIFIED, f"Qualified: {speech.options(qualified)}", speech.reserved(qualified))
    taken = [ground for ground in states[CommonGround.OPEN] if ground.accepted_by]
    if not taken and (blocked := states[CommonGround.BLOCKED]):
        detail = "; ".join([speech.blocked(blocked), *speech.left(states[CommonGround.OPEN])])
        return Headline(CommonGround.BLOCKED, f"Blocked: {speech.options(blocked)}", detail)
    return Headline(CommonGround.OPEN, "Open", speech.nearest(taken) if taken else speech.empty(grounds))


@dataclass(frozen=True, slots=True)
class _Speech:
    """Puts grounds into words, with the labels of options and the names of parties."""

    labels: Mapping[str, str]
    names: Mapping[str, str]

    def options(self, grounds: Iterable[OptionGround]) -> str:
        return ", ".join(self.labels[ground.option] for ground in grounds)

    def taken(self, grounds: Sequence[OptionGround]) -> str:
        if len(grounds) > 1:
            return f"{_all(len(grounds[0].accepted_by))} accept each of them"
        voices = grounds[0].accepted_by
        preferring = [voice.party for voice in voices if voice.attitude == Attitude.PREFERS]
        if len(voices) == 1:
            return f"{self._names([voices[0].party])} {voices[0].attitude} it, the only one whose consent is required"
        if len(preferring) == len(voices):
            return f"{_all(len(voices))} prefer it"
        accept = f"{_all(len(voices))} accept it"
        return f"{accept}; {self._names(preferring)} {_verb('prefer', preferring)} it" if preferring else accept

    def reserved(self, grounds: Sequence[OptionGround]) -> str:
        easiest = min(grounds, key=lambda ground: len(ground.reserved))
        said = "; ".join(self._said(voice, "takes") for voice in easiest.reserved)
        return said if len(grounds) == 1 else f"{self.labels[easiest.option]}: {said}"

    def blocked(self, grounds: Iterable[OptionGround]) -> str:
        """Name who rejects what plainly, red lines marked."""
        rejected: dict[tuple[str, str], list[str]] = {}
        for ground in grounds:
            for voice in ground.blockers:
                rejected.setdefault((voice.party, voice.firmness), []).append(self.labels[ground.option])
        return "; ".join(
            f"{self._names([party])} rejects {', '.join(options)}{' (red line)' * (firmness == Firmness.RED_LINE)}"
            for (party, firmness), options in rejected.items()
        )

    def left(self, grounds: Iterable[OptionGround]) -> list[str]:
        """Say of open options that nobody takes what else is known."""
        return [
            f"{self.labels[ground.option]}: "
            + ("; ".join(self._said(voice, "rejects") for voice in ground.rejected_by) or "nobody has spoken")
            for ground in grounds
        ]

    def nearest(self, grounds: Sequence[OptionGround]) -> str:
        best = max(_closeness(ground) for ground in grounds)
        near = [ground for ground in grounds if _closeness(ground) == best]
        first = near[0]
        silent = [party for party in first.silent if all(party in ground.silent for ground in near)]
        parts = [f"nearest: {self.options(near)}"]
        if len(near) > 1:
            of = len(first.accepted_by) + len(first.rejected_by) + len(first.silent)
            takers = len(first.accepted_by)
            parts.append(f"{_number(takers)} of {_number(of)} {'accepts' if takers == 1 else 'accept'} each")
        else:
            parts += [self._said(voice, "rejects") for voice in first.rejected_by]
        if silent:
            parts.append(f"{self._names(silent)} silent on {'it' if len(near) == 1 else 'all of these'}")
        return "; ".join(parts)

    def empty(self, grounds: Sequence[OptionGround]) -> str:
        if not grounds:
            return "no options yet"
        if not any(ground.rejected_by or ground.silent for ground in grounds):
            return "nobody's consent is required"
        rejected = self.left(ground for ground in grounds if ground.rejected_by)
        return "; ".join(rejected) or "nobody has spoken on its options"

    def _said(self, voice: Voice, verb: str) -> str:
        how = [only_if(voice.condition)] if voice.condition else []
        how += ["by inference"] * voice.inferred + ["by another party's word"] * voice.attributed
        return f"{self._names([voice.party])} {verb} it {', '.join(how)}"

    def _names(self, parties: Sequence[str]) -> str:
        names = [self.names[party] for party in parties]
        if len(names) > 3:
            return f"{names[0]}, {names[1]} and {_number(len(names) - 2)} others"
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _closeness(ground: OptionGround) -> tuple[int, int]:
    return len(ground.accepted_by), -len(ground.rejected_by)


def _all(count: int) -> str:
    return "both" if count == 2 else f"all {_number(count)}"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _verb(verb: str, subjects: Sequence[str]) -> str:
    return f"{verb}s" if len(subjects) == 1 else verb
