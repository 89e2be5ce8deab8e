"""Write the matrix as one JSON document, piece by piece: the API's answer and every position."""

from asyncio import sleep
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.ahead import ahead
from app.exports.json_positions import Positions
from app.exports.row_keys import RowKeys, batches_of, released
from app.exports.selection import FEW, Selection, windows
from app.exports.stored_rows import by_position, json_rows
from app.http.responses import dumps
from app.matrix.presenter import cell_json

FORMAT = "parley-matrix/1"


async def export_json(
    session: AsyncSession, chosen: Selection, *, base: str, permalink: str | None, now: datetime
) -> AsyncGenerator[bytes]:
    """Yield the document piece by piece; `base` goes before the addresses of this site.

    `counts` come last, so that a document that was cut off neither parses nor adds up.
    """
    meta = {"format": FORMAT, **chosen.meta(), "permalink": permalink, "base": base or None}
    head = {
        "negotiation": chosen.slug,
        "parties": chosen.matrix.grid.parties,
        "issues": [
            i
            for i in chosen.matrix.issues
            if not chosen.query.issue or i.slug in chosen.query.issue
        ],
    }
    yield b'{"meta":' + dumps(meta) + b',"data":' + dumps(head)[:-1] + b',"cells":['
    cells = held = quotes = 0
    async for window in windows(session, chosen, now=now):
        shown = [
            dumps(cell_json(c, window.json))
            for row in window.grid.rows
            for c in row.cells
            if c is not None
        ]
        yield (b"," if cells and shown else b"") + b",".join(shown)
        cells += len(shown)
    yield b'],"positions":['
    keys = RowKeys(chosen)
    read = partial(json_rows, session, chosen.matrix.at)
    with released(Positions(chosen, keys)) as written:
        async with aclosing(ahead(batches_of(session, chosen, keys, read))) as batches:
            async for batch in batches:
                each = list(by_position(batch.rows))
                for i in range(0, len(each), FEW):
                    some = each[i : i + FEW]
                    parts = [written.write(batch, rows) for rows in some]
                    yield (b"," if held else b"") + b",".join(parts)
                    held += len(parts)
                    quotes += sum(bool(row.place) for rows in some for row in rows)
                    await sleep(0)
    yield b']},"counts":' + dumps({"cells": cells, "positions": held, "quotes": quotes}) + b"}\n"
