"""Name moves for pages and spreadsheets, and mark those whose order the dates leave uncertain."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.matrix.grid import GridCell
from app.models.vocabulary import MoveKind

MEANINGS = {
    MoveKind.NEW: "no earlier position, or only what others said about the party",
    MoveKind.MOVED: "other options than before, or other conditions",
    MoveKind.HARDENED: "the same options, more firmly",
    MoveKind.SOFTENED: "the same options, less firmly",
    MoveKind.WITHDRAWN: "it gave up its position",
    MoveKind.RESTATED: "it says the same again; only quotes and sources are new",
}
DOUBT = "the dates do not show which position is the newest"
MAY_BE_OLDER = "date imprecise (may be older)"
MAY_BE_NEWER = "date imprecise (may be newer)"


@dataclass(frozen=True, slots=True)
class MoveLabel:
    """A word beside a position, and what it means."""

    kind: MoveKind
    text: str
    meaning: str
    doubtful: bool


def move_mark(
    kind: MoveKind, *, doubtful: bool, ranks: tuple[float, float] | None = None
) -> MoveLabel:
    """Name a move; if the order of the positions is uncertain (`doubtful`), as "perhaps …".

    Except for `new`, which is right in any order. `ranks` are those of the options preferred before
    and after.
    """
    text, meaning = str(kind), MEANINGS[kind]
    if kind == MoveKind.MOVED and ranks:
        text += f" from rank {ranks[0]:g} to {ranks[1]:g}"
    if doubtful and kind != MoveKind.NEW:
        return MoveLabel(kind, f"perhaps {text}", f"{meaning}; {DOUBT}", True)
    return MoveLabel(kind, text, meaning, False)


def cell_mark(cell: GridCell) -> MoveLabel | None:
    """Return the mark of a cell that has moved since the day asked for, else None."""
    return move_mark(cell.move, doubtful=bool(cell.order_uncertain)) if cell.move else None


def legend(cells: Iterable[GridCell | None]) -> list[MoveLabel]:
    """List the marks of these cells, each once, the doubtful ones last."""
    return in_order({mark for cell in cells if cell and (mark := cell_mark(cell))})


def in_order(found: Iterable[MoveLabel]) -> list[MoveLabel]:
    """Sort marks as a legend lists them, the doubtful ones last."""
    kinds = list(MEANINGS)
    return sorted(found, key=lambda mark: (mark.doubtful, kinds.index(mark.kind)))
