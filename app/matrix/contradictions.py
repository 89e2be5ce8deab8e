"""Find what a party said otherwise within some days of its current position; pure functions.

It may have moved, or its speakers may contradict each other: that is for the reader to decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.models.vocabulary import Act, Attitude
from app.positions.views import PositionView, SpeakerView

WITHIN = 30  # days


class Kind(StrEnum):
    """What kind of contradiction, or dependence, an entry of the list is."""

    SPEAKERS = "speakers"
    STANCES = "stances"
    HEARSAY = "hearsay"
    WORDS = "words"
    CONDITIONS = "conditions"


class Stated(Protocol):
    """What decides whether a position excludes another one."""

    @property
    def act(self) -> str:
        """What the party did by saying it."""

    @property
    def attitudes(self) -> Mapping[str, str]:
        """The attitude to each option, by slug."""


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
        options = excluded_options(current, other) if other.id != current.id else ()
        spans = _span(current), _span(other)
        if not options or spans[0] is None or spans[1] is None:
            continue
        days = days_between(spans[0], spans[1])
        if days <= within:
            found.append(Otherwise(other, days, options, _other_speakers(current, other)))
    return sorted(found, key=lambda one: (one.days, -one.position.id))


def excluded_options(one: Stated, other: Stated) -> tuple[str, ...]:
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


def _preferred(position: Stated) -> str | None:
    preferred = (o for o, a in position.attitudes.items() if a == Attitude.PREFERS)
    return next(preferred, None)


Span = tuple[date, date]  # the first and the last day on which something may have been said


def days_between(one: Span, other: Span) -> int:
    """Return the fewest days that may lie between two positions."""
    return max((other[0] - one[1]).days, (one[0] - other[1]).days, 0)


def _span(position: PositionView) -> Span | None:
    if position.stated_from is None or position.stated_by is None:
        return None
    return date.fromisoformat(position.stated_from), date.fromisoformat(position.stated_by)


def _other_speakers(current: PositionView, other: PositionView) -> tuple[str, ...]:
    mine, theirs = (
        [q.speaker for q in position.quotes if q.speaker] for position in (current, other)
    )
    return speakers_called(theirs) if are_others(mine, theirs) else ()


def are_others(some: Sequence[SpeakerView], others: Sequence[SpeakerView]) -> bool:
    """Tell whether both have speakers, and none of them has the same name, or office without one.

    A speaker known by an office alone may still be somebody who is named elsewhere.
    """
    mine, theirs = speakers_called(some), speakers_called(others)
    return bool(mine and theirs) and not set(mine) & set(theirs)


def speakers_called(speakers: Iterable[SpeakerView]) -> tuple[str, ...]:
    """Return the names of speakers, or their offices where they have none, each once."""
    return tuple(dict.fromkeys(filter(None, (s.name or s.office for s in speakers))))
