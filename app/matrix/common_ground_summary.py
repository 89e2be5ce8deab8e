"""Summarise an issue's common ground in two short lines for the matrix.

The page of the common ground has all details.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.matrix.common_ground import IssueCommonGround, OptionGround, Unsaid, Voice
from app.models.vocabulary import Attitude, CommonGround, Firmness
from app.positions.phrases import according_to, only_if

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MOST_COUNTED = 5  # options in a tally; the others are counted together
MOST_CONFLICTS = 4
MOST_VOICES = 8  # the page of the common ground names all
LONGEST_LABEL = 60  # characters of an option in a tally
UNSAID = {
    Unsaid.NOT_SAID: "{} {have} not said",
    Unsaid.GIVEN_UP: "{} gave up {their} position",
    Unsaid.UNCERTAIN: "{} may have said by then",
    Unsaid.NOT_LOOKED: "{} not yet looked at",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The state of an issue, with a short text and a longer explanation."""

    state: CommonGround
    text: str
    detail: str


def state_of(options: Sequence[OptionGround]) -> CommonGround:
    """Return the state of an issue: that of its best option, as `headline` has it."""
    states = {ground.state for ground in options}
    for state in (CommonGround.AGREED, CommonGround.QUALIFIED):
        if state in states:
            return state
    taken = any(ground.accepted_by for ground in options if ground.state == CommonGround.OPEN)
    shut = CommonGround.BLOCKED in states and not taken
    return CommonGround.BLOCKED if shut else CommonGround.OPEN


def headline(
    issue: IssueCommonGround, labels: Mapping[str, str], names: Mapping[str, str]
) -> Headline:
    """Summarise an issue: agreed options first, else qualified, else open, else blocked ones.

    An open option counts only if a party accepts it: an option that nobody has spoken for does not
    hide that the others are blocked. `labels` are those of options, `names` those of parties.
    """
    states = {
        state: [ground for ground in issue.options if ground.state == state]
        for state in CommonGround
    }
    speech = _Speech(labels, names, issue)
    if agreed := states[CommonGround.AGREED]:
        return Headline(
            CommonGround.AGREED, f"Agreed: {speech.options(agreed)}", speech.taken(agreed)
        )
    if qualified := states[CommonGround.QUALIFIED]:
        return Headline(
            CommonGround.QUALIFIED,
            f"Qualified: {speech.options(qualified)}",
            speech.reserved(qualified),
        )
    taken = [ground for ground in states[CommonGround.OPEN] if ground.accepted_by]
    if not taken and (blocked := states[CommonGround.BLOCKED]):
        detail = "; ".join([speech.blocked(blocked), *speech.left(states[CommonGround.OPEN])])
        return Headline(CommonGround.BLOCKED, f"Blocked: {speech.options(blocked)}", detail)
    if not taken:
        return Headline(CommonGround.OPEN, "Open", speech.empty(issue.options))
    tally = speech.tally()
    return Headline(CommonGround.OPEN, f"Open: {tally}" if tally else "Open", speech.way_out(taken))


def unsaid(issue: IssueCommonGround, option: OptionGround, names: Mapping[str, str]) -> list[str]:
    """Say which parties have no attitude to an option and prefer no other one, and why."""
    return _Speech({}, names, issue).unsaid([option])


def red_lines(issue: IssueCommonGround, option: OptionGround) -> list[tuple[str, str]]:
    """List the parties whose red line is another option, with that option.

    Empty unless some party prefers this one: only then the two are in conflict.
    """
    if not any(voice.attitude == Attitude.PREFERS for voice in option.accepted_by):
        return []
    found = []
    for party in option.elsewhere:
        stand = issue.stands[party]
        if stand and stand.preferred and stand.firmness == Firmness.RED_LINE:
            found.append((party, stand.preferred))
    return found


@dataclass(frozen=True, slots=True)
class _Speech:
    """Puts common ground into words, with the labels of options and the names of parties."""

    labels: Mapping[str, str]
    names: Mapping[str, str]
    issue: IssueCommonGround

    def options(self, grounds: Iterable[OptionGround]) -> str:
        """List options by their labels."""
        return ", ".join(self.label(ground.option) for ground in grounds)

    def label(self, option: str) -> str:
        """Name an option, in quotation marks unless every option of the issue is one plain word."""
        plain = all(label.isalpha() for label in self.labels.values())
        return self.labels[option] if plain else f"“{self.labels[option]}”"

    def tally(self) -> str:
        """Count parties by the option they prefer, else by those they accept.

        Return an empty string for fewer than two parties.
        """
        groups: dict[tuple[str, ...], int] = {}
        for stand in self.issue.stands.values():
            taken = (
                [o for o, attitude in stand.attitudes.items() if attitude == Attitude.ACCEPTS]
                if stand
                else []
            )
            choice = (stand.preferred,) if stand and stand.preferred else tuple(taken)
            if choice:
                groups[choice] = groups.get(choice, 0) + 1
        if sum(groups.values()) < 2:
            return ""
        order = [ground.option for ground in self.issue.options]
        listed = sorted(groups, key=lambda choice: [order.index(option) for option in choice])
        if len(listed) > MOST_COUNTED:
            largest = sorted(listed, key=lambda choice: -groups[choice])[: MOST_COUNTED - 1]
            listed = [choice for choice in listed if choice in largest]
        said = [f"{groups[choice]} {self._choice(choice, groups[choice])}" for choice in listed]
        left = sum(groups.values()) - sum(groups[choice] for choice in listed)
        return ", ".join(said + [f"{left} for other options"] * bool(left))

    def _choice(self, options: Sequence[str], count: int) -> str:
        verb = "" if len(options) == 1 else "accepts " if count == 1 else "accept "
        return verb + " or ".join(_shortened(self.label(option)) for option in options)

    def taken(self, grounds: Sequence[OptionGround]) -> str:
        """Say who accepts or prefers agreed options."""
        if len(grounds) > 1:
            return f"{_all(len(grounds[0].accepted_by))} accept each of them"
        voices = grounds[0].accepted_by
        preferring = [voice.party for voice in voices if voice.attitude == Attitude.PREFERS]
        if len(voices) == 1:
            return (
                f"{self._names([voices[0].party])} {voices[0].attitude} it,"
                " the only party needed for a deal"
            )
        if len(preferring) == len(voices):
            return f"{_all(len(voices))} prefer it"
        accept = f"{_all(len(voices))} accept it"
        return (
            f"{accept}; {self._names(preferring)} {_verb('prefer', preferring)} it"
            if preferring
            else accept
        )

    def reserved(self, grounds: Sequence[OptionGround]) -> str:
        """Give the reservations about the qualified option that has the fewest."""
        easiest = min(grounds, key=lambda ground: len(ground.reserved))
        said = "; ".join(at_most([self._said(v, v.attitude) for v in easiest.reserved]))
        return said if len(grounds) == 1 else f"{self.label(easiest.option)}: {said}"

    def blocked(self, grounds: Iterable[OptionGround]) -> str:
        """Say who plainly rejects which options, with red lines marked."""
        rejected: dict[tuple[str, str], list[str]] = {}
        for ground in grounds:
            for voice in ground.blockers:
                rejected.setdefault((voice.party, voice.firmness), []).append(
                    self.label(ground.option)
                )
        said = [
            f"{self._names([party])} rejects {', '.join(options)}"
            f"{' (red line)' * (firmness == Firmness.RED_LINE)}"
            for (party, firmness), options in rejected.items()
        ]
        return "; ".join(at_most(said))

    def left(self, grounds: Iterable[OptionGround]) -> list[str]:
        """Say what is known of open options that nobody accepts."""
        return [
            f"{self.label(ground.option)}: "
            + (
                "; ".join(at_most([self._said(voice, "rejects") for voice in ground.rejected_by]))
                or "no position"
            )
            for ground in grounds
        ]

    def way_out(self, grounds: Sequence[OptionGround]) -> str:
        """Say what conflicts with the preferred options, and which option most parties accept."""
        against = self.conflicts()
        closest = f"Closest: {self.nearest(grounds)}"
        return f"Conflict: {'; '.join(against)}. {closest}" if against else closest

    def conflicts(self) -> list[str]:
        """List rejections of preferred options, and red lines that differ from them.

        At most `MOST_CONFLICTS`, and the number of the others.
        """
        said: list[str] = []
        held: dict[str, dict[str, None]] = {}  # the parties of each red line, once and in order
        for ground in self.issue.options:
            if not any(voice.attitude == Attitude.PREFERS for voice in ground.accepted_by):
                continue
            for firm in (True, False):
                plain = [
                    v.party for v in ground.blockers if (v.firmness == Firmness.RED_LINE) is firm
                ]
                if plain:
                    said.append(
                        f"{self._names(plain)} {_verb('reject', plain)} {self.label(ground.option)}"
                        + " (red line)" * firm
                    )
            said += [
                self._said(voice, "rejects", self.label(ground.option))
                for voice in ground.rejected_by
                if not voice.plain
            ]
            for party, option in red_lines(self.issue, ground):
                held.setdefault(option, {})[party] = None
        said += [
            f"{self.label(option)} is a red line of {self._names(list(parties))}"
            for option, parties in held.items()
        ]
        return at_most(said, MOST_CONFLICTS)

    def nearest(self, grounds: Sequence[OptionGround]) -> str:
        """Name the options that most parties accept and fewest reject, with what is missing."""
        best = max(_closeness(ground) for ground in grounds)
        near = [ground for ground in grounds if _closeness(ground) == best]
        first = near[0]
        parts = []
        if len(near) > 1:
            of, takers = len(self.issue.stands), len(first.accepted_by)
            parts.append(
                f"{_number_in_words(takers)} of {_number_in_words(of)} "
                f"{'accepts' if takers == 1 else 'accept'} each"
            )
        elif not any(voice.attitude == Attitude.PREFERS for voice in first.accepted_by):
            # Rejections of a preferred option are named among the conflicts.
            parts += at_most([self._said(voice, "rejects") for voice in first.rejected_by])
        parts += self.unsaid(near)
        return self.options(near) + (f" ({'; '.join(parts)})" if parts else "")

    def unsaid(self, grounds: Sequence[OptionGround], tacit: Unsaid | None = None) -> list[str]:
        """Say which parties have no attitude to these options and prefer no other one, and why.

        The reason `tacit` is left out.
        """
        said = []
        silent = set(grounds[0].silent).intersection(*(ground.silent for ground in grounds))
        for reason, parties in self.issue.unsaid(grounds[0]).items():
            left = [party for party in parties if party in silent]
            if left and reason != tacit:
                one = len(left) == 1
                have, their = ("has", "its") if one else ("have", "their")
                said.append(UNSAID[reason].format(self._names(left), have=have, their=their))
        return said

    def empty(self, grounds: Sequence[OptionGround]) -> str:
        """Explain why an issue is open without any option accepted or blocked."""
        if not grounds:
            return "no options yet"
        if not self.issue.stands:
            return "no party is needed for a deal"
        if rejected := self.left(ground for ground in grounds if ground.rejected_by):
            return "; ".join(rejected)
        if {self.issue.reason(party) for party in self.issue.stands} == {Unsaid.NOT_LOOKED}:
            return "Not yet looked: no position yet"
        stated = any(stand and not stand.withdrawn for stand in self.issue.stands.values())
        nobody = "No party has named an option" if stated else "No party has taken a position"
        more = self.unsaid(grounds, tacit=Unsaid.NOT_SAID)
        return nobody + (f" ({'; '.join(more)})" if more else "")

    def _said(self, voice: Voice, verb: str, what: str = "it") -> str:
        how = [only_if(voice.condition)] if voice.condition else []
        how += ["by inference"] * voice.inferred + [
            according_to(voice.attributed_by, self.names)
        ] * voice.attributed
        return f"{self._names([voice.party])} {verb} {what} {', '.join(how)}"

    def _names(self, parties: Sequence[str]) -> str:
        names = [self.names[party] for party in parties]
        if len(names) > 3:
            return f"{names[0]}, {names[1]} and {_number_in_words(len(names) - 2)} others"
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _closeness(ground: OptionGround) -> tuple[int, int]:
    return len(ground.accepted_by), -len(ground.rejected_by)


def _shortened(label: str) -> str:
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - 2].rstrip()}…{'”' * label.startswith('“')}"


def _all(count: int) -> str:
    return "both" if count == 2 else f"all {_number_in_words(count)}"


def at_most(said: list[str], most: int = MOST_VOICES) -> list[str]:
    """Return the first parts of a text, and the number of the others."""
    more = len(said) - most
    return [*said[:most], f"{_number_in_words(more)} more"] if more > 0 else said


def _number_in_words(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _verb(verb: str, subjects: Sequence[str]) -> str:
    return f"{verb}s" if len(subjects) == 1 else verb
