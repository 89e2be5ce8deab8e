"""Move one of several things up or down, or to a place; pure functions."""

from collections.abc import Sequence
from typing import TypeVar

from app.forms.fields import number
from app.forms.posted import Posted

T = TypeVar("T")


def moved(things: Sequence[T], thing: T, sent: Posted) -> list[T] | None:
    """Return the new order; None if the form asks for no valid move, as when it was sent twice.

    `to` is a place counted from 1.
    """
    here, there = things.index(thing), list(things)
    if sent.values.get("place") != str(here):
        return None  # it was moved in the meantime
    to = {"up": here - 1, "down": here + 1}.get(sent.values.get("direction", ""))
    if to is None:
        to = (number(sent.values.get("to", "").strip()) or 0) - 1
    if not 0 <= to < len(there) or to == here:
        return None
    there.insert(to, there.pop(here))
    return there


def ranks_for(ranks: Sequence[float | None]) -> list[float]:
    """Return ranks in rising order for as many things.

    They are the existing ranks, or 1, 2, 3 … if some are missing or equal.
    """
    given = [r for r in ranks if r is not None]
    if len(set(given)) == len(ranks):
        return sorted(given)
    return [float(n) for n in range(1, len(ranks) + 1)]
