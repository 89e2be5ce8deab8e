"""Write the matrix as CSV (RFC 4180, UTF-8): a row per quote of a position, or a row per issue."""

import csv
import io
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.columns import (
    INVENTED_COLUMN,
    MOVE_COLUMNS,
    POSITION_COLUMNS,
    QUOTE_COLUMNS,
    TIME_COLUMNS,
    Text,
    as_it_is,
    cell_words,
    guarded,
    position_row,
    quote_row,
)
from app.exports.query_params import CsvQuery
from app.exports.selection import Selection, positions, windows
from app.models.vocabulary import MoveKind

BOM = "\ufeff".encode()


async def export_csv(
    session: AsyncSession, chosen: Selection, query: CsvQuery, *, base: str, now: datetime
) -> AsyncGenerator[bytes]:
    """Yield the file piece by piece; `base` goes before the addresses of this site."""
    text = as_it_is if query.exact else guarded
    if query.bom:
        yield BOM
    if query.shape == "matrix":
        pieces = _matrix(session, chosen, text, now)
    else:
        pieces = _quotes(session, chosen, text, base, now)
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece


def write_rows(rows: Iterable[Iterable[Any]], text: Text) -> bytes:
    """Write rows as CSV; `text` is applied to every text."""
    return _written(cells(row, text) for row in rows)


def _written(rows: Iterable[list[Any]]) -> bytes:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue().encode()


def cells(row: Iterable[Any], text: Text) -> list[Any]:
    """Return one row's values as CSV writes them; `text` is applied to every text."""
    return [
        text(v)
        if v.__class__ is str
        else v
        if v is None or v.__class__ is int
        else csv_value(v, text)
        for v in row
    ]


def csv_value(value: object, text: Text) -> object:
    """Return one value as CSV writes it: booleans in lower case, subclasses of str as str."""
    match value:
        case bool():
            return _true(value)
        case str():
            return text(str.__str__(value))
        case _:
            return value


def _true(value: bool) -> str:
    return "true" if value else "false"


async def _quotes(
    session: AsyncSession, chosen: Selection, text: Text, base: str, now: datetime
) -> AsyncGenerator[bytes]:
    moved = await moved_cells(session, chosen, now) if chosen.query.since else None
    marked = INVENTED_COLUMN if chosen.matrix.negotiation.invented else ()
    yield write_rows(
        [
            [
                *POSITION_COLUMNS,
                *QUOTE_COLUMNS,
                *TIME_COLUMNS,
                *(MOVE_COLUMNS if moved is not None else ()),
                *marked,
            ]
        ],
        text,
    )
    times = cells([chosen.as_of, chosen.known_at], text)
    mark = cells([True] * len(marked), text)
    names, issues = chosen.names, chosen.issues
    nothing: list[Any] = [None] * len(QUOTE_COLUMNS)
    async for batch in positions(session, chosen):
        rows: list[list[Any]] = []
        for position, current in batch:
            shared = cells(
                position_row(position, current, names, issues[position.issue], base).values(), text
            )
            cell = (position.party, position.issue)
            last = (
                times if moved is None else [*times, *cells([cell in moved, moved.get(cell)], text)]
            )
            said = [cells(quote_row(quote).values(), text) for quote in position.quotes]
            rows += [shared + quote + last + mark for quote in said or [nothing]]
        yield _written(rows)


async def _matrix(
    session: AsyncSession, chosen: Selection, text: Text, now: datetime
) -> AsyncGenerator[bytes]:
    names = chosen.names
    marked = INVENTED_COLUMN if chosen.matrix.negotiation.invented else ()
    yield write_rows(
        [
            [
                "issue",
                "issue_title",
                "group",
                *(p.slug for p in chosen.matrix.grid.parties),
                *marked,
            ]
        ],
        text,
    )
    async for window in windows(session, chosen, now=now):
        for row in window.grid.rows:
            said = [cell_words(c, row.issue, names, chosen.query.since) for c in row.cells]
            mark = [True] * len(marked)
            yield write_rows(
                [[row.issue.slug, row.issue.title, row.issue.group, *said, *mark]], text
            )


async def moved_cells(
    session: AsyncSession, chosen: Selection, now: datetime
) -> dict[tuple[str, str], MoveKind | None]:
    """Return the cells (party, issue) that changed after `since`, with the kind of their last move.

    Changed means that another position is current than at the end of the day `since`.
    """
    return {
        (cell.party, cell.issue): cell.move
        async for window in windows(session, chosen, now=now)
        for row in window.grid.rows
        for cell in row.cells
        if cell is not None and cell.changed
    }
