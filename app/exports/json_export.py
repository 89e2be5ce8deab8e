"""Write the matrix as one JSON document, piece by piece: the API's answer and every position."""

from collections.abc import AsyncGenerator
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.exports.selection import Selection, positions, windows
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
    async for batch in positions(session, chosen):
        parts = [
            dumps(position)[:-1] + (b',"current":true}' if current else b',"current":false}')
            for position, current in batch
        ]
        yield (b"," if held and parts else b"") + b",".join(parts)
        held += len(parts)
        quotes += sum(len(p.quotes) for p, _ in batch)
    yield b']},"counts":' + dumps({"cells": cells, "positions": held, "quotes": quotes}) + b"}\n"
