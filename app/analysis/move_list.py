"""Put moves in the order in which the page of changes lists them; pure functions."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.models.vocabulary import MoveKind

# What a reader looks for comes first: who moved, before who only spoke.
KINDS = (
    MoveKind.MOVED,
    MoveKind.WITHDRAWN,
    MoveKind.HARDENED,
    MoveKind.SOFTENED,
    MoveKind.NEW,
    MoveKind.RESTATED,
)


@dataclass(frozen=True, slots=True)
class ListedMove:
    """A move in a cell, with the positions (by id) before and after it."""

    party: str
    issue: str
    kind: MoveKind
    on: date
    before: int | None
    after: int
    doubtful: bool  # the dates leave open which of two positions is the newer


def count_kinds(moves: Iterable[ListedMove]) -> dict[MoveKind, int]:
    """Count the moves of each kind that occurs, in the order of the page."""
    found = Counter(move.kind for move in moves)
    return {kind: found[kind] for kind in KINDS if found[kind]}


def listed(moves: Sequence[ListedMove], kinds: Collection[MoveKind] = ()) -> list[ListedMove]:
    """Sort moves by kind, the newest first; only those of these kinds, if any are given."""
    newest_first = sorted(moves, key=lambda move: move.on, reverse=True)
    wanted = [move for move in newest_first if not kinds or move.kind in kinds]
    return sorted(wanted, key=lambda move: KINDS.index(move.kind))


def grouped(moves: Iterable[ListedMove]) -> list[tuple[MoveKind, list[ListedMove]]]:
    """Group a sorted list of moves by kind."""
    return [(kind, list(run)) for kind, run in groupby(moves, key=lambda move: move.kind)]
