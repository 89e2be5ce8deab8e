"""Write a workbook: a sheet like the page, then positions, quotes, sources, and a description."""

from asyncio import sleep
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from textwrap import shorten
from typing import Any

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import dates
from app.datapackage.number_set import Numbers
from app.exports.columns import (
    MOVE_COLUMNS,
    POSITION_COLUMNS,
    QUOTE_COLUMNS,
    as_json,
    cell_words,
    position_row,
    quote_row,
)
from app.exports.evidence_columns import EVIDENCE_COLUMNS, evidence_row
from app.exports.selection import Selection, positions, windows
from app.exports.workbook import Workbook, WorkbookSheet
from app.log.reader import held_by_id
from app.matrix import formatting
from app.matrix.grid import GridRow
from app.models.vocabulary import Act, MoveKind
from app.positions.evidence import evidence_of
from app.positions.phrases import only_if

SOURCE_COLUMNS = (
    "source_id", "source_uid", "url", "reference", "title", "publisher", "author",
    "published_on", "accessed_on", "kind", "language", "archive_url", "licence",
    "text_sha256", "source_page",
)  # fmt: skip
LONGEST_TITLE = 100  # in the foot of a page, which holds 255 characters
PAGE = 500  # sources that are read in one query
# Cells (party, issue) that changed, with the kind of their last move.
Moved = dict[tuple[str, str], MoveKind | None]


async def export_xlsx(
    session: AsyncSession,
    chosen: Selection,
    path: Path,
    *,
    base: str,
    permalink: str | None,
    now: datetime,
) -> None:
    """Write the workbook; `base` goes before addresses of this site, left out if it is empty."""
    with Workbook(path, chosen.matrix.at.at) as book:
        moved = await _matrix(session, chosen, book, base, now)
        counts = await _evidence(session, chosen, book, base, moved)
        _about(chosen, book.sheet("About", [30, 100]), counts, permalink)
        await anyio.to_thread.run_sync(book.close)


async def _matrix(
    session: AsyncSession, chosen: Selection, book: Workbook, base: str, now: datetime
) -> Moved:
    """Write the sheet that looks like the page; return the cells that moved after `since`."""
    moved: Moved = {}
    parties = chosen.matrix.grid.parties
    sheet = book.sheet("Matrix", [34, 34, *[30] * len(parties)], frozen=(1, 1))
    sheet.row(["Issue", "Common ground", *(p.name for p in parties)], ["head"] * (len(parties) + 2))
    about = chosen.matrix.negotiation
    title = shorten(about.cited_title, LONGEST_TITLE, placeholder=" …")
    days = f"as of {dates.display(chosen.as_of)}, as Parley knew it on {chosen.known_at[:16]}Z"
    sheet.on_paper(f"{title}, {days}")
    group: str | None = None
    async for window in windows(session, chosen, now=now):
        for row in window.grid.rows:
            if row.issue.group != group:
                group = row.issue.group
                sheet.row([group or "", *[""] * (len(parties) + 1)], ["group"] * (len(parties) + 2))
            headline = formatting.ground(row.issue, window.ground[row.issue.slug], chosen.names)
            _issue(sheet, row, f"{headline.text}\n{headline.detail}", chosen, base)
            moved |= {
                (cell.party, cell.issue): cell.move for cell in row.cells if cell and cell.changed
            }
            await sleep(0)
    return moved


def _issue(sheet: WorkbookSheet, row: GridRow, ground: str, chosen: Selection, base: str) -> None:
    names, here = chosen.names, f"{base}/n/{chosen.slug}"
    pins = f"?as_of={chosen.as_of}&known_at={chosen.known_at}"
    texts, formats = [row.issue.title, ground.strip()], ["issue", "text"]
    links = [f"{here}/issues/{row.issue.slug}{pins}", ""]
    for cell in row.cells:
        position = cell.position if cell else None
        texts.append(cell_words(cell, row.issue, names, chosen.query.since))
        withdrawn = position is not None and position.act == Act.WITHDRAWS
        kind = "hidden" if cell is None else "silent" if position is None else position.firmness
        formats.append("withdrawn" if withdrawn else kind)
        links.append(f"{here}/cells/{cell.party}/{cell.issue}{pins}" if cell and position else "")
    sheet.row(texts, formats, links if base else ())


async def _evidence(
    session: AsyncSession, chosen: Selection, book: Workbook, base: str, moved: Moved
) -> dict[str, int]:
    """Write positions, quotes, and the sources of these; return how many there are of each."""
    names, issues = chosen.names, chosen.issues
    moves = MOVE_COLUMNS if chosen.query.since else ()
    facts = EVIDENCE_COLUMNS if chosen.evidence else ()
    stated = book.table("Positions", (*POSITION_COLUMNS, *moves, *facts))
    about = ("position_id", "party", "issue", "current", "attributed_by_names")
    said = book.table("Quotes", (*about, *QUOTE_COLUMNS, *moves))
    sources = Numbers()

    async for batch in positions(session, chosen):
        for position, current in batch:
            cell = (position.party, position.issue)
            shared = position_row(position, current, names, issues[position.issue], base)
            shared |= {"changed": cell in moved, "move": moved.get(cell)}
            conditions = {option: only_if(text) for option, text in position.conditions.items()}
            rests_on = evidence_row(evidence_of(position.party, position.quotes))
            stated.add(
                shared | {"conditions": as_json(conditions)} | rests_on,
                {"position_url": shared["position_url"]} if base else {},
            )
            for quote in position.quotes:
                said.add(shared | quote_row(quote), {"link": quote.link})
                sources.add(quote.source.id)
    found = book.table("Sources", SOURCE_COLUMNS)
    ids = iter(sources)
    while some := list(islice(ids, PAGE)):
        for source in (await held_by_id(session, chosen.matrix.at, "source", some)).values():
            page = f"{base}/sources/{source.id}"
            row: dict[str, Any] = {
                **source.data,
                "source_id": source.id,
                "source_uid": source["uid"],
            }
            found.add(
                row | {"source_page": page},
                {"url": source["url"], **({"source_page": page} if base else {})},
            )
    return {"positions": stated.count, "quotes": said.count, "sources": found.count}


def _about(
    chosen: Selection, sheet: WorkbookSheet, counts: Mapping[str, int], permalink: str | None
) -> None:
    about = chosen.matrix.negotiation
    rows: list[tuple[str, Any]] = [
        ("Negotiation", about.cited_title),
        ("Positions up to", f"{dates.display(chosen.as_of)} (as_of {chosen.as_of})"),
        ("As Parley knew it on", f"known_at {chosen.known_at}"),
        ("Filters", "; ".join(f"{n}: {_listed(v)}" for n, v in chosen.filters.items()) or "none"),
        ("Sources read up to", about.coded_through),
        ("Licence", about.licence),
        ("Contact", about.contact),
        ("Permanent link", permalink),
        *((f"Rows in {name.capitalize()}", n) for name, n in counts.items()),
        (
            "Cells",
            "The wording in the matrix is ours; quotes are verbatim."
            " Empty cells are hidden by a filter.",
        ),
        (
            "Dates",
            "As given: a day, a month or a year."
            " stated_by is the day by which it had certainly been stated.",
        ),
    ]
    for name, value in rows:
        sheet.row(
            [name, value],
            ["issue", "text"],
            ["", permalink] if value is permalink and permalink else (),
        )


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
