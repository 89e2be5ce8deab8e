"""Test in what order moves are listed."""

from datetime import date

from app.analysis.move_list import ListedMove, count_kinds, grouped, listed
from app.models.vocabulary import MoveKind


def move(kind: MoveKind, day: int, after: int) -> ListedMove:
    return ListedMove("north", "quota", kind, date(2024, 5, day), None, after, False)


MOVES = [
    move(MoveKind.NEW, 1, 1),
    move(MoveKind.MOVED, 3, 2),
    move(MoveKind.RESTATED, 4, 3),
    move(MoveKind.MOVED, 5, 4),
    move(MoveKind.MOVED, 5, 5),
    move(MoveKind.WITHDRAWN, 9, 6),
]


def numbers(moves: list[ListedMove]) -> list[int]:
    return [each.after for each in moves]


def test_who_moved_comes_before_who_only_spoke_and_the_newest_first() -> None:
    assert numbers(listed(MOVES)) == [4, 5, 2, 6, 1, 3]
    assert numbers(listed(MOVES, [MoveKind.NEW, MoveKind.WITHDRAWN])) == [6, 1]
    assert [(kind, numbers(some)) for kind, some in grouped(listed(MOVES))] == [
        (MoveKind.MOVED, [4, 5, 2]),
        (MoveKind.WITHDRAWN, [6]),
        (MoveKind.NEW, [1]),
        (MoveKind.RESTATED, [3]),
    ]


def test_each_kind_that_occurs_is_counted() -> None:
    assert count_kinds(MOVES) == {"moved": 3, "withdrawn": 1, "new": 1, "restated": 1}
    assert count_kinds([]) == {}
