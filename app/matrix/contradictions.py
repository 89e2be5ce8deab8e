"""Find what a party said otherwise within some days of its current position; pure functions.

It may have moved, or its speakers may contradict each other: that is for the reader to decide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.models.vocabulary import Act, Attitude
from app.positions.views import PositionView

WITHIN = 30  # days


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A position that excludes the current one, said within some days of it."""

    position: PositionView
    days: int  # at least so many lie between the two; 0 if their days overlap
    options: tuple[str, ...]  # on which the two exclude each other
    speakers: tuple[str, ...]  # of the other one, where none of them is one of the current one


def said_otherwise(
    current: PositionView, others: Iterable[PositionView], within: int = WITHIN
) -> list[Otherwise]:
    """List the positions of the same cell that exclude the current one, the nearest first."""
    found = []
    for other in others:
        options = _excluded(current, other) if other.id != current.id else ()
        days = _days_between(current, other)
        if options and days is not None and days <= within:
            found.append(Otherwise(other, days, options, _other_speakers(current, other)))
    return sorted(found, key=lambda one: (one.days, -one.position.id))


def _excluded(one: PositionView, other: PositionView) -> tuple[str, ...]:
    """Return the options that one takes and the other rejects, or two that each prefers."""
    if Act.WITHDRAWS in (one.act, other.act):
        return ()
    wanted = (_preferred(one), _preferred(other))
    if None not in wanted and wanted[0] != wanted[1]:
        return tuple(option for option in wanted if option is not None)
    return tuple(
        option
        for option, attitude in one.attitudes.items()
        if option in other.attitudes
        and (attitude == Attitude.REJECTS) != (other.attitudes[option] == Attitude.REJECTS)
    )


def _preferred(position: PositionView) -> str | None:
    preferred = (o for o, a in position.attitudes.items() if a == Attitude.PREFERS)
    return next(preferred, None)


def _days_between(one: PositionView, other: PositionView) -> int | None:
    """Return the fewest days that may lie between two positions; None for one without a day."""
    spans: list[Sequence[date]] = []
    for position in (one, other):
        if position.stated_from is None or position.stated_by is None:
            return None
        spans.append([date.fromisoformat(d) for d in (position.stated_from, position.stated_by)])
    (first, last), (other_first, other_last) = spans
    return max((other_first - last).days, (first - other_last).days, 0)


def _other_speakers(current: PositionView, other: PositionView) -> tuple[str, ...]:
    mine, theirs = (_speakers(position) for position in (current, other))
    return () if not mine or not theirs or set(mine) & set(theirs) else theirs


def _speakers(position: PositionView) -> tuple[str, ...]:
    names = (q.speaker.name or q.speaker.office for q in position.quotes if q.speaker)
    return tuple(dict.fromkeys(name for name in names if name))
