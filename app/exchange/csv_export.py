"""The matrix as CSV (RFC 4180, UTF-8): a row per quote of every position, or a row per issue."""

import csv
import io
from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.exchange.asking import CsvQuery
from app.exchange.selection import Selection, positions, windows
from app.exchange.spreadsheets import (
    POSITION_COLUMNS,
    QUOTE_COLUMNS,
    Text,
    as_it_is,
    cell_words,
    guarded,
    position_row,
    quote_row,
)

BOM = "\ufeff".encode()


async def export_csv(
    session: AsyncSession, chosen: Selection, query: CsvQuery, *, base: str, now: datetime
) -> AsyncGenerator[bytes]:
    """Yield the file piece by piece; `base` goes before addresses of ours."""
    text = as_it_is if query.exact else guarded
    if query.bom:
        yield BOM
    rows = _matrix(session, chosen, now) if query.shape == "matrix" else _quotes(session, chosen, base, now)
    async for batch in rows:
        yield write_rows(batch, text)


def write_rows(rows: Iterable[Iterable[Any]], text: Text) -> bytes:
    """Write rows as CSV; `text` is what becomes of every text."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for row in rows:
        writer.writerow([plain(value, text) for value in row])
    return made.getvalue().encode()


def plain(value: object, text: Text) -> object:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text(str.__str__(value))
        case _:
            return value


async def _quotes(
    session: AsyncSession, chosen: Selection, base: str, now: datetime
) -> AsyncGenerator[list[Iterable[Any]]]:
    changed = await changed_cells(session, chosen, now) if chosen.query.since else None
    columns = [*POSITION_COLUMNS, *QUOTE_COLUMNS, "as_of", "known_at", *(["changed"] if changed is not None else [])]
    yield [columns]
    times = {"as_of": chosen.as_of, "known_at": chosen.known_at}
    names, issues = chosen.names, chosen.issues
    async for batch in positions(session, chosen):
        rows: list[Iterable[Any]] = []
        for position, current in batch:
            issue = issues[position.issue]
            shared = position_row(position, current, names, issue, base) | times
            if changed is not None:
                shared["changed"] = (position.party, position.issue) in changed
            for quote in [quote_row(q) for q in position.quotes] or [{}]:
                row = shared | quote
                rows.append([row.get(name) for name in columns])
        yield rows


async def _matrix(session: AsyncSession, chosen: Selection, now: datetime) -> AsyncGenerator[list[Iterable[Any]]]:
    names = chosen.names
    yield [["issue", "issue_title", "group", *(p.slug for p in chosen.matrix.grid.parties)]]
    async for window in windows(session, chosen, now=now):
        yield [
            [row.issue.slug, row.issue.title, row.issue.group, *(cell_words(c, row.issue, names) for c in row.cells)]
            for row in window.grid.rows
        ]


async def changed_cells(session: AsyncSession, chosen: Selection, now: datetime) -> set[tuple[str, str]]:
    """The cells (party, issue) where another position is current than at the end of `since`."""
    return {
        (cell.party, cell.issue)
        async for window in windows(session, chosen, now=now)
        for row in window.grid.rows
        for cell in row.cells
        if cell is not None and cell.changed
    }
