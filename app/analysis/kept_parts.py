"""Keep what an analysis shows as markup, until something of its negotiation changes.

What is kept follows from the newest changes of positions and looks, from the state of the code
book (which `Recall` adds) and from all that was asked for. The head of a page, with the times and
what depends on the reader, is drawn for each answer (docs/decisions/0045).
"""

import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.input_models import Query
from app.core.memory import Key
from app.http.templating import long_part
from app.log.recall import recall
from app.log.writer import Moment
from app.matrix.drawn_cells import OVERHEAD, Draw
from app.matrix.frame import Frame
from app.matrix.queries import Changes
from app.negotiations.views import IssueView
from app.positions.views import PositionView

BYTES_OF_POSITION = 40  # in memory
BYTES_OF_HEAD = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """What the template of a part is filled with."""

    values: Mapping[str, Any]
    positions: Collection[int]  # shown, whose corrections a pinned view counts
    head: Mapping[str, Any] = field(default_factory=dict)  # what the page says above the part


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page as markup, and what belongs to it."""

    body: Markup
    positions: frozenset[int]
    head: Mapping[str, Any]


NOTHING = Part(Markup(""), frozenset(), {})


def key_of(frame: Frame, query: Query) -> Key:
    """Return what decides what a part shows of the matrix that is asked for."""
    return (frame.as_of, *key_at(frame.book.negotiation.id, frame.changes, query))


def key_at(negotiation: int, changes: Changes, query: Query) -> Key:
    """Return what decides what a part shows of a negotiation."""
    return (negotiation, changes.newest, changes.of_looks, query.model_dump_json())


async def kept_part(
    session: AsyncSession,
    at: Moment,
    key: Key,
    name: str,
    find: Callable[[], Awaitable[Found]],
) -> Part:
    """Draw a part with the template of that name, or recall it if nothing has changed."""
    known = recall(session, at)
    part: Part | None = known.get("part", name, *key)
    if part is None:
        found = await find()
        body = await long_part(name, **found.values)
        part = Part(body, frozenset(found.positions), found.head)
        size = sys.getsizeof(body) + BYTES_OF_POSITION * len(part.positions) + BYTES_OF_HEAD
        known.keep("part", name, *key, value=part, size=size)
    return part


def drawn_positions(session: AsyncSession, at: Moment) -> Callable[..., Markup]:
    """Return a function that draws what a position says by a macro, or finds it drawn.

    It takes the macro and its arguments; a version says the same on every page.
    """
    known = recall(session, at)

    def draw(
        macro: Draw, issue: IssueView, position: PositionView, names: Mapping[str, str], most: int
    ) -> Markup:
        key = ("position drawn", macro.name, position.id, position.version, most)
        kept: Markup | None = known.get(*key)
        if kept is None:
            kept = macro(issue, position, names, most)
            known.keep(*key, value=kept, size=2 * len(kept) + OVERHEAD)
        return kept

    return draw
