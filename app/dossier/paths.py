"""Lay out how a party went along an issue's scale; pure functions, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from app.matrix.build import stand_of
from app.matrix.cell_history import ranks_between
from app.matrix.formatting import strip
from app.matrix.move_labels import MoveLabel, move_mark
from app.matrix.moves import kind
from app.models.vocabulary import MoveKind
from app.negotiations.views import IssueView
from app.positions.views import PositionView

MOST_STEPS = 8  # of one party: the first one, and the last ones
GAP = 16  # pixels from one step down to the next
MARGIN = 6

Sign = Literal["first", "earlier", "now"]


@dataclass(frozen=True, slots=True)
class Step:
    """A position on a party's path; `x` is None if it prefers no option."""

    position: PositionView
    sign: Sign
    mark: MoveLabel | None  # of the move to it; None for the first one
    x: float | None
    y: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A line from one step to a later one; `broken` if something was held in between."""

    x1: float
    y1: float
    x2: float
    y2: float
    broken: bool


@dataclass(frozen=True, slots=True)
class PartyPath:
    """A party's path: one step below the other in order of time, at the option preferred then."""

    party: str  # slug
    width: float
    height: float
    ticks: Sequence[float]  # where the options are
    steps: Sequence[Step]
    segments: Sequence[Segment]
    left_out: int  # steps between the first one and those shown after it

    @property
    def is_short(self) -> bool:
        """Whether the party has only ever had one position."""
        return len(self.steps) == 1 and not self.left_out


def chosen_steps(count: int) -> list[int]:
    """Choose which of so many steps are shown: the first one, and the last ones."""
    if count <= MOST_STEPS:
        return list(range(count))
    return [0, *range(count - MOST_STEPS + 1, count)]


def path(
    issue: IssueView,
    held: Sequence[PositionView],
    *,
    doubtful: Sequence[bool],
    left_out: int,
) -> PartyPath:
    """Lay out the positions of one party, oldest first, of which some after the first are missing.

    `doubtful` says of each whether another one may have been stated after it.
    """
    axis = strip(issue, None)
    place = {o.slug: m.x for o, m in zip(issue.options, axis.marks, strict=True)}
    steps: list[Step] = []
    for number, position in enumerate(held):
        follows = number > 0 and not (number == 1 and left_out)
        steps.append(
            Step(
                position,
                "now" if number == len(held) - 1 else "earlier" if number else "first",
                _mark(issue, held[number - 1], position, doubtful[number]) if follows else None,
                place.get(stand_of(position).preferred or ""),
                MARGIN + GAP * number,
            )
        )
    return PartyPath(
        party=held[0].party,
        width=axis.width,
        height=2 * MARGIN + GAP * (len(steps) - 1),
        ticks=[mark.x for mark in axis.marks],
        steps=steps,
        segments=_segments(steps, left_out),
        left_out=left_out,
    )


def _segments(steps: Sequence[Step], left_out: int) -> list[Segment]:
    placed = [(n, step.x, step.y) for n, step in enumerate(steps) if step.x is not None]
    return [
        Segment(x1, y1, x2, y2, broken=later > n + 1 or (n == 0 and left_out > 0))
        for (n, x1, y1), (later, x2, y2) in pairwise(placed)
    ]


def _mark(
    issue: IssueView, before: PositionView, after: PositionView, doubtful: bool
) -> MoveLabel | None:
    move = kind(stand_of(before), stand_of(after))
    if move == MoveKind.NEW:  # only hearsay stood before
        return None
    return move_mark(move, doubtful=doubtful, ranks=ranks_between(issue, before, after))
