"""Classify the moves by which another position becomes current (docs/rules.md#moves)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.matrix.common_ground import Stand
from app.models.vocabulary import Firmness, MoveKind

SOFTEST_FIRST = (Firmness.OPEN, Firmness.PREFERENCE, Firmness.DEMAND, Firmness.RED_LINE)


@dataclass(frozen=True, slots=True)
class CellMove:
    """A move from one position of a cell (by id) to the next.

    `on` is the day by which the new one had certainly been said.
    """

    party: str
    issue: str
    kind: MoveKind
    on: date
    before: int | None
    after: int


def moves(
    issue: str, timeline: Sequence[tuple[date, Stand]], *, after: date | None, to: date | None
) -> list[CellMove]:
    """List the moves of a cell after the day `after`, up to and including `to`.

    `timeline` is that of the whole cell, oldest first.
    """
    befores = [None, *(stand for _, stand in timeline)]
    return [
        CellMove(
            stand.party,
            issue,
            kind(before, stand),
            on,
            before.position if before else None,
            stand.position,
        )
        for before, (on, stand) in zip(befores, timeline, strict=False)
        if (after is None or after < on) and (to is None or on <= to)
    ]


def kind(before: Stand | None, after: Stand) -> MoveKind:
    """Return the first kind of move that applies, in the order of docs/rules.md#moves."""
    if before is None or before.attributed:
        return MoveKind.NEW
    if after.withdrawn and not before.withdrawn:
        return MoveKind.WITHDRAWN
    if (before.attitudes, before.conditions) != (after.attitudes, after.conditions):
        return MoveKind.MOVED
    was, now = _strength(before), _strength(after)
    if was is None or now is None or was == now:
        return MoveKind.RESTATED
    return MoveKind.HARDENED if now > was else MoveKind.SOFTENED


def _strength(stand: Stand) -> int | None:
    """Rank the firmness; None for what cannot be harder or softer: unclear or withdrawn."""
    if stand.withdrawn or stand.firmness == Firmness.UNCLEAR:
        return None
    return SOFTEST_FIRST.index(Firmness(stand.firmness))
