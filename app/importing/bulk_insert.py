"""Write the live rows of imported positions, many at a time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.log.bulk.writer import copy
from app.models.position import Position, PositionAttitude, PositionLink, PositionQuote

COLUMNS = (
    "status", "act", "summary", "firmness", "salience", "stated_on", "stated_from", "stated_by",
    "from_by_hand", "by_by_hand",
)  # fmt: skip
CELL = ("negotiation_id", "party_id", "issue_id")


class Laid(Protocol):
    """A position whose newest version is written into the live rows."""

    id: int
    uid: UUID
    document: dict[str, Any]
    version: int
    created_by: str | None
    first_published: datetime | None
    new: bool


async def lay_out(session: AsyncSession, positions: Sequence[Laid]) -> None:
    """Write the newest version of each position into the live rows."""
    rows = []
    for p in positions:
        if p.new:
            said = (_value(p.document, c) for c in (*CELL, *COLUMNS))
            rows.append((p.id, p.uid, p.version, *said, p.created_by, p.first_published))
    columns = ("id", "uid", "version", *CELL, *COLUMNS, "created_by", "first_published_at")
    await copy(session, "position", columns, rows)
    await _change(session, [p for p in positions if not p.new])
    await copy(
        session,
        "position_attitude",
        ("position_id", "issue_id", "option_id", "attitude", "condition", "inferred"),
        (
            (
                p.id,
                p.document["issue_id"],
                a["option_id"],
                a["attitude"],
                a["condition"],
                a["inferred"],
            )
            for p in positions
            for a in p.document["attitudes"]
        ),
    )
    await copy(
        session,
        "position_link",
        ("position_id", "ordinal", "issue_id", "option_id", "kind"),
        (
            (p.id, i, link["issue_id"], link["option_id"], link["kind"])
            for p in positions
            for i, link in enumerate(p.document["links"])
        ),
    )
    await copy(
        session, "position_quote", ("position_id", "quote_id", "ordinal"), _quotes(positions)
    )


def _quotes(positions: Iterable[Laid]) -> Iterable[tuple[int, int, int]]:
    return ((p.id, q["id"], i) for p in positions for i, q in enumerate(p.document["quotes"]))


async def _change(session: AsyncSession, positions: Sequence[Laid]) -> None:
    if not positions:
        return
    for model in (PositionAttitude, PositionLink, PositionQuote):
        await session.execute(
            delete(model).where(among(model.position_id, [p.id for p in positions]))
        )
    columns: dict[str, Any] = {
        c: bindparam(f"new_{c}") for c in (*COLUMNS, "version", "first_published_at")
    }
    # Update the table, not the mapped class: with a list of parameters, SQLAlchemy takes an update
    # of the class for an ORM bulk update by primary key.
    table: Any = Position.__table__
    await (await session.connection()).execute(
        update(table).where(table.c.id == bindparam("of")).values(columns),
        [
            {f"new_{c}": _value(p.document, c) for c in COLUMNS}
            | {"of": p.id, "new_version": p.version, "new_first_published_at": p.first_published}
            for p in positions
        ],
    )


def _value(document: dict[str, Any], column: str) -> Any:
    value = document[column]
    return date.fromisoformat(value) if value and column in ("stated_from", "stated_by") else value
