"""What kind of move it is when another position becomes current in a cell (docs/rules.md, moves); pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.matrix.common_ground import Stand
from app.models.vocabulary import Firmness, MoveKind

SOFTEST_FIRST = (Firmness.OPEN, Firmness.PREFERENCE, Firmness.DEMAND, Firmness.RED_LINE)


@dataclass(frozen=True, slots=True)
class Move:
    """From one position (its id) of a cell to the next, on the day by which that had certainly been said."""

    party: str
    issue: str
    kind: MoveKind
    on: date
    before: int | None
    after: int


def moves(
    issue: str, timeline: Sequence[tuple[date, Stand]], *, after: date | None, to: date | None
) -> list[Move]:
    """List the moves of one cell later than `after`, up to and with `to`, out of the whole timeline of the cell."""
    befores = [None, *(stand for _, stand in timeline)]
    return [
        Move(
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
    """Name the move; the first that applies, in the order in which docs/rules.md names them."""
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
    """None where nothing can be harder or softer: unclear, or given up."""
    if stand.withdrawn or stand.firmness == Firmness.UNCLEAR:
        return None
    return SOFTEST_FIRST.index(Firmness(stand.firmness))
