"""Find the moves by which positions became current, without reading their words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.timelines import turns
from app.log.reader import Moment
from app.matrix.moves import kind
from app.matrix.stands import stands_of
from app.models.vocabulary import MoveKind
from app.negotiations.code_book import CodeBook
from app.positions.current import CellKey

# What is done to a record, while the party has not moved.
DONE = ("corrected", "retracted", "restored", "recoded", "redacted")
MOVES = frozenset(MoveKind) - {MoveKind.RESTATED}


@dataclass(frozen=True, slots=True)
class Move:
    """The move with which a position became the current one of its cell."""

    kind: MoveKind
    doubtful: bool  # the dates do not show which position is the newest
    current: bool  # no later position has taken its place
    before: frozenset[int]  # the options of the position whose place it took


async def moves_of(
    session: AsyncSession, at: Moment, book: CodeBook, stated: Mapping[int, CellKey]
) -> dict[int, Move]:
    """Return the moves of positions by id, of those that were ever current; `stated` has cells."""
    if not stated:
        return {}
    made = [
        turn
        for cell in await turns(session, at, book, set(stated.values()))
        for turn in cell
        if turn.position in stated
    ]
    stands = await stands_of(
        session, at, book, {n for t in made for n in (t.before, t.position) if n is not None}
    )
    options = book.option_ids
    found = {}
    for turn in made:
        after = stands.get(turn.position)
        if after is None:
            continue
        before = stands.get(turn.before) if turn.before is not None else None
        found[turn.position] = Move(
            kind(before, after),
            turn.doubtful,
            turn.until is None,
            frozenset(options[f"{turn.issue}/{o}"] for o in (before.attitudes if before else ())),
        )
    return found
