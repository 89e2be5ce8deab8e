"""Count how far issues are agreed, and who blocks most; pure functions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.matrix.common_ground import OptionGround, Stand, common_ground
from app.matrix.common_ground_summary import state_of
from app.models.vocabulary import CommonGround, Firmness
from app.negotiations.views import IssueView


@dataclass(frozen=True, slots=True)
class Blocker:
    """A party that plainly rejects options, and how many of them nobody else rejects."""

    party: str
    options: int
    alone: int
    red_lines: int
    issues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Easiest:
    """The blocked option of an issue for which the fewest parties would have to move."""

    option: str
    movers: tuple[str, ...]  # parties


@dataclass(frozen=True, slots=True)
class GroundCounts:
    """The common ground of a whole negotiation in numbers."""

    by_state: Mapping[CommonGround, tuple[str, ...]]  # issues, in their order
    options: Mapping[CommonGround, int]
    blockers: Sequence[Blocker]  # who blocks most comes first
    easiest: Mapping[str, Easiest]  # by issue with nothing but blocked options

    def states_of(self) -> dict[str, CommonGround]:
        """Return the state of each issue."""
        return {issue: state for state, issues in self.by_state.items() for issue in issues}


def count_ground(
    issues: Sequence[IssueView], stands: Mapping[tuple[str, str], Stand], parties: Sequence[str]
) -> GroundCounts:
    """Count the common ground of these parties; `stands` are by party and issue."""
    by_state: dict[CommonGround, list[str]] = {state: [] for state in CommonGround}
    options: Counter[CommonGround] = Counter()
    rejections: dict[str, list[tuple[str, bool, bool]]] = {}
    easiest = {}
    for issue in issues:
        found = _ground(issue, stands, parties)
        by_state[state_of(found)].append(issue.slug)
        options.update(ground.state for ground in found)
        for ground in found:
            for voice in ground.blockers:
                alone, firm = len(ground.blockers) == 1, voice.firmness == Firmness.RED_LINE
                rejections.setdefault(voice.party, []).append((issue.slug, alone, firm))
        if found and all(ground.state == CommonGround.BLOCKED for ground in found):
            least = min(found, key=lambda ground: len(ground.blockers))
            easiest[issue.slug] = Easiest(least.option, tuple(v.party for v in least.blockers))
    return GroundCounts(
        {state: tuple(found) for state, found in by_state.items()},
        options,
        _blockers(parties, rejections),
        easiest,
    )


def _ground(
    issue: IssueView, stands: Mapping[tuple[str, str], Stand], parties: Iterable[str]
) -> list[OptionGround]:
    held = {party: stands.get((party, issue.slug)) for party in parties}
    named = {option for stand in held.values() if stand for option in stand.attitudes}
    shown = [o.slug for o in issue.options if not o.retired or o.slug in named]
    return common_ground(shown, held, list(held))


def _blockers(
    parties: Sequence[str], rejections: Mapping[str, Sequence[tuple[str, bool, bool]]]
) -> list[Blocker]:
    found = [
        Blocker(
            party,
            len(made),
            sum(alone for _, alone, _ in made),
            sum(firm for _, _, firm in made),
            tuple(dict.fromkeys(issue for issue, _, _ in made)),
        )
        for party in parties
        for made in [rejections.get(party, [])]
        if made
    ]
    return sorted(found, key=lambda one: (-one.options, -one.alone, -one.red_lines))
