"""Choose the current position of a cell (docs/rules.md, rules 3 and 4), in memory.

This is the specification that the SQL of `app.positions.current` is tested against. Every function
takes the positions of one cell in any order, each once, in its version as known at one instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise

from app.models.vocabulary import PositionStatus


@dataclass(frozen=True, slots=True)
class OrderedPosition:
    """What decides the place of a position in the order of its cell."""

    position: int
    party: str
    issue: str
    status: str
    stated_from: date
    stated_by: date
    first_published: datetime
    attributed: bool  # only other parties' speakers say so


def order_key(spell: OrderedPosition) -> tuple[date, date, datetime, int]:
    """Return the sort key of rule 3: oldest first, and "in March" before "on 16 March"."""
    return spell.stated_from, spell.stated_by, spell.first_published, spell.position


def counted(spells: Iterable[OrderedPosition], as_of: date) -> list[OrderedPosition]:
    """List the published positions certainly stated by the end of `as_of`, in order."""
    return sorted(
        (spell for spell in _published(spells) if spell.stated_by <= as_of), key=order_key
    )


def current(spells: Iterable[OrderedPosition], as_of: date) -> OrderedPosition | None:
    """Return the last counted position, or None; hearsay only if there are no own words."""
    return max(counted(spells, as_of), key=_precedence, default=None)


def order_uncertain(spells: Iterable[OrderedPosition], as_of: date) -> list[int]:
    """List the ids of other counted positions whose period overlaps the current one's, sorted."""
    among = counted(spells, as_of)
    chosen = current(among, as_of)
    if chosen is None:
        return []
    return sorted(spell.position for spell in among if spell != chosen and _overlap(spell, chosen))


def overlapping(spells: Iterable[OrderedPosition]) -> set[int]:
    """Return the ids of published positions whose period overlaps that of another one.

    Either of the two may have been stated first.
    """
    ordered = sorted(_published(spells), key=order_key)
    found: set[int] = set()
    latest = date.min  # by which all so far had been stated
    for one, following in pairwise(ordered):
        latest = max(latest, one.stated_by)
        if following.stated_from <= one.stated_by:
            found.add(one.position)
        if following.stated_from <= latest:
            found.add(following.position)
    return found


def possible(spells: Iterable[OrderedPosition], as_of: date) -> list[int]:
    """List the ids of positions that possibly, not certainly, were stated by `as_of`, sorted."""
    return sorted(
        spell.position
        for spell in _published(spells)
        if spell.stated_from <= as_of < spell.stated_by
    )


def timeline(spells: Iterable[OrderedPosition]) -> list[tuple[date, OrderedPosition]]:
    """List the days on which another position becomes current, with that position.

    The day is always the position's own `stated_by`.
    """
    held: list[tuple[date, OrderedPosition]] = []
    by_day = sorted(_published(spells), key=_stated_by)
    for day, said in groupby(by_day, key=_stated_by):
        last = max([*said, *(spell for _, spell in held[-1:])], key=_precedence)
        if not held or last != held[-1][1]:
            held.append((day, last))
    return held


def _published(spells: Iterable[OrderedPosition]) -> Iterable[OrderedPosition]:
    return (spell for spell in spells if spell.status == PositionStatus.PUBLISHED)


def _stated_by(spell: OrderedPosition) -> date:
    return spell.stated_by


def _precedence(spell: OrderedPosition) -> tuple[bool, tuple[date, date, datetime, int]]:
    return not spell.attributed, order_key(spell)


def _overlap(one: OrderedPosition, other: OrderedPosition) -> bool:
    return one.stated_from <= other.stated_by and other.stated_from <= one.stated_by
