"""Write the matrix as CSV (RFC 4180, UTF-8): a row per quote of a position, or a row per issue."""

from asyncio import sleep
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.ahead import ahead
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
)
from app.exports.csv_lines import Lines, write_line
from app.exports.evidence_columns import EVIDENCE_COLUMNS
from app.exports.query_params import CsvQuery
from app.exports.row_keys import RowKeys, batches_of, released
from app.exports.selection import FEW, Selection, windows
from app.exports.stored_rows import csv_rows
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
    return "".join([f"{write_line(row, text)}\r\n" for row in rows]).encode()


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
                *(EVIDENCE_COLUMNS if chosen.evidence else ()),
            ]
        ],
        text,
    )
    times = dict(zip(TIME_COLUMNS, (chosen.as_of, chosen.known_at), strict=True))
    mark = dict.fromkeys(marked, True)

    def more(party: str, issue: str) -> dict[str, Any]:
        if moved is None:
            return times | mark
        cell = (party, issue)
        return times | {"changed": cell in moved, "move": moved.get(cell)} | mark

    keys = RowKeys(chosen)
    read = partial(csv_rows, session, chosen.matrix.at, base=base, exact=text is as_it_is)
    with released(Lines(chosen, keys, text, more)) as lines:
        async with aclosing(ahead(batches_of(session, chosen, keys, read))) as batches:
            async for batch in batches:
                for i in range(0, len(batch.rows), FEW):
                    yield lines.write(batch, batch.rows[i : i + FEW])
                    await sleep(0)


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
