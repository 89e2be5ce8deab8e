"""Write and read the cursors with which the moves and the timeline lead on."""

import contextlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.analysis.timelines import NEWEST, CorrectionPlace
from app.analysis.turn_windows import BEGINNING, Place
from app.core.errors import bad_parameter
from app.http.pagination import read_cursor, write_cursor
from app.log.reader import Moment


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the next window starts; None in place of what all has been answered."""

    turns: Place | None = BEGINNING
    corrections: CorrectionPlace | None = NEWEST
    seq: int | None = None  # the commit of the first window
    as_of: date | None = None  # of the first window


def write_walk(purpose: str, at: Moment, walk: Walk) -> str:
    """Return a cursor that leads on from here, at this moment."""
    turns = None if walk.turns is None else [walk.turns.on.isoformat(), *walk.turns[1:]]
    as_of = None if walk.as_of is None else walk.as_of.isoformat()
    return write_cursor(purpose, at.epoch, at.seq, turns, walk.corrections, as_of)


def read_walk(purpose: str, cursor: str, at: Moment) -> Walk:
    """Read a cursor; raise Invalid for one that this server did not write."""
    match read_cursor(cursor, purpose, at.epoch):
        case [int(seq), turns, corrections, as_of]:
            with contextlib.suppress(ValueError, TypeError):
                return Walk(
                    None if turns is None else _turns(*turns),
                    None if corrections is None else _corrections(*corrections),
                    seq,
                    None if as_of is None else date.fromisoformat(as_of),
                )
    raise bad_parameter("cursor", "is not a cursor of this server")


def _turns(on: str, *numbers: Any) -> Place:
    issue, party, position = _numbers(numbers, 3)
    return Place(date.fromisoformat(on), issue, party, position)


def _corrections(*numbers: Any) -> CorrectionPlace:
    seq, n = _numbers(numbers, 2)
    return seq, n


def _numbers(given: tuple[Any, ...], count: int) -> list[int]:
    if len(given) != count or not all(isinstance(n, int) and 0 <= n < 2**63 for n in given):
        raise ValueError("not the numbers of a place")
    return list(given)
